-- Which publishers take the most, and with how many apps?
-- A publisher is the name that the stores show: one company may have several names.
with newest as (
    select max(period_start_on) as month_on
    from rpt_market_size_monthly
    where
        geography = 'World ex-China'
        and completeness_ratio = 1
        and maturity = 'settled'
)

select
    board.publisher,
    count(*) as apps,
    sum(board.revenue_usd) as revenue_usd,
    round(sum(board.revenue_share_pct), 1) as share_pct
from rpt_app_leaderboard_monthly as board
inner join newest on board.period_start_on = newest.month_on
where
    board.vendor = 'Appfigures'
    and board.revenue_basis = 'net'
    and board.geography = 'World ex-China'
    and board.revenue_rank is not null
group by board.publisher
order by revenue_usd desc, board.publisher asc
limit 20
