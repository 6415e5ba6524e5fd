-- What must be true for a load of any dataset; {key} are the columns that name a row.
with

duplicates as (
    select {key}, count(*) as copies from load group by {key} having count(*) > 1
),

strangers as (
    select {key}, load.load_id, load.said_at
    from load, asked
    where load.load_id is distinct from asked.load_id
        or load.said_at is distinct from asked.said_at
        or load.is_sample is null
)

select
    (select count(*) from load) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates order by all limit 5) as d) as duplicate_keys_samples,
    (select count(*) from strangers) as foreign_rows,
    (select list(s) from (from strangers order by all limit 5) as s) as foreign_rows_samples,
    (select count(distinct is_sample) from load) as sample_marks
