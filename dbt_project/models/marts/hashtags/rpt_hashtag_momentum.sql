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
        snapshots.provider,
        snapshots.daily_views_until_on,
        snapshots.posts,
        snapshots.views,
        snapshots.rank as chart_rank,
        snapshots.views_all_time
    from snapshots
    where snapshots.recency = 1
),

-- Figures of two providers are never compared: they count differently and chart other numbers.
days as (
    select
        country_code,
        provider,
        as_of_on,
        lag(as_of_on) over (
            partition by country_code, provider
            order by as_of_on asc nulls last
        ) as previous_as_of_on
    from seen
    group by country_code, provider, as_of_on
),

-- Seven days together, where each of them is known.
weeks as (
    select
        hashtag_id,
        country_code,
        provider,
        viewed_on as week_end_on,
        lag(viewed_on, 6) over (
            partition by provider, hashtag_id, country_code
            order by viewed_on asc nulls last
        ) as week_start_on,
        cast(
            sum(views) over (
                partition by provider, hashtag_id, country_code
                order by viewed_on asc nulls last
                rows between 6 preceding and current row
            ) as bigint
        ) as week_views
    from {{ ref('fct_hashtag_views_daily') }}
),

whole_weeks as (
    select *
    from weeks
    where {{ datediff('week_start_on', 'week_end_on', 'day') }} = 6
),

-- A tag that is seen only in the chart has no row on the day after it left; so add one for that
-- day.
rows_of_days as (
    select
        hashtag_id,
        country_code,
        provider,
        as_of_on
    from seen

    union distinct

    select
        seen.hashtag_id,
        days.country_code,
        days.provider,
        days.as_of_on
    from days
    inner join seen
        on
            days.country_code = seen.country_code
            and days.provider = seen.provider
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
        rows_of_days.provider,
        days.previous_as_of_on,
        seen.posts,
        seen.daily_views_until_on,
        this_week.week_views as daily_views_7d,
        seen.views,
        seen.chart_rank,
        previous.chart_rank as previous_chart_rank,
        week_before.views as views_7d_before,
        month_before.views as views_28d_before,
        daily_week_before.week_views as daily_views_7d_before,
        daily_month_before.week_views as daily_views_28d_before,
        seen.views_all_time,
        week_before.views_all_time as views_all_time_7d_before
    from rows_of_days
    inner join {{ ref('dim_hashtag') }} as hashtags
        on rows_of_days.hashtag_id = hashtags.hashtag_id
    inner join days
        on
            rows_of_days.country_code = days.country_code
            and rows_of_days.provider = days.provider
            and rows_of_days.as_of_on = days.as_of_on
    left join seen
        on
            rows_of_days.hashtag_id = seen.hashtag_id
            and rows_of_days.country_code = seen.country_code
            and rows_of_days.provider = seen.provider
            and rows_of_days.as_of_on = seen.as_of_on
    left join seen as previous
        on
            rows_of_days.hashtag_id = previous.hashtag_id
            and rows_of_days.country_code = previous.country_code
            and rows_of_days.provider = previous.provider
            and days.previous_as_of_on = previous.as_of_on
    {% for base, day_count in [('week_before', 7), ('month_before', 28)] %}
        left join seen as {{ base }}
            on
                rows_of_days.hashtag_id = {{ base }}.hashtag_id
                and rows_of_days.country_code = {{ base }}.country_code
                and rows_of_days.provider = {{ base }}.provider
                and {{ base }}.as_of_on = cast(
                    {{ dateadd('day', -day_count, 'rows_of_days.as_of_on') }} as date
                )
    {% endfor %}
    {% for week, day_count in [
        ('this_week', 0), ('daily_week_before', 7), ('daily_month_before', 28)
    ] %}
        left join whole_weeks as {{ week }}
            on
                rows_of_days.hashtag_id = {{ week }}.hashtag_id
                and rows_of_days.country_code = {{ week }}.country_code
                and rows_of_days.provider = {{ week }}.provider
                and {{ week }}.week_end_on = cast(
                    {{ dateadd('day', -day_count, 'seen.daily_views_until_on') }} as date
                )
    {% endfor %}
),

-- Days where both weeks are known by day, else windows of snapshots; never one against the other.
measured as (
    select
        *,
        case
            when daily_views_7d is not null and daily_views_7d_before is not null
                then 'daily_views'
            when views is not null and views_7d_before is not null then 'snapshots'
        end as change_7d_evidence,
        case
            when daily_views_7d is not null and daily_views_28d_before is not null
                then 'daily_views'
            when views is not null and views_28d_before is not null then 'snapshots'
        end as change_28d_evidence
    from compared
),

changes as (
    select
        *,
        case change_7d_evidence when 'daily_views' then daily_views_7d else views end
            as after_7d,
        case change_7d_evidence
            when 'daily_views' then daily_views_7d_before
            when 'snapshots' then views_7d_before
        end as base_7d,
        case change_28d_evidence when 'daily_views' then daily_views_7d else views end
            as after_28d,
        case change_28d_evidence
            when 'daily_views' then daily_views_28d_before
            when 'snapshots' then views_28d_before
        end as base_28d
    from measured
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
    changes.hashtag_id,
    changes.hashtag_name,
    changes.kind,
    changes.country_code,
    changes.as_of_on,
    changes.provider,
    changes.posts,
    changes.views,
    changes.daily_views_until_on,
    changes.daily_views_7d,
    cast(changes.after_7d - changes.base_7d as bigint) as views_change_7d,
    {{ change_pct('changes.after_7d', 'changes.base_7d') }} as views_change_7d_pct,
    changes.change_7d_evidence,
    cast(changes.after_28d - changes.base_28d as bigint) as views_change_28d,
    {{ change_pct('changes.after_28d', 'changes.base_28d') }} as views_change_28d_pct,
    changes.change_28d_evidence,
    case
        when changes.base_7d > 0
            then
                changes.after_7d >= {{ var('breakout_min_views') }}
                and changes.after_7d >= 2 * changes.base_7d
    end as is_breakout,
    changes.views_all_time,
    cast(
        changes.views_all_time - changes.views_all_time_7d_before as bigint
    ) as views_all_time_change_7d,
    changes.chart_rank,
    changes.previous_as_of_on,
    changes.previous_chart_rank,
    case
        when changes.previous_as_of_on is null then null
        when changes.chart_rank is null and changes.previous_chart_rank is not null then 'exit'
        when changes.chart_rank is null then null
        when changes.previous_chart_rank is null then 'entry'
        when changes.chart_rank < changes.previous_chart_rank then 'up'
        when changes.chart_rank > changes.previous_chart_rank then 'down'
        else 'same'
    end as chart_movement,
    case
        when changes.is_drama_voice
            then {{ share_pct('changes.views', 'voices.drama_views') }}
    end as share_of_voice_pct,
    voices.drama_tags,
    voices.drama_views,
    voices.game_views,
    {{ share_pct('voices.drama_views', '(voices.drama_views + voices.game_views)') }}
        as drama_against_game_pct,
    changes.is_sample
from changes
inner join voices
    on
        changes.country_code = voices.country_code
        and changes.as_of_on = voices.as_of_on
