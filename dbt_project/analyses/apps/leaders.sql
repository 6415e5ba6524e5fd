-- Who leads outside China, in the newest complete month?
-- Ranks are by net revenue of apps in the universe, both stores together.
with newest as (
    select max(period_start_on) as month_on
    from rpt_market_size_monthly
    where
        geography = 'World ex-China'
        and completeness_ratio = 1
        and maturity = 'settled'
)

select
    board.revenue_rank as place,
    board.app_name,
    board.publisher,
    board.revenue_usd,
    round(board.revenue_share_pct, 1) as share_pct,
    board.movement
from rpt_app_leaderboard_monthly as board
inner join newest on board.period_start_on = newest.month_on
where
    board.vendor = 'Appfigures'
    and board.revenue_basis = 'net'
    and board.geography = 'World ex-China'
    and board.revenue_rank is not null
order by board.revenue_rank
limit 20
