-- Which countries make up the market, in the newest complete month?
-- Shares are of World ex-China. Other is what no complete country covers; with it the shares add up
-- to 100.
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
    market.revenue_usd,
    round(market.revenue_share_pct, 1) as revenue_share_pct,
    round(market.downloads_share_pct, 1) as downloads_share_pct,
    market.active_apps
from rpt_market_size_monthly as market
inner join newest on market.period_start_on = newest.month_on
where
    market.vendor = 'Appfigures'
    and market.revenue_basis = 'net'
    and market.completeness_ratio = 1
    and market.geography_level in ('country', 'other')
    and market.geography <> 'CN'
order by market.revenue_usd desc
