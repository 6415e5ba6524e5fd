with

-- World ex-China and World, with which others are compared.
wholes as (
    select
        geography,
        period_kind,
        period_start_on,
        date_on
    from {{ ref('int_geography_days') }}
    where geography in ('World', 'World ex-China')
),

whole_counts as (
    select
        period_kind,
        period_start_on,
        count(case when geography = 'World' then 1 end) as world_days,
        count(case when geography = 'World ex-China' then 1 end) as ex_china_days
    from wholes
    group by period_kind, period_start_on
),

counted as (
    select
        days.geography,
        days.period_kind,
        days.period_start_on,
        count(*) as covered_days,
        count(worlds.date_on) as days_of_world,
        count(ex_chinas.date_on) as days_of_ex_china,
        bool_or(days.is_provisional) as is_provisional,
        bool_or(days.is_sample) as is_sample
    from {{ ref('int_geography_days') }} as days
    left join wholes as worlds
        on
            worlds.geography = 'World'
            and days.period_kind = worlds.period_kind
            and days.period_start_on = worlds.period_start_on
            and days.date_on = worlds.date_on
    left join wholes as ex_chinas
        on
            ex_chinas.geography = 'World ex-China'
            and days.period_kind = ex_chinas.period_kind
            and days.period_start_on = ex_chinas.period_start_on
            and days.date_on = ex_chinas.date_on
    group by days.geography, days.period_kind, days.period_start_on
),

members as (
    select
        geography,
        period_kind,
        period_start_on,
        {{ listagg('country_code', "', '", 'order by country_code') }} as countries
    from {{ ref('int_geography_members') }}
    where
        geography <> country_code
        and country_code <> '{{ var("world_country_code") }}'
    group by geography, period_kind, period_start_on
),

periods as (
    select
        period_kind,
        period_start_on,
        max(period_end_on) as period_end_on,
        max(period_label) as period_label,
        max(period_days) as period_days
    from {{ ref('int_period_days') }}
    group by period_kind, period_start_on
)

select
    counted.geography,
    counted.period_kind,
    counted.period_start_on,
    periods.period_end_on,
    periods.period_label,
    members.countries,
    cast(
        1.0 * counted.covered_days / nullif(periods.period_days, 0) as decimal(9, 6)
    ) as completeness_ratio,
    case when counted.is_provisional then 'provisional' else 'settled' end as maturity,
    counted.covered_days = whole_counts.world_days
    and counted.covered_days = counted.days_of_world as has_days_of_world,
    counted.covered_days = whole_counts.ex_china_days
    and counted.covered_days = counted.days_of_ex_china as has_days_of_world_ex_china,
    counted.is_sample
from counted
inner join periods
    on
        counted.period_kind = periods.period_kind
        and counted.period_start_on = periods.period_start_on
left join whole_counts
    on
        counted.period_kind = whole_counts.period_kind
        and counted.period_start_on = whole_counts.period_start_on
left join members
    on
        counted.geography = members.geography
        and counted.period_kind = members.period_kind
        and counted.period_start_on = members.period_start_on
