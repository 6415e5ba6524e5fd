-- How much of a month's change is growth, and how much is our own choice of apps?
-- growth_usd compares the same apps; universe_usd is what the reviewed file of the universe added
-- or removed. The two add up to the change of the total.
select
    period_label,
    revenue_usd,
    revenue_usd - lag(revenue_usd) over (order by period_start_on) as change_usd,
    revenue_usd - lag(revenue_usd) over (order by period_start_on)
    - universe_change_revenue_usd as growth_usd,
    universe_change_revenue_usd as universe_usd,
    round(revenue_growth_pct, 1) as growth_pct
from rpt_market_size_monthly
where
    vendor = 'Appfigures'
    and revenue_basis = 'net'
    and geography = 'World ex-China'
    and completeness_ratio = 1
order by period_start_on
