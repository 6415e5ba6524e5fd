-- How concentrated is revenue, month by month?
-- hhi: the sum of squared shares, 0 to 10,000; competition authorities call a market above 1,800
-- highly concentrated (US Merger Guidelines 2023). Apps stand for themselves, though one publisher
-- may have several: the market of publishers is more concentrated.
select
    period_label,
    geography,
    count(*) as active_apps,
    cast(sum(revenue_share_pct * revenue_share_pct) as int) as hhi,
    round(sum(case when revenue_rank <= 3 then revenue_share_pct end), 1) as top_3_pct,
    round(sum(case when revenue_rank <= 5 then revenue_share_pct end), 1) as top_5_pct,
    round(sum(case when revenue_rank <= 10 then revenue_share_pct end), 1) as top_10_pct
from rpt_app_leaderboard_monthly
where
    vendor = 'Appfigures'
    and revenue_basis = 'net'
    and geography in ('World ex-China', 'US')
    and completeness_ratio = 1
group by period_label, geography
order by geography, period_label
