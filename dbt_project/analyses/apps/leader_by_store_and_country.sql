-- In which countries and stores does the leading app earn?
-- From the daily facts: only countries, never together with ZZ, the vendor's worldwide total.
with newest as (
    select max(period_start_on) as month_on
    from rpt_market_size_monthly
    where
        geography = 'World ex-China'
        and completeness_ratio = 1
        and maturity = 'settled'
),

leader as (
    select
        board.app_id,
        board.period_start_on,
        board.period_end_on
    from rpt_app_leaderboard_monthly as board
    inner join newest on board.period_start_on = newest.month_on
    where
        board.vendor = 'Appfigures'
        and board.revenue_basis = 'net'
        and board.geography = 'World ex-China'
        and board.revenue_rank = 1
)

select
    estimates.country_code,
    estimates.store,
    sum(estimates.downloads) as downloads,
    sum(estimates.revenue_usd) as revenue_usd
from fct_app_estimates_daily as estimates
inner join leader
    on
        estimates.app_id = leader.app_id
        and estimates.estimated_on between leader.period_start_on and leader.period_end_on
where
    estimates.vendor = 'Appfigures'
    and estimates.revenue_basis = 'net'
    and estimates.geography_level = 'country'
group by estimates.country_code, estimates.store
order by revenue_usd desc, estimates.country_code asc, estimates.store asc
