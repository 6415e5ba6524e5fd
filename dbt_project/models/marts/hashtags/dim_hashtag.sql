with

ordered as (
    select
        *,
        row_number() over (
            partition by hashtag_id
            order by
                as_of_at desc nulls last,
                country_code asc nulls last,
                window_days asc nulls last
        ) as recency
    from {{ ref('fct_hashtag_snapshots') }}
),

hashtags as (
    select
        hashtag_id,
        min(case when recency = 1 then hashtag_name end) as hashtag_name,
        min(as_of_on) as first_seen_on,
        max(as_of_on) as last_seen_on,
        -- Only the detail of a watched tag has ages, also if the list is empty; in the Creative
        -- Center it alone has all-time totals.
        bool_or(
            audience_ages_json is not null
            or (
                provider = 'creative_center'
                and (views_all_time is not null or posts_all_time is not null)
            )
        ) as is_watched,
        bool_or(is_sample) as is_sample
    from ordered
    group by hashtag_id
)

select
    hashtags.hashtag_id,
    hashtags.hashtag_name,
    coalesce(kinds.kind, 'other') as kind,
    coalesce(kinds.reason, 'not reviewed') as kind_reason,
    hashtags.first_seen_on,
    hashtags.last_seen_on,
    hashtags.is_watched,
    hashtags.is_sample
from hashtags
left join {{ ref('hashtag_kinds') }} as kinds
    on lower(hashtags.hashtag_name) = kinds.hashtag_name
