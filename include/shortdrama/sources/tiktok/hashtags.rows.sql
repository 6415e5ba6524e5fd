-- One row per tag, country and window; a watched tag's detail adds to its place in the chart.
with answers as (
    select
        unnest(cast(data -> '$.list' as json[])) as tag,
        filename as part,
        'chart' as kind
    from chart_pages
    union all
    select
        -- TikTok API for Business gives the detail as it is, the Creative Center in `info`.
        case when parts.context['provider'] = 'business' then data else data -> '$.info' end,
        filename,
        'detail'
    from details
    inner join parts on parts.uri = details.filename
),
tags as (
    select
        tag,
        part,
        kind,
        strict_text(tag -> '$.hashtag_id', 'hashtag_id', part) as hashtag_id,
        strict_text(tag -> '$.hashtag_name', 'hashtag_name', part) as hashtag_name,
        parts.context['country_code'] as country_code,
        cast(parts.context['window_days'] as integer) as window_days,
        coalesce(parts.context['provider'], 'creative_center') as provider
    from answers
    inner join parts on parts.uri = answers.part
    -- A detail that says nothing of its tag comes as null, as nothing, or as an empty object.
    where kind = 'chart' or (json_type(tag) = 'OBJECT' and len(json_keys(tag)) > 0)
),
of_creative_center as (
    select
        kind,
        hashtag_id,
        hashtag_name,
        country_code,
        window_days,
        cast(optional_integer(tag -> '$.rank', 'rank', part) as integer) as rank,
        cast(optional_integer(tag -> '$.rank_diff', 'rank_diff', part) as integer)
            as rank_diff,
        cast(optional_integer(tag -> '$.rank_diff_type', 'rank_diff_type', part)
            as integer) as rank_diff_type,
        optional_integer(tag -> '$.publish_cnt', 'publish_cnt', part) as posts,
        optional_integer(tag -> '$.video_views', 'video_views', part) as views,
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
            case
                when present(tag -> '$.trend') is not null
                    then cast(strict_json(tag -> '$.trend', 'ARRAY', 'trend', part) as json[])
            end,
            lambda point: struct_pack(
                curve_on := cast(
                    make_timestamp(
                        1000000 * coalesce(
                            integer_or_text(point -> '$.time', 'trend.time', part),
                            wrong_type(point -> '$.time', 'trend.time', 'a whole number', part)
                        )
                    ) as date
                ),
                relative_value := cast(point -> '$.value' as decimal(9, 6)),
                views := cast(null as bigint),
                rank := cast(null as integer)
            )
        ) as curve,
        list_transform(
            cast(tag -> '$.audience_ages' as json[]),
            lambda age: struct_pack(
                age_level := age ->> '$.age_level',
                score := cast(age ->> '$.score' as decimal(9, 6))
            )
        ) as audience_ages
    from tags
    where provider = 'creative_center'
),
histories as (
    select
        *,
        list_transform(
            case
                when json_type(tag -> '$.trending_history') <> 'NULL'
                    then cast(
                        strict_json(
                            tag -> '$.trending_history', 'ARRAY', 'trending_history', part
                        ) as json[]
                    )
            end,
            lambda day: struct_pack(
                curve_on := strict_date(day -> '$.date', 'trending_history.date', part),
                views := nullable_integer(
                    day -> '$.views_daily', 'trending_history.views_daily', part
                ),
                rank := cast(
                    integer_or_text(
                        day -> '$.rank_position_daily',
                        'trending_history.rank_position_daily', part
                    ) as integer
                )
            )
        ) as days,
        if(
            tag ->> '$.rank_change' = 'NEW',
            null,
            integer_or_text(tag -> '$.rank_change', 'rank_change', part)
        ) as rank_change
    from tags
    where provider = 'business'
),
of_business as (
    select
        kind,
        hashtag_id,
        hashtag_name,
        country_code,
        window_days,
        cast(
            integer_or_text(tag -> '$.rank_position', 'rank_position', part) as integer
        ) as rank,
        cast(abs(rank_change) as integer) as rank_diff,
        -- In the codes of the Creative Center: 1 up, 2 unchanged, 3 down, 4 new.
        case
            when tag ->> '$.rank_change' = 'NEW' then 4
            when rank_change > 0 then 1
            when rank_change < 0 then 3
            when rank_change = 0 then 2
        end as rank_diff_type,
        nullable_integer(tag -> '$.posts', 'posts', part) as posts,
        nullable_integer(tag -> '$.views', 'views', part) as views,
        nullable_integer(tag -> '$.posts_global_lifetime', 'posts_global_lifetime', part)
            as posts_all_time,
        nullable_integer(tag -> '$.views_global_lifetime', 'views_global_lifetime', part)
            as views_all_time,
        cast(null as boolean) as is_promoted,
        cast(null as varchar) as industry,
        list_transform(
            days,
            lambda day: struct_pack(
                curve_on := day.curve_on,
                relative_value := cast(
                    day.views / greatest(list_max(list_transform(days, lambda d: d.views)), 1)
                    as decimal(9, 6)
                ),
                views := day.views,
                rank := day.rank
            )
        ) as curve,
        -- Also an empty list says that the detail was asked.
        case
            when kind = 'detail'
                then list_transform(
                    coalesce(cast(tag -> '$.audience_insights.audience_ages' as json[]), []),
                    lambda age: struct_pack(
                        age_level := age ->> '$.age',
                        score := cast(age ->> '$.percentage' as decimal(9, 6))
                    )
                )
        end as audience_ages
    from histories
),
typed as (
    from of_creative_center
    union all by name
    from of_business
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
    coalesce(detail.posts_all_time, chart.posts_all_time) as posts_all_time,
    coalesce(detail.views_all_time, chart.views_all_time) as views_all_time,
    coalesce(chart.is_promoted, detail.is_promoted) as is_promoted,
    coalesce(chart.industry, detail.industry) as industry,
    coalesce(nullif(chart.curve, []), detail.curve, chart.curve) as curve,
    detail.audience_ages
from chart
full outer join detail using (hashtag_id, country_code, window_days)
