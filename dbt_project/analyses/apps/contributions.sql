-- Which apps caused the change between the two newest complete months?
-- Revenue of an app in each month; an app that is not active in a month counts as zero there. The
-- column adds up to the change of the total, including changes of the universe.
with newest as (
    select max(period_start_on) as month_on
    from rpt_market_size_monthly
    where
        geography = 'World ex-China'
        and completeness_ratio = 1
        and maturity = 'settled'
),

months as (
    select
        board.app_id,
        max(board.app_name) as app_name,
        sum(case when board.period_start_on = newest.month_on then board.revenue_usd else 0 end)
            as revenue_usd,
        sum(case when board.period_start_on < newest.month_on then board.revenue_usd else 0 end)
            as previous_revenue_usd
    from rpt_app_leaderboard_monthly as board
    inner join newest
        on board.period_start_on in (newest.month_on, newest.month_on - interval 1 month)
    where
        board.vendor = 'Appfigures'
        and board.revenue_basis = 'net'
        and board.geography = 'World ex-China'
    group by board.app_id
)

select
    app_name,
    previous_revenue_usd,
    revenue_usd,
    revenue_usd - previous_revenue_usd as contribution_usd
from months
order by abs(revenue_usd - previous_revenue_usd) desc, app_name asc
limit 20
