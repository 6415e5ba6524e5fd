with

-- One snapshot per day, of seven days: those of 7 and 28 days before share no day with it.
snapshots as (
    select
        *,
        row_number() over (
            partition by hashtag_id, country_code, as_of_on
            order by as_of_at desc nulls last
        ) as recency
    from {{ ref('fct_hashtag_snapshots') }}
    where window_days = 7
),

seen as (
    select
        snapshots.hashtag_id,
        snapshots.country_code,
        snapshots.as_of_on,
        snapshots.posts,
        snapshots.views,
        snapshots.rank as chart_rank,
        snapshots.views_all_time
    from snapshots
    where snapshots.recency = 1
),

days as (
    select
        country_code,
        as_of_on,
        lag(as_of_on) over (
            partition by country_code
            order by as_of_on asc nulls last
        ) as previous_as_of_on
    from seen
    group by country_code, as_of_on
),

-- A tag that is seen only in the chart has no row on the day after it left; so add one for that
-- day.
rows_of_days as (
    select
        hashtag_id,
        country_code,
        as_of_on
    from seen

    union distinct

    select
        seen.hashtag_id,
        days.country_code,
        days.as_of_on
    from days
    inner join seen
        on
            days.country_code = seen.country_code
            and days.previous_as_of_on = seen.as_of_on
    where seen.chart_rank is not null
),

compared as (
    select
        hashtags.hashtag_id,
        hashtags.hashtag_name,
        hashtags.kind,
        hashtags.is_sample,
        hashtags.kind in ('drama', 'brand') as is_drama_voice,
        rows_of_days.country_code,
        rows_of_days.as_of_on,
        days.previous_as_of_on,
        seen.posts,
        seen.views,
        seen.chart_rank,
        previous.chart_rank as previous_chart_rank,
        week_before.views as views_7d_before,
        month_before.views as views_28d_before,
        seen.views_all_time,
        week_before.views_all_time as views_all_time_7d_before
    from rows_of_days
    inner join {{ ref('dim_hashtag') }} as hashtags
        on rows_of_days.hashtag_id = hashtags.hashtag_id
    inner join days
        on
            rows_of_days.country_code = days.country_code
            and rows_of_days.as_of_on = days.as_of_on
    left join seen
        on
            rows_of_days.hashtag_id = seen.hashtag_id
            and rows_of_days.country_code = seen.country_code
            and rows_of_days.as_of_on = seen.as_of_on
    left join seen as previous
        on
            rows_of_days.hashtag_id = previous.hashtag_id
            and rows_of_days.country_code = previous.country_code
            and days.previous_as_of_on = previous.as_of_on
    {% for base, day_count in [('week_before', 7), ('month_before', 28)] %}
        left join seen as {{ base }}
            on
                rows_of_days.hashtag_id = {{ base }}.hashtag_id
                and rows_of_days.country_code = {{ base }}.country_code
                and {{ base }}.as_of_on = cast(
                    {{ dateadd('day', -day_count, 'rows_of_days.as_of_on') }} as date
                )
    {% endfor %}
),

voices as (
    select
        country_code,
        as_of_on,
        cast(sum(case when is_drama_voice then views end) as bigint) as drama_views,
        cast(sum(case when kind = 'game' then views end) as bigint) as game_views,
        cast(
            count(case when is_drama_voice and views is not null then 1 end) as int
        ) as drama_tags
    from compared
    group by country_code, as_of_on
)

select
    compared.hashtag_id,
    compared.hashtag_name,
    compared.kind,
    compared.country_code,
    compared.as_of_on,
    compared.posts,
    compared.views,
    cast(compared.views - compared.views_7d_before as bigint) as views_change_7d,
    {{ change_pct('compared.views', 'compared.views_7d_before') }} as views_change_7d_pct,
    cast(compared.views - compared.views_28d_before as bigint) as views_change_28d,
    {{ change_pct('compared.views', 'compared.views_28d_before') }} as views_change_28d_pct,
    case
        when compared.views is not null and compared.views_7d_before > 0
            then
                compared.views >= {{ var('breakout_min_views') }}
                and compared.views >= 2 * compared.views_7d_before
    end as is_breakout,
    compared.views_all_time,
    cast(
        compared.views_all_time - compared.views_all_time_7d_before as bigint
    ) as views_all_time_change_7d,
    compared.chart_rank,
    compared.previous_as_of_on,
    compared.previous_chart_rank,
    case
        when compared.previous_as_of_on is null then null
        when compared.chart_rank is null and compared.previous_chart_rank is not null then 'exit'
        when compared.chart_rank is null then null
        when compared.previous_chart_rank is null then 'entry'
        when compared.chart_rank < compared.previous_chart_rank then 'up'
        when compared.chart_rank > compared.previous_chart_rank then 'down'
        else 'same'
    end as chart_movement,
    case
        when compared.is_drama_voice
            then {{ share_pct('compared.views', 'voices.drama_views') }}
    end as share_of_voice_pct,
    voices.drama_tags,
    voices.drama_views,
    voices.game_views,
    {{ share_pct('voices.drama_views', '(voices.drama_views + voices.game_views)') }}
        as drama_against_game_pct,
    compared.is_sample
from compared
inner join voices
    on
        compared.country_code = voices.country_code
        and compared.as_of_on = voices.as_of_on
