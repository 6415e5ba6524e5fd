-- Leaderboards, concentration and the list of apps, computed once more from the apps' periods.
-- Reads the temporary tables of marts.1_periods.
create or replace temp table board as
select
    *,
    movement is not distinct from 'exit' as is_exit,
    rank() over (
        partition by mart, vendor, geography, period_start_on, movement is not distinct from 'exit'
        order by revenue_usd desc, downloads desc
    ) as revenue_place,
    rank() over (
        partition by mart, vendor, geography, period_start_on, movement is not distinct from 'exit'
        order by downloads desc, revenue_usd desc
    ) as downloads_place
from (
    select 'week' as period_kind, 'rpt_app_leaderboard_weekly' as mart, *
    from marts.rpt_app_leaderboard_weekly
    union all by name
    select 'month' as period_kind, 'rpt_app_leaderboard_monthly' as mart, *
    from marts.rpt_app_leaderboard_monthly
);

with

unlike_facts as (
    select
        coalesce(board.period_kind, apps.period_kind) as period_kind,
        coalesce(board.period_start_on, apps.period_start_on) as period_start_on,
        coalesce(board.geography, apps.geography) as geography,
        coalesce(board.app_id, apps.app_id) as app_id,
        board.revenue_usd,
        apps.revenue_usd as should_be
    from (from board where not is_exit) as board
    full join (from app_periods where is_active and period_kind in ('week', 'month')) as apps
        using (vendor, geography, period_kind, period_start_on, app_id)
    where (board.downloads, board.revenue_usd) is distinct from (apps.downloads, apps.revenue_usd)
),

places_unlike_figures as (
    select mart, period_label, geography, app_id, revenue_rank, revenue_place, downloads_rank,
        downloads_place
    from board
    where
        if(is_exit, null, revenue_place) is distinct from revenue_rank
        or if(is_exit, null, downloads_place) is distinct from downloads_rank
),

shares_unlike_market as (
    select board.mart, board.period_label, board.geography, board.app_id, board.revenue_share_pct,
        share_of(board.revenue_usd, sizes.revenue_usd) as should_be
    from board
    inner join sizes using (vendor, geography, period_kind, period_start_on)
    where differs(board.revenue_share_pct, share_of(board.revenue_usd, sizes.revenue_usd), 0.0002)
),

-- Only complete and settled periods are compared, each with the one just before, if both are made
-- of the same countries.
compared as (
    select now.geography, now.period_kind, now.period_start_on,
        before.period_start_on as previous_start_on
    from periods as now
    inner join periods as before
        on
            before.geography = now.geography
            and before.period_kind = now.period_kind
            and before.period_end_on + 1 = now.period_start_on
    where
        now.completeness_ratio = 1 and now.maturity = 'settled'
        and before.completeness_ratio = 1 and before.maturity = 'settled'
        and before.countries is not distinct from now.countries
),

moves as (
    select
        board.*,
        before.revenue_place as previous_place,
        case
            when board.is_exit then 'exit'
            when unlike.app_id is not null then null
            when board.revenue_rank_change > 0 then 'up'
            when board.revenue_rank_change < 0 then 'down'
            when board.revenue_rank_change = 0 then 'same'
            when compared.previous_start_on is not null then 'entrant'
        end as should_be,
        -- Apps that the reviewed file moves do not move the others, which marts.1_periods knows.
        not exists (
            from unlike as others
            where
                others.period_kind = board.period_kind
                and others.period_start_on = board.period_start_on
        ) as is_alike
    from board
    left join compared using (geography, period_kind, period_start_on)
    left join unlike using (period_kind, period_start_on, app_id)
    left join board as before
        on
            not before.is_exit
            and before.vendor = board.vendor
            and before.geography = board.geography
            and before.period_kind = board.period_kind
            and before.period_start_on = compared.previous_start_on
            and before.app_id = board.app_id
),

movements_unlike_places as (
    select mart, period_label, geography, app_id, movement, should_be, previous_revenue_rank,
        previous_place
    from moves
    where
        movement is distinct from should_be
        or previous_revenue_rank is distinct from previous_place
        or (is_alike and revenue_rank_change is distinct from (previous_place - revenue_place)
            and not is_exit)
    union all
    -- Who had a place and has none now has left.
    select before.mart, strftime(compared.period_start_on, '%Y-%m-%d'), before.geography,
        before.app_id, null, 'exit', null, before.revenue_place
    from board as before
    inner join compared
        on
            compared.geography = before.geography
            and compared.period_kind = before.period_kind
            and compared.previous_start_on = before.period_start_on
    anti join board as now
        on
            now.vendor = before.vendor
            and now.geography = before.geography
            and now.period_kind = before.period_kind
            and now.period_start_on = compared.period_start_on
            and now.app_id = before.app_id
    anti join unlike
        on
            unlike.period_kind = before.period_kind
            and unlike.period_start_on = compared.period_start_on
            and unlike.app_id = before.app_id
    where not before.is_exit
),

