{%- set world = "'" ~ var('world_country_code') ~ "'" -%}

with

-- The world and China; a period without one of them has no World ex-China and no Other.
wholes as (
    select
        period_kind,
        period_start_on,
        country_code,
        case when country_code = {{ world }} then 1 else -1 end as sign,
        count(*) over (partition by period_kind, period_start_on) = 2 as knows_both
    from {{ ref('int_covered_days') }}
    where country_code in ({{ world }}, 'CN')
    group by period_kind, period_start_on, country_code
),

members as (
    select
        'World' as geography,
        period_kind,
        period_start_on,
        country_code,
        sign
    from wholes
    where country_code = {{ world }}

    union all

    select
        'World ex-China' as geography,
        period_kind,
        period_start_on,
        country_code,
        sign
    from wholes
    where knows_both

    union all

    select
        'Other' as geography,
        period_kind,
        period_start_on,
        country_code,
        sign
    from wholes
    where knows_both

    union all

    select
        'Other' as geography,
        period_kind,
        period_start_on,
        country_code,
        -1 as sign
    from {{ ref('int_counted_countries') }}
    where is_outside_other

    union all

    -- China mainland is a country outside the regions, so that regions are parts of World ex-China.
    select
        region as geography,
        period_kind,
        period_start_on,
        country_code,
        1 as sign
    from {{ ref('int_counted_countries') }}
    where is_in_region

    union all

    select
        country_code as geography,
        period_kind,
        period_start_on,
        country_code,
        1 as sign
    from {{ ref('int_counted_countries') }}

    union all

    select
        country_code as geography,
        period_kind,
        period_start_on,
        country_code,
        1 as sign
    from wholes
    where country_code = 'CN'
)

select
    geography,
    period_kind,
    period_start_on,
    country_code,
    sign,
    count(*) over (partition by geography, period_kind, period_start_on) as member_count
from members
