-- How many views did the drama hashtags have, day by day?
-- Only TikTok API for Business says daily views; with the Creative Center there are none. A day
-- with fewer than 1,000 views is not said and has no row.
select
    daily.viewed_on,
    daily.country_code,
    hashtags.hashtag_name,
    daily.views,
    daily.chart_rank,
    daily.version_number > 1 as was_restated
from fct_hashtag_views_daily as daily
inner join dim_hashtag as hashtags
    on daily.hashtag_id = hashtags.hashtag_id
where hashtags.kind in ('drama', 'brand')
order by daily.viewed_on desc, daily.country_code asc, daily.views desc
limit 40
