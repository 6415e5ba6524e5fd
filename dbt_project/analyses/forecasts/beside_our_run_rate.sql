-- What is forecast for a year, what do app stores show of it, and why do the two not compare?
-- Our run-rate is a year of the whole, settled months that we have. `reason` says why it may not
-- be divided by the forecast: scope, basis, window, lower_bound, no_data.
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
