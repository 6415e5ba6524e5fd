-- One row per tag, country and window; a watched tag's detail adds to its place in the chart.
with tags as (
    select
        unnest(cast(data -> '$.list' as json[])) as tag,
        filename as part,
        'chart' as kind
    from chart_pages
    union all
    select data -> '$.info' as tag, filename as part, 'detail' as kind
    from details
    where json_type(data -> '$.info') = 'OBJECT'
),
typed as (
    select
        strict_text(tag -> '$.hashtag_id', 'hashtag_id', part) as hashtag_id,
        strict_text(tag -> '$.hashtag_name', 'hashtag_name', part) as hashtag_name,
        parts.context['country_code'] as country_code,
        cast(parts.context['window_days'] as integer) as window_days,
        cast(optional_integer(tag -> '$.rank', 'rank', part) as integer) as rank,
        cast(optional_integer(tag -> '$.rank_diff', 'rank_diff', part) as integer)
            as rank_diff,
        cast(optional_integer(tag -> '$.rank_diff_type', 'rank_diff_type', part)
            as integer) as rank_diff_type,
        nullable_integer(tag -> '$.publish_cnt', 'publish_cnt', part) as posts,
        nullable_integer(tag -> '$.video_views', 'video_views', part) as views,
        case
            when kind = 'detail'
                then nullable_integer(tag -> '$.publish_cnt_all', 'publish_cnt_all', part)
        end as posts_all_time,
        case
            when kind = 'detail'
                then nullable_integer(tag -> '$.video_views_all', 'video_views_all', part)
        end as views_all_time,
        optional_boolean(tag -> '$.is_promoted', 'is_promoted', part) as is_promoted,
        optional_text(tag -> '$.industry_info.value', 'industry_info.value', part)
            as industry,
        list_transform(
            cast(tag -> '$.trend' as struct("time" bigint, "value" decimal(9, 6))[]),
            lambda point: struct_pack(
                curve_on := cast(epoch_ms(point."time" * 1000) as date),
                relative_value := point."value"
            )
        ) as curve,
        list_transform(
            cast(tag -> '$.audience_ages' as json[]),
            lambda age: struct_pack(
                age_level := age ->> '$.age_level',
                score := cast(age ->> '$.score' as decimal(9, 6))
            )
        ) as audience_ages,
        kind
    from tags
    inner join parts on parts.uri = tags.part
),
chart as (select * from typed where kind = 'chart'),
detail as (select * from typed where kind = 'detail')
select
    hashtag_id,
    coalesce(chart.hashtag_name, detail.hashtag_name) as hashtag_name,
    country_code,
    window_days,
    getvariable('said_at') as as_of_at,
    coalesce(chart.rank, detail.rank) as rank,
    coalesce(chart.rank_diff, detail.rank_diff) as rank_diff,
    coalesce(chart.rank_diff_type, detail.rank_diff_type) as rank_diff_type,
    coalesce(chart.posts, detail.posts) as posts,
    coalesce(chart.views, detail.views) as views,
    detail.posts_all_time,
    detail.views_all_time,
    coalesce(chart.is_promoted, detail.is_promoted) as is_promoted,
    coalesce(chart.industry, detail.industry) as industry,
    coalesce(chart.curve, detail.curve) as curve,
    detail.audience_ages
from chart
full outer join detail using (hashtag_id, country_code, window_days)
