-- A catalogue of Minis as a whole: what may be counted as an app, and what may not.
with

duplicates as (
    select snapshot_on, market, mini_app_id, count(*) as copies
    from load
    group by snapshot_on, market, mini_app_id
    having count(*) > 1
),

strangers as (
    select load.mini_app_id, load.load_id, load.said_at
    from load, asked
    where load.load_id is distinct from asked.load_id
        or load.said_at is distinct from asked.said_at
        or load.is_sample is null
),

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
)

select
    (select count(*) from load) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates order by all limit 5) as d) as duplicate_keys_samples,
    (select count(*) from strangers) as foreign_rows,
    (select list(s) from (from strangers limit 5) as s) as foreign_rows_samples,
    (select count(distinct is_sample) from load) as sample_marks,
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
        as names_under_several_ids_samples
