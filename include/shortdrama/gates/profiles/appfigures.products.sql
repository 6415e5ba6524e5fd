-- A load of products as a whole.
with

duplicates as (
    select product_id, count(*) as copies from load group by product_id having count(*) > 1
),

strangers as (
    select load.product_id, load.load_id, load.said_at
    from load, asked
    where load.load_id is distinct from asked.load_id
        or load.said_at is distinct from asked.said_at
        or load.is_sample is null
),

loners as (
    select product_id, name from load where unified_app_id is null
)

select
    (select count(*) from load) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates order by all limit 5) as d) as duplicate_keys_samples,
    (select count(*) from strangers) as foreign_rows,
    (select list(s) from (from strangers limit 5) as s) as foreign_rows_samples,
    (select count(distinct is_sample) from load) as sample_marks,
    round(
        (select count(*) from loners) / nullif((select count(*) from load), 0), 4
    ) as without_unified_app_ratio,
    (select list(l) from (from loners order by all limit 5) as l)
        as without_unified_app_ratio_samples
