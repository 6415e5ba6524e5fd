-- Where is a download worth most?
-- Net revenue of a month divided by downloads of the same month. Old users' money is divided by new
-- downloads, so this is a ratio of two flows, not what one new user will pay.
with newest as (
    select max(period_start_on) as month_on
    from rpt_market_size_monthly
    where
        geography = 'World ex-China'
        and completeness_ratio = 1
        and maturity = 'settled'
)

select
    market.geography,
    market.revenue_per_download_usd,
    market.revenue_usd,
    market.downloads
from rpt_market_size_monthly as market
inner join newest on market.period_start_on = newest.month_on
where
    market.vendor = 'Appfigures'
    and market.revenue_basis = 'net'
    and market.geography_level = 'country'
order by market.revenue_per_download_usd desc nulls last, market.geography asc
