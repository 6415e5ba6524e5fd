-- The Minis: what the loads say, the landscape and the leaders computed once more.
with

offers as (
    select *, date_trunc('month', as_of_on) as month_start_on
    from marts.fct_minis_offers
),

offers_unlike_loads as (
    select market, as_of_on, mini_app_id, unlock_price_usd, monthly_price_low_usd, discount_ratio
    from offers
    anti join raw.minis_catalog as said
        on
            (offers.as_of_on, offers.market, offers.mini_app_id, offers.kind, offers.apps,
            offers.unlock_price_usd, offers.monthly_price_low_usd, offers.monthly_price_high_usd,
            offers.discount_ratio, offers.unified_app_id, offers.load_id)
            is not distinct from
            (said.snapshot_on, if(said.market = 'ZZ', 'World', said.market), said.mini_app_id, said.kind, said.apps,
            said.unlock_price_usd, said.monthly_price_low_usd, said.monthly_price_high_usd,
            said.discount_ratio, said.unified_app_id, said.load_id)
    union all
    select distinct market, snapshot_on, null, null, null, null
    from raw.minis_catalog as said
    anti join offers
        on
            offers.market = if(said.market = 'ZZ', 'World', said.market)
            and offers.as_of_on = said.snapshot_on
),

leader_months as (
    select distinct month_start_on, last_day(as_of_on) as month_end_on from offers
),

-- What has been published, and what the month's catalogue shows.
statements as (
    select month_start_on, leader, route, status, published_on
    from leader_months
    inner join seeds.minis_leader_routes on published_on <= month_end_on
    union all
    select month_start_on, apps.app_name, 'minis', 'present', as_of_on
    from offers
    inner join marts.dim_app as apps on apps.app_id = offers.unified_app_id
    where kind = 'drama'
),

newest as (
    select month_start_on, leader, route, arg_max(status, (published_on, status)) as status
    from statements
    group by all
),

leaders_unlike_statements as (
    select month_start_on, leader, route, reports.status, coalesce(newest.status, 'unknown')
        as should_be
    from marts.rpt_minis_leaders as reports
    left join newest using (month_start_on, leader, route)
    where reports.status <> coalesce(newest.status, 'unknown')
),

-- A month is what its last snapshot shows.
landscapes as (
    select
        month_start_on,
        market,
        as_of_on,
        coalesce(sum(apps) filter (where kind = 'drama'), 0) as drama_apps,
        coalesce(sum(apps) filter (where kind <> 'drama'), 0) as game_apps,
        count(*) filter (where kind = 'drama' and evidence = 'named') as named_drama_apps,
        min(unlock_price_usd) filter (where kind = 'drama') as unlock_price_low_usd,
        max(unlock_price_usd) filter (where kind = 'drama') as unlock_price_high_usd,
        min(monthly_price_low_usd) filter (where kind = 'drama') as monthly_price_low_usd,
        max(monthly_price_high_usd) filter (where kind = 'drama') as monthly_price_high_usd,
        min(discount_ratio) filter (where kind = 'drama') as discount_low_ratio,
        max(discount_ratio) filter (where kind = 'drama') as discount_high_ratio,
        count(unlock_price_usd) filter (where kind = 'drama') as priced_offers
    from offers
    group by month_start_on, market, as_of_on
    qualify row_number() over (partition by month_start_on, market order by as_of_on desc) = 1
),

leaders as (
    select month_start_on,
        count(*) filter (where status = 'present') as present,
        count(*) filter (where status = 'absent') as absent,
        count(*) filter (where status = 'unknown') as unknown
    from marts.rpt_minis_leaders
    where route = 'minis'
    group by month_start_on
),

landscape_unlike_offers as (
    select month_start_on, market, reports.drama_apps, landscapes.drama_apps as should_be,
        reports.unlock_price_low_usd, landscapes.unlock_price_low_usd as price_should_be
    from marts.rpt_minis_landscape as reports
    full join landscapes using (month_start_on, market)
    left join leaders using (month_start_on)
    where
        (reports.as_of_on, coalesce(reports.drama_apps, 0), coalesce(reports.game_apps, 0),
        reports.named_drama_apps, reports.unlock_price_low_usd, reports.unlock_price_high_usd,
        reports.monthly_price_low_usd, reports.monthly_price_high_usd, reports.discount_low_ratio,
        reports.discount_high_ratio, reports.leaders_present, reports.leaders_absent,
        reports.leaders_unknown)
        is distinct from
        (landscapes.as_of_on, landscapes.drama_apps, landscapes.game_apps,
        landscapes.named_drama_apps, landscapes.unlock_price_low_usd,
        landscapes.unlock_price_high_usd, landscapes.monthly_price_low_usd,
        landscapes.monthly_price_high_usd, landscapes.discount_low_ratio,
        landscapes.discount_high_ratio, leaders.present, leaders.absent, leaders.unknown)
        or reports.unlock_under_5_usd_offers + reports.unlock_5_to_10_usd_offers
        + reports.unlock_10_usd_and_more_offers + reports.unlock_band_unknown_offers
        <> landscapes.priced_offers
)

select
    (select count(*) from offers) as row_count,
    (select count(*) from offers_unlike_loads) as minis_offers_unlike_loads,
    (select list(s) from (from offers_unlike_loads order by all limit 5) as s)
        as minis_offers_unlike_loads_samples,
    (select count(*) from leaders_unlike_statements) as minis_leaders_unlike_statements,
    (select list(s) from (from leaders_unlike_statements order by all limit 5) as s)
        as minis_leaders_unlike_statements_samples,
    (select count(*) from landscape_unlike_offers) as minis_landscape_unlike_offers,
    (select list(s) from (from landscape_unlike_offers order by all limit 5) as s)
        as minis_landscape_unlike_offers_samples
