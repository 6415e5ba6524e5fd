-- A catalogue against the one before, market by market: what is gone, new, or under another name.
with

-- For each snapshot, the newest one before it, and how many months lie between. Three months and
-- more count as three: what a market does in a year must not excuse a wrong digit.
snapshots as (
    select
        market,
        snapshot_on,
        before_on,
        least(3, greatest(1, date_diff('day', before_on, snapshot_on) / 30.4)) as months
    from (
        select load.market, load.snapshot_on, max(previous.snapshot_on) as before_on
        from load
        inner join previous
            on load.market = previous.market and load.snapshot_on > previous.snapshot_on
        group by load.market, load.snapshot_on
    )
),

before as (
    select snapshots.snapshot_on as in_snapshot_on, previous.*
    from previous
    inner join snapshots
        on previous.market = snapshots.market and previous.snapshot_on = snapshots.before_on
),

-- Apps by kind, and by how they are known.
parts_now as (
    select market, snapshot_on, kind, coalesce(evidence, 'all') as evidence, sum(apps) as apps
    from load
    where evidence <> 'market_terms'
    group by grouping sets ((market, snapshot_on, kind), (market, snapshot_on, kind, evidence))
),

parts_before as (
    select
        market, in_snapshot_on as snapshot_on, kind, coalesce(evidence, 'all') as evidence,
        sum(apps) as apps
    from before
    where evidence <> 'market_terms'
    group by grouping sets (
        (market, in_snapshot_on, kind), (market, in_snapshot_on, kind, evidence)
    )
),

-- A part that is gone has 0 apps; only a part that was too small to be compared has no figure.
parts as (
    select
        market,
        snapshot_on,
        kind,
        evidence,
        cast(parts_before.apps as double) as apps_before,
        cast(coalesce(parts_now.apps, 0) as double) as apps_now,
        months
    from parts_before
    inner join snapshots using (market, snapshot_on)
    left join parts_now using (market, snapshot_on, kind, evidence)
),

moves as (
    select
        *,
        if(
            apps_before < 3, null,
            round(1 - pow(least(1, apps_now / apps_before), 1 / months), 4)
        ) as lost_ratio,
        if(
            apps_before < 5, null, round(pow(apps_now / apps_before, 1 / months), 4)
        ) as growth_factor
    from parts
),

named as (
    select
        load.market,
        load.snapshot_on,
        load.mini_app_id,
        load.app_name,
        known.mini_app_id is null as is_new,
        namesakes.mini_app_id as id_before
    from load
    inner join snapshots using (market, snapshot_on)
    left join before as known
        on load.market = known.market
        and load.snapshot_on = known.in_snapshot_on
        and load.mini_app_id = known.mini_app_id
    left join before as namesakes
        on load.market = namesakes.market
        and load.snapshot_on = namesakes.in_snapshot_on
        and load.app_name = namesakes.app_name
        and load.mini_app_id <> namesakes.mini_app_id
    where load.evidence = 'named'
),

named_before as (
    select count(*) as apps from before where evidence = 'named'
),

terms_lost as (
    select before.market, before.mini_app_id
    from before
    left join load
        on before.market = load.market
        and before.in_snapshot_on = load.snapshot_on
        and before.mini_app_id = load.mini_app_id
    where before.evidence = 'market_terms' and load.mini_app_id is null
),

-- A file has its whole market list, and its newest snapshot is newer than what was handed in.
markets_lost as (
    select distinct market from previous where market not in (select market from load)
),

newest as (
    select
        market,
        max(load.snapshot_on) as snapshot_on,
        max(previous.snapshot_on) as snapshot_before_on
    from load
    inner join previous using (market)
    group by market
)

select
    (select max(lost_ratio) from moves) as apps_lost_ratio_max,
    (
        select list(m) from (
            select market, kind, evidence, apps_before, apps_now from moves
            order by lost_ratio desc nulls last, kind, evidence, columns(*) limit 5
        ) as m
    ) as apps_lost_ratio_max_samples,
    (select max(growth_factor) from moves where evidence = 'all') as apps_growth_factor_max,
    (
        select list(m) from (
            select market, kind, apps_before, apps_now from moves where evidence = 'all'
            order by growth_factor desc nulls last, kind, columns(*) limit 5
        ) as m
    ) as apps_growth_factor_max_samples,
    round(
        (select count(*) from named where is_new)
        / (select if(apps < 5, null, apps) from named_before)
        / (select max(months) from snapshots), 4
    ) as new_named_ratio,
    (
        select list(n) from (
            select market, mini_app_id, app_name from named where is_new order by all limit 5
        ) as n
    ) as new_named_ratio_samples,
    round(
        (select count(*) from named where id_before is not null)
        / (select if(apps < 5, null, apps) from named_before), 4
    ) as names_under_other_ids_ratio,
    (
        select list(n) from (
            select market, app_name, id_before, mini_app_id from named
            where id_before is not null order by all limit 5
        ) as n
    ) as names_under_other_ids_ratio_samples,
    (select count(*) from terms_lost) as market_terms_lost,
    (select list(t) from (from terms_lost order by all limit 5) as t)
        as market_terms_lost_samples,
    (select count(*) from markets_lost) as markets_lost,
    (select list(m) from (from markets_lost order by all limit 5) as m) as markets_lost_samples,
    (select count(*) from newest where snapshot_on < snapshot_before_on)
        as snapshots_older_than_known,
    (
        select list(n) from (
            from newest where snapshot_on < snapshot_before_on order by all limit 5
        ) as n
    ) as snapshots_older_than_known_samples
