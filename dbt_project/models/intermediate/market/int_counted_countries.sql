with

-- The days of World ex-China: the world and China are both covered.
whole_days as (
    select
        period_kind,
        period_start_on,
        date_on
    from {{ ref('int_covered_days') }}
    where country_code in ('{{ var("world_country_code") }}', 'CN')
    group by period_kind, period_start_on, date_on
    having count(*) = 2
),

whole_periods as (
    select
        period_kind,
        period_start_on,
        count(*) as whole_days
    from whole_days
    group by period_kind, period_start_on
),

covered as (
    select
        days.period_kind,
        days.period_start_on,
        days.country_code,
        count(*) as days,
        count(whole_days.date_on) as shared_days
    from {{ ref('int_covered_days') }} as days
    left join whole_days
        on
            days.period_kind = whole_days.period_kind
            and days.period_start_on = whole_days.period_start_on
            and days.date_on = whole_days.date_on
    where days.country_code not in ('{{ var("world_country_code") }}', 'CN')
    group by days.period_kind, days.period_start_on, days.country_code
),

judged as (
    select
        covered.period_kind,
        covered.period_start_on,
        covered.country_code,
        countries.region,
        covered.days,
        coalesce(covered.shared_days = whole_periods.whole_days, false) as is_outside_other
    from covered
    left join whole_periods
        on
            covered.period_kind = whole_periods.period_kind
            and covered.period_start_on = whole_periods.period_start_on
    left join {{ ref('countries') }} as countries
        on covered.country_code = countries.country_code
),

-- Without such a country, a region is the one with the most days, and those that have all of them.
fullest as (
    select
        *,
        bool_or(is_outside_other) over (
            partition by period_kind, period_start_on, region
        ) as is_decided,
        row_number() over (
            partition by period_kind, period_start_on, region
            order by days desc nulls last, country_code asc nulls last
        ) as place
    from judged
    where region is not null
),

as_full as (
    select
        fullest.period_kind,
        fullest.period_start_on,
        neighbours.country_code
    from fullest
    inner join judged as neighbours
        on
            fullest.period_kind = neighbours.period_kind
            and fullest.period_start_on = neighbours.period_start_on
            and fullest.region = neighbours.region
    inner join {{ ref('int_covered_days') }} as its_days
        on
            fullest.period_kind = its_days.period_kind
            and fullest.period_start_on = its_days.period_start_on
            and fullest.country_code = its_days.country_code
    inner join {{ ref('int_covered_days') }} as other_days
        on
            neighbours.period_kind = other_days.period_kind
            and neighbours.period_start_on = other_days.period_start_on
            and neighbours.country_code = other_days.country_code
            and its_days.date_on = other_days.date_on
    where fullest.place = 1 and not fullest.is_decided
    group by
        fullest.period_kind,
        fullest.period_start_on,
        fullest.days,
        neighbours.country_code
    having count(*) = fullest.days
)

select
    judged.period_kind,
    judged.period_start_on,
    judged.country_code,
    judged.region,
    judged.is_outside_other,
    judged.region is not null
    and (judged.is_outside_other or as_full.country_code is not null) as is_in_region
from judged
left join as_full
    on
        judged.period_kind = as_full.period_kind
        and judged.period_start_on = as_full.period_start_on
        and judged.country_code = as_full.country_code
