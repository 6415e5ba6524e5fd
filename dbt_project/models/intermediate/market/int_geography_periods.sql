with

counted as (
    select
        days.geography,
        periods.period_kind,
        periods.period_start_on,
        periods.period_end_on,
        periods.period_label,
        periods.period_days,
        count(*) as covered_days,
        bool_or(days.is_provisional) as is_provisional,
        bool_or(days.is_sample) as is_sample
    from {{ ref('int_geography_days') }} as days
    inner join {{ ref('int_period_days') }} as periods
        on days.date_on = periods.date_on
    group by
        days.geography,
        periods.period_kind,
        periods.period_start_on,
        periods.period_end_on,
        periods.period_label,
        periods.period_days
)

select
    geography,
    period_kind,
    period_start_on,
    period_end_on,
    period_label,
    cast(1.0 * covered_days / nullif(period_days, 0) as decimal(9, 6)) as completeness_ratio,
    case when is_provisional then 'provisional' else 'settled' end as maturity,
    is_sample
from counted
