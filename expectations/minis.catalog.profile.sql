-- A catalogue of Minis as a whole: what may be counted as an app, and what may not.
with

early as (
    select load.mini_app_id, load.snapshot_on, asked.said_on
    from load, asked
    where load.snapshot_on > asked.said_on
),

miscounted as (
    select snapshot_on, market, mini_app_id, evidence, apps, app_name
    from load
    where case evidence
        when 'named' then apps is distinct from 1 or app_name is null
        when 'count_only' then apps is null or app_name is not null
        when 'market_terms' then apps is not null or app_name is not null
    end
),

namesakes as (
    select snapshot_on, market, lower(app_name) as app_name, count(distinct mini_app_id) as ids
    from load
    where app_name is not null
    group by snapshot_on, market, lower(app_name)
    having count(distinct mini_app_id) > 1
),

unprinted as (
    select load.mini_app_id, load.published_on, asked.said_on
    from load, asked
    where load.published_on > asked.said_on
),

unseen as (
    select load.mini_app_id, load.first_seen_on, load.last_seen_on, asked.said_on
    from load, asked
    where load.first_seen_on > asked.said_on or load.last_seen_on > asked.said_on
),

-- For each market, the newest snapshot before this one.
ordered_before as (
    select
        previous.*,
        load_snapshots.snapshot_on as load_snapshot_on,
        rank() over (
            partition by previous.market, load_snapshots.snapshot_on
            order by previous.snapshot_on desc
        ) as recency
    from previous
    inner join (select distinct market, snapshot_on from load) as load_snapshots
        on previous.market = load_snapshots.market
        and previous.snapshot_on < load_snapshots.snapshot_on
),

before as (
    select * from ordered_before where recency = 1
),

matched as (
    select
        before.market,
        before.mini_app_id,
        before.kind as kind_before,
        load.kind,
        before.unlock_price_usd as unlock_price_before,
        load.unlock_price_usd,
        before.monthly_price_low_usd as monthly_price_before,
        load.monthly_price_low_usd,
        greatest(
            cast(load.unlock_price_usd as double) / before.unlock_price_usd,
            cast(before.unlock_price_usd as double) / load.unlock_price_usd,
            cast(load.monthly_price_low_usd as double) / before.monthly_price_low_usd,
            cast(before.monthly_price_low_usd as double) / load.monthly_price_low_usd
        ) as price_factor
    from before
    inner join load
        on before.market = load.market
        and before.mini_app_id = load.mini_app_id
        and before.load_snapshot_on = load.snapshot_on
),

counts_now as (
    select market, kind, snapshot_on, cast(sum(apps) as double) as apps
    from load
    group by market, kind, snapshot_on
),

counts_before as (
    select market, kind, load_snapshot_on as snapshot_on, cast(sum(apps) as double) as apps
    from before
    group by market, kind, load_snapshot_on
),

counts as (
    select
        market, kind, snapshot_on, counts_before.apps as apps_before, counts_now.apps as apps_now,
        if(
            counts_before.apps >= 5,
            greatest(
                counts_now.apps / counts_before.apps, counts_before.apps / nullif(counts_now.apps, 0)
            ),
            null
        ) as factor
    from counts_before
    inner join counts_now using (market, kind, snapshot_on)
)

select
    (select count(*) from early) as snapshots_from_the_future,
    (select list(e) from (from early order by all limit 5) as e)
        as snapshots_from_the_future_samples,
    (select count(*) from miscounted where evidence = 'named') as named_rows_of_other_than_one_app,
    (
        select list(m) from (
            from miscounted where evidence = 'named' order by all limit 5
        ) as m
    ) as named_rows_of_other_than_one_app_samples,
    (select count(*) from miscounted where evidence = 'count_only') as count_rows_without_a_count,
    (
        select list(m) from (
            from miscounted where evidence = 'count_only' order by all limit 5
        ) as m
    ) as count_rows_without_a_count_samples,
    (select count(*) from miscounted where evidence = 'market_terms')
        as market_terms_that_count_apps,
    (
        select list(m) from (
            from miscounted where evidence = 'market_terms' order by all limit 5
        ) as m
    ) as market_terms_that_count_apps_samples,
    (select count(*) from namesakes) as names_under_several_ids,
    (select list(n) from (from namesakes order by all limit 5) as n)
        as names_under_several_ids_samples,
    (select count(*) from unprinted) as sources_from_the_future,
    (select list(u) from (from unprinted order by all limit 5) as u)
        as sources_from_the_future_samples,
    (select count(*) from unseen) as sightings_from_the_future,
    (select list(u) from (from unseen order by all limit 5) as u)
        as sightings_from_the_future_samples,
    (select count(*) from matched where kind <> kind_before) as apps_that_changed_kind,
    (
        select list(m) from (
            select market, mini_app_id, kind_before, kind from matched where kind <> kind_before
            order by all limit 5
        ) as m
    ) as apps_that_changed_kind_samples,
    (select round(max(price_factor), 2) from matched) as price_change_factor_max,
    (
        select list(m) from (
            select
                market, mini_app_id, unlock_price_before, unlock_price_usd, monthly_price_before,
                monthly_price_low_usd
            from matched order by price_factor desc nulls last, columns(*) limit 5
        ) as m
    ) as price_change_factor_max_samples,
    (select round(max(factor), 2) from counts) as apps_change_factor_max,
    (
        select list(c) from (
            select market, kind, apps_before, apps_now from counts
            order by factor desc nulls last, columns(*) limit 5
        ) as c
    ) as apps_change_factor_max_samples
