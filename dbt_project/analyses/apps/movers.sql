-- Who climbed and who fell most, among the fifty largest?
-- Change of place since the month before, among the same apps. Below rank fifty a place is worth
-- little money.
with newest as (
    select max(period_start_on) as month_on
    from rpt_market_size_monthly
    where
        geography = 'World ex-China'
        and completeness_ratio = 1
        and maturity = 'settled'
)

select
    board.app_name,
    board.revenue_rank_change as places_gained,
    board.revenue_rank,
    board.previous_revenue_rank,
    board.revenue_usd
from rpt_app_leaderboard_monthly as board
inner join newest on board.period_start_on = newest.month_on
where
    board.vendor = 'Appfigures'
    and board.revenue_basis = 'net'
    and board.geography = 'World ex-China'
    and board.revenue_rank_change is not null
    and least(board.revenue_rank, board.previous_revenue_rank) <= 50
order by abs(board.revenue_rank_change) desc, board.revenue_rank asc
limit 20
