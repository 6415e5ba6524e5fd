-- Which apps were active in one month and gone in the next?
-- Gone means that the vendor has no estimate above zero, not that the app was closed. The rank is
-- the last one that it had.
select
    period_label,
    app_name,
    publisher,
    previous_revenue_rank
from rpt_app_leaderboard_monthly
where
    vendor = 'Appfigures'
    and revenue_basis = 'net'
    and geography = 'World ex-China'
    and movement = 'exit'
order by period_start_on desc, previous_revenue_rank asc
limit 30
