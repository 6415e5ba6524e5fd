select
    periods.period_kind,
    periods.period_start_on,
    periods.date_on,
    slices.country_code,
    slices.maturity = 'provisional' as is_provisional,
    slices.is_sample
from {{ ref('int_deciding_slices') }} as slices
inner join {{ ref('int_period_days') }} as periods
    on slices.date_on = periods.date_on
where slices.dataset = 'appfigures.estimates'
