-- A load of hashtags as a whole; the curves are looked at point by point.
with

duplicates as (
    select hashtag_id, country_code, window_days, as_of_at, count(*) as copies
    from load
    group by hashtag_id, country_code, window_days, as_of_at
    having count(*) > 1
),

strangers as (
    select load.hashtag_id, load.country_code, load.load_id, load.said_at
    from load, asked
    where load.load_id is distinct from asked.load_id
        or load.said_at is distinct from asked.said_at
        or load.is_sample is null
),

asked_countries as (
    select unnest(countries) as country_code from asked
),

missing as (
    select country_code from asked_countries
    where country_code not in (select country_code from load where country_code is not null)
),

unasked as (
    select distinct country_code from load
    where country_code not in (select country_code from asked_countries)
),

early as (
    select load.hashtag_id, load.country_code, load.window_days, load.as_of_at
    from load, asked
    where load.as_of_at > asked.said_at
),

points as (
    select
        hashtag_id, hashtag_name, country_code, window_days, as_of_at,
        unnest(curve, recursive := true)
    from load
),

ages as (
    select hashtag_id, country_code, window_days, unnest(audience_ages, recursive := true)
    from load
)

select
    (select count(*) from load) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates order by all limit 5) as d) as duplicate_keys_samples,
    (select count(*) from strangers) as foreign_rows,
    (select list(s) from (from strangers limit 5) as s) as foreign_rows_samples,
    (select count(distinct is_sample) from load) as sample_marks,
    (select count(*) from missing) as missing_countries,
    (select list(m) from (from missing order by all limit 5) as m) as missing_countries_samples,
    (select count(*) from unasked) as unasked_countries,
    (select list(u) from (from unasked order by all limit 5) as u) as unasked_countries_samples,
    (select count(*) from early) as rows_from_the_future,
    (select list(e) from (from early limit 5) as e) as rows_from_the_future_samples,
    (select min(relative_value) from points) as curve_min,
    (select list(p) from (from points order by relative_value, curve_on limit 5) as p)
        as curve_min_samples,
    (select max(relative_value) from points) as curve_max,
    (select list(p) from (from points order by relative_value desc, curve_on limit 5) as p)
        as curve_max_samples,
    (select count(*) from points where curve_on > cast(as_of_at as date))
        as curve_points_from_the_future,
    (
        select list(p) from (
            from points where curve_on > cast(as_of_at as date) order by curve_on limit 5
        ) as p
    ) as curve_points_from_the_future_samples,
    (select min(score) from ages) as audience_score_min,
    (select list(a) from (from ages order by score limit 5) as a) as audience_score_min_samples,
    (select max(score) from ages) as audience_score_max,
    (select list(a) from (from ages order by score desc limit 5) as a)
        as audience_score_max_samples
