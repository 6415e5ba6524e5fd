-- The Minis: what the loads say, the landscape and the leaders computed once more.
with

offers as (
    select *, date_trunc('month', as_of_on) as month_start_on
    from marts.fct_minis_offers
),

-- Of each market's day the load that came last.
catalogues as (
    select said.* replace (if(said.market = 'ZZ', 'World', said.market) as market)
    from raw.minis_catalog as said
    inner join raw.load_coverage as coverage using (load_id)
    where coverage.dataset = 'minis.catalog'
    qualify dense_rank() over (
        partition by market, snapshot_on order by coverage.said_at desc, load_seq desc
    ) = 1
),

offers_unlike_loads as (
    select market, as_of_on, mini_app_id, offers.unlock_price_usd,
        said.unlock_price_usd as should_be
    from offers
    full join (from catalogues select *, snapshot_on as as_of_on) as said
        using (market, as_of_on, mini_app_id)
    where
        (offers.kind, offers.evidence, offers.apps, offers.app_name, offers.publisher,
        offers.unified_app_id, offers.unlock_model, offers.free_episodes_min,
        offers.free_episodes_max, offers.beans_per_episode, offers.beans_full_series,
        offers.unlock_price_usd, offers.unlock_price_is_lower_bound, offers.monthly_price_low_usd,
        offers.monthly_price_high_usd, offers.discount_ratio, offers.first_seen_on,
        offers.last_seen_on, offers.published_on, offers.source, offers.load_id, offers.said_at,
        offers.is_sample)
        is distinct from
        (said.kind, said.evidence, said.apps, said.app_name, said.publisher,
        said.unified_app_id, said.unlock_model, said.free_episodes_min,
        said.free_episodes_max, said.beans_per_episode, said.beans_full_series,
        said.unlock_price_usd, said.unlock_price_is_lower_bound, said.monthly_price_low_usd,
        said.monthly_price_high_usd, said.discount_ratio, said.first_seen_on,
        said.last_seen_on, said.published_on, said.source, said.load_id, said.said_at,
        said.is_sample)
        or price_basis <> 'gross'
),

leader_months as (
    select distinct month_start_on, last_day(as_of_on) as month_end_on from offers
),

-- What has been published, and what the month's catalogue shows.
statements as (
    select month_start_on, leader, route, status, published_on, source, certainty
    from leader_months
    inner join seeds.minis_leader_routes on published_on <= month_end_on
    union all
    select month_start_on, apps.app_name, 'minis', 'present', as_of_on, source, 'secondary'
    from offers
    inner join marts.dim_app as apps on apps.app_id = offers.unified_app_id
    where kind = 'drama'
),

newest as (
    from statements
    qualify row_number() over (
        partition by month_start_on, leader, route
        order by published_on desc, status desc, source
    ) = 1
),

-- Every leader of the reviewed list has every route in every month of a catalogue.
leader_routes as (
    select month_start_on, leader, route
    from leader_months
    cross join (select distinct leader from seeds.minis_leader_routes)
    cross join (values ('own_app'), ('minis'), ('series'), ('official_account')) as routes (route)
),

leaders_unlike_statements as (
    select month_start_on, leader, route, reports.status, coalesce(newest.status, 'unknown')
        as should_be
    from marts.rpt_minis_leaders as reports
    full join leader_routes using (month_start_on, leader, route)
    left join newest using (month_start_on, leader, route)
    where
        leader_routes.leader is null
        or (reports.status, reports.published_on, reports.source, reports.certainty)
        is distinct from (
            coalesce(newest.status, 'unknown'), newest.published_on, newest.source,
            newest.certainty
        )
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
        count(*) filter (where kind <> 'drama' and evidence = 'named') as named_game_apps,
        min(free_episodes_min) filter (where kind = 'drama') as free_episodes_min,
        max(free_episodes_max) filter (where kind = 'drama') as free_episodes_max,
        min(price_basis) as price_basis,
        bool_or(unlock_price_is_lower_bound) filter (where kind = 'drama') as has_lower_bound,
        count(*) filter (where kind = 'drama' and unlock_price_usd >= 10) as from_10,
        -- Of a lower bound below 10 dollars the band is not known.
        count(*) filter (
            where kind = 'drama' and unlock_price_usd < 10
            and coalesce(unlock_price_is_lower_bound, false)
        ) as unknown_band,
        count(*) filter (
            where kind = 'drama' and unlock_price_usd >= 5 and unlock_price_usd < 10
            and not coalesce(unlock_price_is_lower_bound, false)
        ) as from_5,
        count(*) filter (
            where kind = 'drama' and unlock_price_usd < 5
            and not coalesce(unlock_price_is_lower_bound, false)
        ) as under_5
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
        or (reports.named_game_apps, reports.free_episodes_min, reports.free_episodes_max,
        reports.price_basis, reports.unlock_price_has_lower_bound,
        reports.unlock_under_5_usd_offers, reports.unlock_5_to_10_usd_offers,
        reports.unlock_10_usd_and_more_offers, reports.unlock_band_unknown_offers)
        is distinct from
        (landscapes.named_game_apps, landscapes.free_episodes_min, landscapes.free_episodes_max,
        landscapes.price_basis, landscapes.has_lower_bound, landscapes.under_5, landscapes.from_5,
        landscapes.from_10, landscapes.unknown_band)
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
