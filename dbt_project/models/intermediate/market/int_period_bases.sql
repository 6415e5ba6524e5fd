with

periods as (
    select
        geography,
        period_kind,
        period_start_on,
        period_end_on,
        coalesce(countries, '') as countries,
        completeness_ratio,
        maturity,
        cast({{ dateadd('day', 1, 'period_end_on') }} as date) as next_start_on
    from {{ ref('int_geography_periods') }}
),

paired as (
    select
        periods.geography,
        periods.period_kind,
        periods.period_start_on,
        periods.period_end_on,
        earlier.period_start_on as earlier_start_on,
        case
            when periods.completeness_ratio < 1 then 'incomplete'
            when periods.maturity <> 'settled' then 'provisional'
            when earlier.geography is null then 'no_period_before'
            when earlier.completeness_ratio < 1 then 'incomplete_before'
            when earlier.maturity <> 'settled' then 'provisional_before'
            when periods.countries <> earlier.countries then 'other_countries_before'
        end as no_growth_reason
    from periods
    left join periods as earlier
        on
            periods.geography = earlier.geography
            and periods.period_kind = earlier.period_kind
            and periods.period_start_on = earlier.next_start_on
)

select
    geography,
    period_kind,
    period_start_on,
    period_end_on,
    case when no_growth_reason is null then earlier_start_on end as previous_start_on,
    no_growth_reason
from paired
