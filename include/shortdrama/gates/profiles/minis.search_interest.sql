-- Search interest in Minis as a whole.
with

duplicates as (
    select window_start_on, window_end_on, market, subject, count(*) as copies
    from load
    group by window_start_on, window_end_on, market, subject
    having count(*) > 1
),

strangers as (
    select load.subject, load.load_id, load.said_at
    from load, asked
    where load.load_id is distinct from asked.load_id
        or load.said_at is distinct from asked.said_at
        or load.is_sample is null
),

early as (
    select load.subject, load.window_end_on, asked.said_on
    from load, asked
    where load.window_end_on > asked.said_on
),

idle as (
    select window_start_on, window_end_on, market, subject
    from load
    where growth_ratio is null and in_top_100 is null and hashtag_views is null
),

baseless as (
    select window_start_on, window_end_on, market, subject, growth_ratio
    from load
    where growth_ratio is not null and compared_with is null
)

select
    (select count(*) from load) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates order by all limit 5) as d) as duplicate_keys_samples,
    (select count(*) from strangers) as foreign_rows,
    (select list(s) from (from strangers limit 5) as s) as foreign_rows_samples,
    (select count(distinct is_sample) from load) as sample_marks,
    (select count(*) from early) as windows_from_the_future,
    (select list(e) from (from early order by all limit 5) as e)
        as windows_from_the_future_samples,
    (select count(*) from idle) as rows_without_a_measure,
    (select list(i) from (from idle order by all limit 5) as i) as rows_without_a_measure_samples,
    (select count(*) from baseless) as growth_without_a_base,
    (select list(b) from (from baseless order by all limit 5) as b)
        as growth_without_a_base_samples
