-- How did the last thirteen weeks go?
-- Weeks are ISO weeks, Monday to Sunday. A provisional week may look 20% too small: it is shown,
-- but has no growth.
select
    period_label,
    downloads,
    revenue_usd,
    round(revenue_growth_pct, 1) as growth_pct,
    revenue_per_download_usd as usd_per_download,
    maturity
from rpt_market_size_weekly
where
    vendor = 'Appfigures'
    and revenue_basis = 'net'
    and geography = 'World ex-China'
    and completeness_ratio = 1
order by period_start_on desc
limit 13
