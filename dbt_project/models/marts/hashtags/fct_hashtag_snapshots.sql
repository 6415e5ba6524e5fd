with

last_days as (
    select
        load_id,
        hashtag_id,
        country_code,
        max(viewed_on) as daily_views_until_on
    from {{ ref('int_hashtag_views_said') }}
    group by load_id, hashtag_id, country_code
)

select
    hashtags.hashtag_id,
    hashtags.hashtag_name,
    hashtags.country_code,
    hashtags.window_days,
    hashtags.as_of_at,
    hashtags.as_of_on,
    loads.provider,
    hashtags.rank,
    hashtags.rank_diff,
    hashtags.rank_diff_type,
    case
        when hashtags.rank_diff_type = 4 then 'new'
        when hashtags.rank_diff = 0 then 'unchanged'
        when hashtags.rank_diff_type = 1 then 'up'
        -- Readers of the source differ about 2 and 3; one of the two is down.
        when hashtags.rank_diff_type in (2, 3) and hashtags.rank_diff is not null then 'down'
        when hashtags.rank_diff_type = 2 then 'unchanged'
    end as rank_movement,
    hashtags.posts,
    hashtags.views,
    hashtags.posts_all_time,
    hashtags.views_all_time,
    hashtags.is_promoted,
    hashtags.industry,
    {{ json_of('hashtags.curve', {'curve_on': 'date', 'relative_value': 'decimal(9, 6)'}) }}
        as curve_json,
    last_days.daily_views_until_on,
    {{ json_of('hashtags.audience_ages', {'age_level': 'string', 'score': 'decimal(9, 6)'}) }}
        as audience_ages_json,
    hashtags.load_id,
    slices.said_at,
    hashtags.is_sample
from {{ ref('stg_tiktok__hashtags') }} as hashtags
inner join {{ ref('int_deciding_slices') }} as slices
    on
        slices.dataset = 'tiktok.hashtags'
        and hashtags.load_id = slices.load_id
        and hashtags.country_code = slices.country_code
        and hashtags.as_of_on = slices.date_on
inner join {{ ref('int_hashtag_loads') }} as loads
    on
        hashtags.load_id = loads.load_id
        and hashtags.country_code = loads.country_code
left join last_days
    on
        hashtags.load_id = last_days.load_id
        and hashtags.hashtag_id = last_days.hashtag_id
        and hashtags.country_code = last_days.country_code
