-- Which countries grew fastest in the newest complete month?
-- Only countries with at least 1% of the market, because a small base grows by any percentage.
-- Months differ by up to 10% in length; so compare countries with one another.
with newest as (
    select max(period_start_on) as month_on
    from rpt_market_size_monthly
    where
        geography = 'World ex-China'
        and completeness_ratio = 1
        and maturity = 'settled'
)

select
    market.geography as country_code,
    round(market.revenue_growth_pct, 1) as revenue_pct,
    round(market.downloads_growth_pct, 1) as downloads_pct,
    round(market.revenue_share_pct, 1) as revenue_share_pct,
    market.revenue_usd
from rpt_market_size_monthly as market
inner join newest on market.period_start_on = newest.month_on
where
    market.vendor = 'Appfigures'
    and market.revenue_basis = 'net'
    and market.geography_level = 'country'
    and market.geography <> 'CN'
    and market.revenue_share_pct >= 1
order by market.revenue_growth_pct desc nulls last, market.geography asc
