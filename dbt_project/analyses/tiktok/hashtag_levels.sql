-- How loud are the watched hashtags, in the newest snapshot?
-- views and posts are totals of the seven days that end at as_of_on; totals of different windows
-- overlap and are never added.
with newest as (
    select
        country_code,
        max(as_of_at) as as_of_at
    from fct_hashtag_snapshots
    where window_days = 7
    group by country_code
)

select
    seen.country_code,
    seen.hashtag_name,
    seen.as_of_on,
    seen.posts,
    seen.views,
    seen.views_all_time,
    seen.rank as chart_rank
from fct_hashtag_snapshots as seen
inner join newest
    on
        seen.country_code = newest.country_code
        and seen.as_of_at = newest.as_of_at
where seen.window_days = 7
order by seen.country_code asc, seen.views desc nulls last, seen.hashtag_name asc
limit 40
