-- The versions of daily views as a whole; too many to be read row by row at every build.
with

duplicates as (
    select hashtag_id, country_code, viewed_on, provider, known_from_at, count(*) as copies
    from marts.fct_hashtag_views_versions
    group by hashtag_id, country_code, viewed_on, provider, known_from_at
    having count(*) > 1
),

standing as (
    select hashtag_id, country_code, viewed_on, provider, count(*) as standing_rows
    from marts.fct_hashtag_views_versions
    where known_to_at is null
    group by hashtag_id, country_code, viewed_on, provider
    having count(*) > 1
),

backwards as (
    select hashtag_id, country_code, viewed_on, provider, known_from_at, known_to_at
    from marts.fct_hashtag_views_versions
    where known_to_at <= known_from_at
),

negatives as (
    select hashtag_id, country_code, viewed_on, views, chart_rank
    from marts.fct_hashtag_views_versions
    where views < 0 or chart_rank < 1
)

select
    (select count(*) from marts.fct_hashtag_views_versions) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates limit 5) as d) as duplicate_keys_samples,
    (select count(*) from standing) as views_standing_twice,
    (select list(s) from (from standing limit 5) as s) as views_standing_twice_samples,
    (select count(*) from backwards) as backward_intervals,
    (select list(b) from (from backwards limit 5) as b) as backward_intervals_samples,
    (select count(*) from negatives) as negative_rows,
    (select list(n) from (from negatives limit 5) as n) as negative_rows_samples
