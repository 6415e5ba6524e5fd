with

points as (
    select
        load_id,
        hashtag_id,
        country_code,
        window_days,
        {{ item_of('curve') }} as point
    from {{ ref('stg_tiktok__hashtags') }}
),

said as (
    select
        points.load_id,
        points.hashtag_id,
        points.country_code,
        points.window_days,
        points.point.curve_on as viewed_on,
        points.point.views as day_views,
        points.point.rank as chart_rank
    from points
),

-- Should a window say a day twice, the most views and the best rank count.
windows as (
    select
        load_id,
        hashtag_id,
        country_code,
        viewed_on,
        window_days,
        max(day_views) as day_views,
        min(chart_rank) as chart_rank
    from said
    where day_views is not null
    group by load_id, hashtag_id, country_code, viewed_on, window_days
),

-- A load says a day in each of its windows: the longest counts, and for the rank the longest that
-- has one. Engines differ in whether `max_by` skips a null, so nulls are left out before.
preferred as (
    select
        load_id,
        hashtag_id,
        country_code,
        viewed_on,
        max_by(day_views, window_days) as day_views,
        max_by(chart_rank, window_days) filter (where chart_rank is not null) as chart_rank
    from windows
    group by load_id, hashtag_id, country_code, viewed_on
)

select
    preferred.hashtag_id,
    preferred.country_code,
    preferred.viewed_on,
    loads.provider,
    preferred.day_views as views,
    preferred.chart_rank,
    loads.said_at,
    loads.accepted_at,
    loads.load_seq,
    preferred.load_id,
    loads.is_sample
from preferred
inner join {{ ref('int_hashtag_loads') }} as loads
    on
        preferred.load_id = loads.load_id
        and preferred.country_code = loads.country_code
