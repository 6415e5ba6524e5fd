-- How large is the market outside China by quarter, and how does it grow?
-- Revenue is net of the store's fee. Growth compares the same apps; it is empty if a quarter is
-- incomplete or provisional. Do not divide two totals yourself: the universe may differ.
select
    period_label,
    active_apps,
    downloads,
    revenue_usd,
    round(downloads_growth_pct, 1) as downloads_pct,
    round(revenue_growth_pct, 1) as revenue_pct
from rpt_market_size_quarterly
where
    vendor = 'Appfigures'
    and revenue_basis = 'net'
    and geography = 'World ex-China'
order by period_label
