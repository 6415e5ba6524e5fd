-- How concentrated is revenue, month by month?
-- hhi is the sum of squared shares, 0 to 10,000. Shares are of apps: publishers that have several
-- apps make the market more concentrated than this says. The bands were made for firms.
select
    period_label,
    geography,
    earning_apps,
    hhi,
    concentration_band,
    round(cr3_pct, 1) as top_3_pct,
    round(cr5_pct, 1) as top_5_pct,
    round(cr10_pct, 1) as top_10_pct,
    leading_app_name
from rpt_market_concentration_monthly
where
    vendor = 'Appfigures'
    and revenue_basis = 'net'
    and geography in ('World ex-China', 'US')
    and completeness_ratio = 1
order by geography, period_label
