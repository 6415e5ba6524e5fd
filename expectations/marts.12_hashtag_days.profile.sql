-- Views of hashtags by day, and their versions, against the curves of the accepted loads.
create or replace temp table curves as
with points as (
    select load_id, hashtag_id, country_code, window_days, unnest(curve) as point
    from raw.tiktok_hashtags
),

-- Should a window say a day twice, the most views and the best place count.
windows as (
    select load_id, hashtag_id, country_code, window_days, point.curve_on as viewed_on,
        max(point.views) as views, min(point.rank) as chart_rank
    from points
    where point.views is not null
    group by all
),

-- A load says a day in each of its windows: the longest counts, and of those with a place too.
longest as (
    select load_id, hashtag_id, country_code, viewed_on, arg_max(views, window_days) as views,
        arg_max(chart_rank, window_days) filter (where chart_rank is not null) as chart_rank
    from windows
    group by all
)

select longest.*, coalesce(provider, 'creative_center') as provider, said_at, load_seq, accepted_at
from longest
inner join (from raw.load_coverage where dataset = 'tiktok.hashtags') as coverage
    using (load_id, country_code);

create or replace temp table chains as
select
    versions.*,
    row_number() over same_day as place,
    lead(known_from_at) over same_day as next_known_from_at,
    lag(views) over same_day as views_before,
    lag(chart_rank) over same_day as chart_rank_before
from marts.fct_hashtag_views_versions as versions
window same_day as (
    partition by provider, hashtag_id, country_code, viewed_on order by known_from_at
);

with

-- The newest statement about a day stands.
newest as (
    select provider, hashtag_id, country_code, viewed_on,
        arg_max(views, (said_at, load_seq)) as views,
        arg_max(coalesce(chart_rank, 0), (said_at, load_seq)) as chart_rank,
        min(accepted_at) as known_from_at
    from curves
    group by all
),

days_unlike_curves as (
    select provider, hashtag_id, country_code, viewed_on, daily.views, newest.views as should_be
    from marts.fct_hashtag_views_daily as daily
    full join newest using (provider, hashtag_id, country_code, viewed_on)
    where
        (daily.views, coalesce(daily.chart_rank, 0))
        is distinct from (newest.views, coalesce(newest.chart_rank, 0))
),

versions_unlike_curves as (
    select provider, hashtag_id, country_code, viewed_on, version_number, views, load_id
    from chains
    anti join curves
        on
            (chains.load_id, chains.provider, chains.hashtag_id, chains.country_code,
            chains.viewed_on, chains.views, coalesce(chains.chart_rank, 0), chains.said_at,
            chains.known_from_at)
            = (curves.load_id, curves.provider, curves.hashtag_id, curves.country_code,
            curves.viewed_on, curves.views, coalesce(curves.chart_rank, 0), curves.said_at,
            curves.accepted_at)
),

-- Each version follows the one before without a gap, says something else, and the first is what
-- was accepted first.
versions_unlike_next as (
    select provider, hashtag_id, country_code, viewed_on, version_number, chains.known_from_at,
        known_to_at, next_known_from_at as should_be
    from chains
    left join newest using (provider, hashtag_id, country_code, viewed_on)
    where
        chains.known_to_at is distinct from next_known_from_at
        or version_number <> place
        or (place = 1 and chains.known_from_at is distinct from newest.known_from_at)
        or (
            place > 1 and chains.views = views_before
            and coalesce(chains.chart_rank, 0) = coalesce(chart_rank_before, 0)
        )
),

standing as (
    select hashtag_id, country_code, viewed_on, provider, views, chart_rank, version_number,
        known_from_at, said_at, load_id
    from marts.fct_hashtag_views_versions
    where known_to_at is null
),

daily as (
    select hashtag_id, country_code, viewed_on, provider, views, chart_rank, version_number,
        known_from_at, said_at, load_id
    from marts.fct_hashtag_views_daily
),

days_unlike_standing as (
    select country_code, viewed_on, hashtag_id, views
    from (from daily except all from standing)
),

last_days as (
    select load_id, hashtag_id, country_code, max(viewed_on) as until_on
    from curves
    group by all
),

ends_unlike_curves as (
    select load_id, hashtag_id, country_code, daily_views_until_on, until_on as should_be
    from marts.fct_hashtag_snapshots
    left join last_days using (load_id, hashtag_id, country_code)
    where daily_views_until_on is distinct from until_on
)

select
    (select count(*) from raw.tiktok_hashtags) as row_count,
    (select count(*) from days_unlike_curves) as daily_views_unlike_curves,
    (select list(s) from (from days_unlike_curves order by all limit 5) as s)
        as daily_views_unlike_curves_samples,
    (select count(*) from versions_unlike_curves) as view_versions_unlike_curves,
    (select list(s) from (from versions_unlike_curves order by all limit 5) as s)
        as view_versions_unlike_curves_samples,
    (select count(*) from versions_unlike_next) as view_versions_unlike_next,
    (select list(s) from (from versions_unlike_next order by all limit 5) as s)
        as view_versions_unlike_next_samples,
    (select count(*) from days_unlike_standing) as daily_views_unlike_standing,
    (select list(s) from (from days_unlike_standing order by all limit 5) as s)
        as daily_views_unlike_standing_samples,
    (select count(*) from ends_unlike_curves) as daily_views_end_unlike_curves,
    (select list(s) from (from ends_unlike_curves order by all limit 5) as s)
        as daily_views_end_unlike_curves_samples
