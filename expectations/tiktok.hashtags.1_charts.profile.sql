-- Charts of hashtags by themselves, first snapshots too. A chart is a country and window. Shares
-- are of charts with ten tags or more: among a few tags anything may be a coincidence.
with

tags as (
    select
        hashtag_id, hashtag_name, country_code, window_days, as_of_at, rank, views, posts,
        views_all_time, is_promoted, curve,
        concat_ws(' ', country_code, window_days, 'days') as chart
    from load
),

charts as (
    select
        chart,
        country_code,
        window_days,
        count(*) as tags,
        count(rank) as places,
        max(rank) as last_place,
        count(views) as known,
        count(*) filter (where rank <= 10 and views = 0) as leaders_without_views,
        cast(coalesce(sum(views), 0) as double) as views,
        cast(sum(posts) as double) as posts,
        count(*) filter (where views > views_all_time) as above_all_time,
        round(
            cast(sum(posts) as double) / if(count(*) < 10, null, nullif(sum(views), 0)), 6
        ) as posts_to_views,
        if(
            count(rank) < 20, null, round(corr(rank, -place_by_views) filter (where rank > 0), 4)
        ) as order_by_views,
        if(count(rank) < 10, null, round(1 - count(rank) / max(rank), 4)) as places_missing
    from (
        select *, rank() over (partition by chart order by views) as place_by_views from tags
    )
    group by chart, country_code, window_days
),

-- Every country answers for the same windows; one that has a chart of seven days has one of thirty.
charts_missing as (
    select countries.country_code, windows.window_days
    from (select country_code, max(tags) as tags from charts group by country_code) as countries,
        (select distinct window_days from charts) as windows
    where countries.tags >= 10
        and (countries.country_code, windows.window_days)
        not in (select (country_code, window_days) from charts)
),

-- The shorter window is part of the longer one.
windows as (
    select
        short.country_code,
        short.window_days as short_days,
        long.window_days as long_days,
        count(*) as tags,
        cast(sum(short.views) as double) as short_views,
        cast(sum(long.views) as double) as long_views,
        round(
            cast(sum(short.views) as double)
            / if(count(*) < 10, null, nullif(sum(long.views), 0)), 4
        ) as short_to_long
    from tags as short
    inner join tags as long
        on short.country_code = long.country_code
        and short.hashtag_id = long.hashtag_id
        and short.window_days < long.window_days
    where short.views is not null and long.views is not null
    group by short.country_code, short.window_days, long.window_days
),

-- Two charts of other countries, or of other windows, in which most tags have the same views.
copies as (
    select
        one.chart,
        other.chart as other_chart,
        count(*) as tags,
        count(*) filter (where one.views = other.views) as same,
        if(
            count(*) < 10, null,
            round(count(*) filter (where one.views = other.views) / count(*), 4)
        ) as same_ratio
    from tags as one
    inner join tags as other
        on one.hashtag_id = other.hashtag_id
        and one.chart < other.chart
        and (one.country_code = other.country_code or one.window_days = other.window_days)
    where one.views >= 1000 and other.views >= 1000
    group by one.chart, other.chart
),

-- A tag with one number in all countries and windows, where there are four charts or more.
constants as (
    select hashtag_name, count(*) as charts, min(views) as views
    from tags
    where views >= 1000 and (select count(*) from charts where tags >= 10) >= 4
    group by hashtag_id, hashtag_name
    having count(*) >= 4 and min(views) = max(views)
),

common as (
    select
        chart,
        views,
        count(*) as tags,
        sum(count(*)) over (partition by chart) as known
    from tags
    where views is not null
    group by chart, views
),

shapes as (
    select
        chart,
        list_transform(curve, lambda p: p.relative_value) as shape
    from tags
    where len(curve) >= 5 and list_max(list_transform(curve, lambda p: p.relative_value)) > 0
),

common_shapes as (
    select
        chart,
        shape,
        count(*) as tags,
        sum(count(*)) over (partition by chart) as known
    from shapes
    group by chart, shape
),

capped as (
    select chart, max(views) as views, max_by(tags, views) as tags
    from common
    where known >= 10 and views > 0
    group by chart
),

instants as (
    select date_diff('minute', min(as_of_at), max(as_of_at)) / 60 as hours_between from load
)

