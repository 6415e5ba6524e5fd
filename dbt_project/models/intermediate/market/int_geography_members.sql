with

asked as (
    select
        coverage.country_code,
        countries.region,
        coverage.country_code = '{{ var("world_country_code") }}' as is_world,
        coverage.country_code = 'CN' as is_china
    from {{ ref('stg_lake__load_coverage') }} as coverage
    left join {{ ref('countries') }} as countries
        on coverage.country_code = countries.country_code
    where coverage.dataset = 'appfigures.estimates'
    group by coverage.country_code, countries.region
),

signed as (
    select
        country_code,
        region,
        is_world,
        is_china,
        case when is_world then 1 else -1 end as sign,
        bool_or(is_world) over () and bool_or(is_china) over () as knows_world_and_china
    from asked
),

members as (
    select
        'World' as geography,
        country_code,
        sign
    from signed
    where is_world

    union all

    select
        'World ex-China' as geography,
        country_code,
        sign
    from signed
    where knows_world_and_china and (is_world or is_china)

    union all

    select
        'Other' as geography,
        country_code,
        sign
    from signed
    where knows_world_and_china

    union all

    -- China mainland is a country outside the regions, so that regions are parts of World ex-China.
    select
        region as geography,
        country_code,
        1 as sign
    from signed
    where not is_world and not is_china and region is not null

    union all

    select
        country_code as geography,
        country_code,
        1 as sign
    from signed
    where not is_world
)

select
    geography,
    country_code,
    sign,
    count(*) over (partition by geography) as member_count
from members
