-- Which apps entered the market, month by month, and how large were they in that month?
-- An entrant had no downloads and no revenue in the month before; it may be an app that came back.
-- The first month of all data has no entrants, because there is nothing before it.
select
    period_label,
    app_name,
    publisher,
    revenue_rank as place,
    revenue_usd,
    downloads
from rpt_app_leaderboard_monthly
where
    vendor = 'Appfigures'
    and revenue_basis = 'net'
    and geography = 'World ex-China'
    and movement = 'entrant'
order by period_start_on desc, revenue_rank asc
limit 30
