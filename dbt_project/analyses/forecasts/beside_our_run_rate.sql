-- What is forecast for a year, and what do app stores show of it?
-- The two columns are not comparable and are not divided: the forecast is gross and counts all
-- money of the format, China, web payment and advertising included; ours is net of the store's
-- fee, of apps outside China. covered_days says how much of the year ours is.
with ours as (
    select
        extract(year from period_start_on) as calendar_year,
        sum(revenue_usd) as revenue_usd,
        sum(round(completeness_ratio * (period_end_on - period_start_on + 1))) as covered_days
    from rpt_market_size_monthly
    where
        vendor = 'Appfigures'
        and revenue_basis = 'net'
        and geography = 'World ex-China'
    group by extract(year from period_start_on)
)

select
    forecasts.publisher,
    forecasts.published_on,
    forecasts.year,
    cast(forecasts.value / 1e9 as decimal(12, 2)) as forecast_gross_bn_usd,
    cast(ours.revenue_usd / 1e9 as decimal(12, 2)) as app_stores_net_bn_usd,
    cast(ours.covered_days as int) as covered_days,
    false as comparable
from fct_market_forecasts as forecasts
left join ours on forecasts.year = ours.calendar_year
where
    forecasts.segment = 'microdramas'
    and forecasts.metric = 'revenue'
    and forecasts.geography = 'World'
order by forecasts.publisher, forecasts.published_on, forecasts.year