unlike_list as (
    select distinct board.mart, board.app_id, board.app_name, apps.app_name as should_be,
        board.publisher, apps.publisher as publisher_should_be
    from board
    left join marts.dim_app as apps using (app_id)
    where (board.app_name, board.publisher) is distinct from (apps.app_name, apps.publisher)
),

earning as (
    select
        *,
        cast(100.0 * revenue_usd / sum(revenue_usd) over same as decimal(9, 6)) as share_pct,
        row_number() over (same order by revenue_usd desc, downloads desc, app_id) as place
    from app_periods
    where period_kind = 'month' and revenue_usd > 0
    window same as (partition by vendor, geography, period_start_on)
),

concentrations as (
    select vendor, geography, period_start_on,
        count(*) as earning_apps,
        sum(share_pct * share_pct) as hhi,
        sum(share_pct) filter (where place <= 3) as cr3_pct,
        sum(share_pct) filter (where place <= 5) as cr5_pct,
        sum(share_pct) filter (where place <= 10) as cr10_pct,
        max(share_pct) as leading_app_share_pct,
        any_value(app_id) filter (where place = 1) as leading_app_id
    from earning
    group by all
),

concentration_unlike_shares as (
    select reports.geography, reports.period_label, reports.hhi,
        cast(shares.hhi as decimal(9, 2)) as should_be, reports.concentration_band,
        reports.leading_app_id, shares.leading_app_id as leader_should_be
    from marts.rpt_market_concentration_monthly as reports
    left join concentrations as shares using (vendor, geography, period_start_on)
    left join marts.dim_app as leaders on leaders.app_id = shares.leading_app_id
    left join (from should_be where period_kind = 'month') as markets
        using (vendor, geography, period_start_on)
    where
        differs(reports.hhi, shares.hhi, 0.02)
        or differs(reports.cr3_pct, shares.cr3_pct, 0.0002)
        or differs(reports.cr5_pct, shares.cr5_pct, 0.0002)
        or differs(reports.cr10_pct, shares.cr10_pct, 0.0002)
        or differs(reports.leading_app_share_pct, shares.leading_app_share_pct, 0.0002)
        or reports.earning_apps <> coalesce(shares.earning_apps, 0)
        or reports.active_apps <> markets.active_apps
        or reports.leading_app_id is distinct from shares.leading_app_id
        or reports.leading_app_name is distinct from leaders.app_name
        or reports.concentration_band is distinct from case
            when reports.hhi > 1800 then 'high'
            when reports.hhi >= 1000 then 'moderate'
            when reports.hhi is not null then 'low'
        end
),

seen as (
    select app_id, min(estimated_on) as first_seen_on
    from marts.fct_app_estimates_daily
    group by app_id
),

apps_unlike_facts as (
    select coalesce(seen.app_id, apps.app_id) as app_id, apps.app_name, apps.first_seen_on,
        seen.first_seen_on as should_be
    from seen
    full join marts.dim_app as apps using (app_id)
    where apps.app_id is null or apps.first_seen_on is distinct from seen.first_seen_on
)

select
    (select count(*) from board) as row_count,
    (select count(*) from unlike_facts) as leaderboards_unlike_facts,
    (select list(s) from (from unlike_facts order by all limit 5) as s)
        as leaderboards_unlike_facts_samples,
    (select count(*) from places_unlike_figures) as app_places_unlike_figures,
    (select list(s) from (from places_unlike_figures order by all limit 5) as s)
        as app_places_unlike_figures_samples,
    (select count(*) from shares_unlike_market) as app_shares_unlike_market,
    (select list(s) from (from shares_unlike_market order by all limit 5) as s)
        as app_shares_unlike_market_samples,
    (select count(*) from movements_unlike_places) as movements_unlike_places,
    (select list(s) from (from movements_unlike_places order by all limit 5) as s)
        as movements_unlike_places_samples,
    (select count(*) from unlike_list) as app_names_unlike_list,
    (select list(s) from (from unlike_list order by all limit 5) as s)
        as app_names_unlike_list_samples,
    (select count(*) from concentration_unlike_shares) as concentration_unlike_shares,
    (select list(s) from (from concentration_unlike_shares order by all limit 5) as s)
        as concentration_unlike_shares_samples,
    (select count(*) from apps_unlike_facts) as apps_unlike_facts,
    (select list(s) from (from apps_unlike_facts order by all limit 5) as s)
        as apps_unlike_facts_samples
