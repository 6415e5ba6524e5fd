-- The daily views as a whole; too many to be read row by row at every build.
with

duplicates as (
    select hashtag_id, country_code, viewed_on, provider, count(*) as copies
    from marts.fct_hashtag_views_daily
    group by hashtag_id, country_code, viewed_on, provider
    having count(*) > 1
),

negatives as (
    select hashtag_id, country_code, viewed_on, views, chart_rank
    from marts.fct_hashtag_views_daily
    where views < 0 or chart_rank < 1
),

not_over as (
    select hashtag_id, country_code, viewed_on, said_at
    from marts.fct_hashtag_views_daily
    where viewed_on >= cast(said_at as date)
)

select
    (select count(*) from marts.fct_hashtag_views_daily) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates limit 5) as d) as duplicate_keys_samples,
    (select count(*) from negatives) as negative_rows,
    (select list(n) from (from negatives limit 5) as n) as negative_rows_samples,
    (select count(*) from not_over) as days_not_over,
    (select list(n) from (from not_over limit 5) as n) as days_not_over_samples
