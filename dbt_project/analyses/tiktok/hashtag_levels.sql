-- How loud are the watched hashtags, in the newest snapshot?
-- Watched are those whose detail is pulled whether or not they are in a chart; others are left out.
-- posts and views are totals of the seven days that end at as_of_on; totals of different windows
-- overlap and are never added, nor are those of several hashtags: a post counts in each.
with newest as (
    select
        country_code,
        max(as_of_on) as as_of_on
    from fct_hashtag_snapshots
    where window_days = 7
    group by country_code
),

latest as (
    select
        seen.*,
        row_number() over (
            partition by seen.country_code, seen.hashtag_id
            order by seen.as_of_at desc
        ) as recency
    from fct_hashtag_snapshots as seen
    inner join newest
        on
            seen.country_code = newest.country_code
            and seen.as_of_on = newest.as_of_on
    where seen.window_days = 7
)

select
    latest.country_code,
    latest.hashtag_name,
    hashtags.kind,
    latest.as_of_on,
    latest.posts,
    latest.views,
    latest.views_all_time,
    latest.rank as chart_rank
from latest
inner join dim_hashtag as hashtags on latest.hashtag_id = hashtags.hashtag_id
where
    latest.recency = 1
    and hashtags.is_watched
order by latest.country_code asc, latest.views desc nulls last, latest.hashtag_name asc
