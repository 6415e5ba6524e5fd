select
    hashtags.hashtag_id,
    hashtags.hashtag_name,
    hashtags.country_code,
    hashtags.window_days,
    hashtags.as_of_at,
    hashtags.as_of_on,
    hashtags.rank,
    hashtags.rank_diff,
    hashtags.rank_diff_type,
    hashtags.posts,
    hashtags.views,
    hashtags.posts_all_time,
    hashtags.views_all_time,
    hashtags.is_promoted,
    hashtags.industry,
    case
        when hashtags.curve is not null
            then cast(to_json(hashtags.curve) as {{ type_string() }})
    end as curve_json,
    case
        when hashtags.audience_ages is not null
            then cast(to_json(hashtags.audience_ages) as {{ type_string() }})
    end as audience_ages_json,
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