select
    (select count(*) from charts_missing) as charts_missing,
    (select list(m) from (from charts_missing order by all limit 5) as m)
        as charts_missing_samples,
    (select count(*) from charts where places >= 3 and views = 0) as charts_without_views,
    (
        select list(c) from (
            select chart, tags, views from charts where places >= 3 and views = 0
            order by chart, columns(*) limit 5
        ) as c
    ) as charts_without_views_samples,
    (select coalesce(max(leaders_without_views), 0) from charts where views > 0)
        as leaders_without_views_max,
    (
        select list(c) from (
            select chart, leaders_without_views from charts where views > 0
            order by leaders_without_views desc, chart, columns(*) limit 5
        ) as c
    ) as leaders_without_views_max_samples,
    (
        select round(max(1 - known / tags), 4) from charts where tags >= 10 and 2 * known >= tags
    ) as views_unknown_ratio,
    (
        select list(c) from (
            select chart, tags, known from charts where tags >= 10 and 2 * known >= tags
            order by known / tags, chart, columns(*) limit 5
        ) as c
    ) as views_unknown_ratio_samples,
    (select max(tags) from capped) as tags_at_the_highest_views_max,
    (select list(c) from (from capped order by tags desc, chart, columns(*) limit 5) as c)
        as tags_at_the_highest_views_max_samples,
    (select max(short_to_long) from windows) as short_to_long_window_max,
    (
        select list(w) from (
            from windows order by short_to_long desc nulls last, country_code, columns(*) limit 5
        ) as w
    ) as short_to_long_window_max_samples,
    (select min(short_to_long) from windows) as short_to_long_window_min,
    (
        select list(w) from (
            from windows order by short_to_long nulls last, country_code, columns(*) limit 5
        ) as w
    ) as short_to_long_window_min_samples,
    (select max(posts_to_views) from charts) as posts_to_views_max,
    (
        select list(c) from (
            select chart, posts, views from charts
            order by posts_to_views desc nulls last, chart, columns(*) limit 5
        ) as c
    ) as posts_to_views_max_samples,
    (
        select round(max(above_all_time / tags), 4) from charts where tags >= 10
    ) as views_above_all_time_ratio,
    (
        select list(t) from (
            select chart, hashtag_name, views, views_all_time from tags
            where views > views_all_time order by views desc, chart, columns(*) limit 5
        ) as t
    ) as views_above_all_time_ratio_samples,
    (select max(places_missing) from charts) as places_missing_ratio,
    (
        select list(c) from (
            select chart, places, last_place from charts
            order by places_missing desc nulls last, chart, columns(*) limit 5
        ) as c
    ) as places_missing_ratio_samples,
    (select min(order_by_views) from charts) as places_by_views_min,
    (
        select list(c) from (
            select chart, places, order_by_views from charts
            order by order_by_views nulls last, chart, columns(*) limit 5
        ) as c
    ) as places_by_views_min_samples,
    (select max(same_ratio) from copies) as charts_alike_ratio,
    (select list(c) from (from copies order by same_ratio desc nulls last, columns(*) limit 5) as c)
        as charts_alike_ratio_samples,
    (select count(*) from constants) as tags_of_one_number,
    (select list(c) from (from constants order by all limit 5) as c)
        as tags_of_one_number_samples,
    (
        select round(max(tags / known), 4) from common where known >= 10 and views > 0
    ) as one_number_of_views_ratio,
    (
        select list(c) from (
            select chart, views, tags from common where known >= 10 and views > 0
            order by tags desc, chart, columns(*) limit 5
        ) as c
    ) as one_number_of_views_ratio_samples,
    (select round(max(tags / known), 4) from common_shapes where known >= 10) as one_curve_ratio,
    (
        select list(c) from (
            select chart, tags, shape[:5] as newest_points from common_shapes where known >= 10
            order by tags desc, chart, columns(*) limit 5
        ) as c
    ) as one_curve_ratio_samples,
    (
        select
            if(
                count(*) < 10, null,
                round(count(*) filter (where coalesce(is_promoted, false)) / count(*), 4)
            )
        from tags
    ) as promoted_ratio,
    (
        select list(t) from (
            select chart, hashtag_name from tags where is_promoted
            order by chart, hashtag_name, columns(*) limit 5
        ) as t
    ) as promoted_ratio_samples,
    (select hours_between from instants) as hours_between_rows,
    (
        select list(t) from (
            select country_code, min(as_of_at) as first_at, max(as_of_at) as last_at from load
            group by country_code order by country_code limit 5
        ) as t
    ) as hours_between_rows_samples
