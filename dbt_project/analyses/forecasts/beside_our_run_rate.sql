-- What is forecast for a year, what do app stores show, and why can the two not be compared?
-- Our run-rate is a year computed from the complete, settled months that we have. `reason` says why
-- you must not divide it by the forecast: scope, basis, window, lower_bound, no_data.
select
    publisher,
    published_on,
    year,
    geography,
    value_kind,
    cast(forecast_usd / 1e9 as decimal(12, 2)) as forecast_bn_usd,
    forecast_basis,
    cast(our_run_rate_usd / 1e9 as decimal(12, 2)) as our_run_rate_bn_usd,
    our_basis,
    our_months,
    comparable,
    reason
from rpt_forecast_context
where segment = 'microdramas'
order by publisher, published_on, year, geography
