-- The versions as a whole; they are too large to read row by row in every build.
with

duplicates as (
    select app_id, country_code, store, estimated_on, vendor, known_from_at, count(*) as copies
    from marts.fct_app_estimates_versions
    group by app_id, country_code, store, estimated_on, vendor, known_from_at
    having count(*) > 1
),

standing as (
    select app_id, country_code, store, estimated_on, vendor, count(*) as standing_rows
    from marts.fct_app_estimates_versions
    where known_to_at is null
    group by app_id, country_code, store, estimated_on, vendor
    having count(*) > 1
),

backwards as (
    select app_id, country_code, store, estimated_on, known_from_at, known_to_at
    from marts.fct_app_estimates_versions
    where known_to_at <= known_from_at
),

blurred as (
    select app_id, country_code, store, estimated_on, is_vanished, downloads, revenue_usd
    from marts.fct_app_estimates_versions
    where is_vanished = (downloads is not null)
        or is_vanished = (revenue_usd is not null)
),

-- Refunds above sales come as small negative amounts; the gate of the load has reported them.
negatives as (
    select app_id, country_code, store, estimated_on, downloads, revenue_usd
    from marts.fct_app_estimates_versions
    where downloads < 0 or revenue_usd < -1000
)

select
    (select count(*) from marts.fct_app_estimates_versions) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates limit 5) as d) as duplicate_keys_samples,
    (select count(*) from standing) as estimates_standing_twice,
    (select list(s) from (from standing limit 5) as s) as estimates_standing_twice_samples,
    (select count(*) from backwards) as backward_intervals,
    (select list(b) from (from backwards limit 5) as b) as backward_intervals_samples,
    (select count(*) from blurred) as blurred_statements,
    (select list(b) from (from blurred limit 5) as b) as blurred_statements_samples,
    (select count(*) from negatives) as negative_rows,
    (select list(n) from (from negatives limit 5) as n) as negative_rows_samples
