with

points as (
    select
        load_id,
        hashtag_id,
        country_code,
        window_days,
        {{ each_of('curve') }} as point
    from {{ ref('stg_tiktok__hashtags') }}
),

-- A load says a day in each of its windows: the longest counts.
said as (
    select
        load_id,
        hashtag_id,
        country_code,
        point.curve_on as viewed_on,
        point.views,
        point.rank as chart_rank,
        row_number() over (
            partition by load_id, hashtag_id, country_code, point.curve_on
            order by window_days desc nulls last
        ) as preference
    from points
    where point.views is not null
)

select
    said.hashtag_id,
    said.country_code,
    said.viewed_on,
    loads.provider,
    said.views,
    said.chart_rank,
    loads.said_at,
    loads.accepted_at,
    loads.load_seq,
    said.load_id,
    loads.is_sample
from said
inner join {{ ref('int_hashtag_loads') }} as loads
    on
        said.load_id = loads.load_id
        and said.country_code = loads.country_code
where said.preference = 1
