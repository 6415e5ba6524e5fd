-- The ranks as a whole; they are too large to read row by row in every build.
with

duplicates as (
    select app_id, country_code, category_id, device, chart, ranked_on, vendor, count(*) as copies
    from marts.fct_app_ranks_daily
    group by app_id, country_code, category_id, device, chart, ranked_on, vendor
    having count(*) > 1
),

misplaced as (
    select app_id, country_code, category_id, device, chart, ranked_on, chart_rank
    from marts.fct_app_ranks_daily
    where chart_rank < 1
)

select
    (select count(*) from marts.fct_app_ranks_daily) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates limit 5) as d) as duplicate_keys_samples,
    (select count(*) from misplaced) as places_below_1,
    (select list(m) from (from misplaced limit 5) as m) as places_below_1_samples
