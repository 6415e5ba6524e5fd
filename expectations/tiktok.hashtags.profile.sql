-- A load of hashtags as a whole; the curves are checked point by point.
with

early as (
    select load.hashtag_id, load.country_code, load.window_days, load.as_of_at
    from load, asked
    where load.as_of_at > asked.said_at
),

points as (
    select
        hashtag_id, hashtag_name, country_code, window_days, as_of_at,
        unnest(curve, recursive := true)
    from load
),

ages as (
    select hashtag_id, country_code, window_days, unnest(audience_ages, recursive := true)
    from load
),

shared as (
    select country_code, window_days, as_of_at, rank, count(*) as tags
    from load
    where rank is not null
    group by country_code, window_days, as_of_at, rank
    having count(*) > 1
),

old as (
    select load.hashtag_id, load.country_code, load.as_of_at, asked.said_at as load_said_at
    from load, asked
    where load.as_of_at < asked.said_at - interval 1 day
),

-- A tag without views has a curve of zeros.
peaks as (
    select hashtag_id, hashtag_name, country_code, window_days, max(relative_value) as peak
    from points
    group by hashtag_id, hashtag_name, country_code, window_days
    having max(relative_value) > 0
),

-- The source is some days late, and a curve of 120 days ends with a complete week. Where days have
-- views or places of their own, they are a history of 30 days, whatever the window; a day of such a
-- history that has nothing, such as one before a new tag's first, has no relative value either.
stray_points as (
    select hashtag_id, hashtag_name, country_code, window_days, as_of_at, curve_on
    from points
    where
        curve_on < cast(as_of_at as date)
        - (
            if(
                views is null and rank is null and relative_value is not null,
                window_days,
                greatest(window_days, 30)
            ) + 10
        )
),

-- A country's tags together: a single one may have days that are not said.
weeks as (
    select
        country_code,
        cast(sum(week) as double) as daily_views,
        cast(sum(views) as double) as window_views,
        -- A week of zeros is no missing week: it is as far from the window's views as can be.
        round(if(
            sum(week) = 0, 1e6,
            greatest(
                cast(sum(week) as double) / sum(views), cast(sum(views) as double) / sum(week)
            )
        ), 4) as factor
    from (
        select
            country_code,
            views,
            list_sum(list_transform(list_sort(days)[-7:], lambda day: day.views)) as week
        from (
            select
                country_code,
                views,
                list_transform(
                    list_filter(curve, lambda p: p.views is not null),
                    lambda p: struct_pack(curve_on := p.curve_on, views := p.views)
                ) as days
            from load
            where window_days = 7 and views > 0
        )
        where len(days) >= 7
    )
    group by country_code
),

daily as (
    select country_code, hashtag_id, hashtag_name, curve_on, min(views) as least, max(views) as most
    from points
    where views is not null
    group by country_code, hashtag_id, hashtag_name, curve_on
),

daily_before as (
    select country_code, hashtag_id, curve_on, max(views) as views
    from (select country_code, hashtag_id, unnest(curve, recursive := true) from previous)
    where views is not null
    group by country_code, hashtag_id, curve_on
),

restated as (
    select
        country_code,
        cast(sum(daily_before.views) as double) as daily_views_before,
        cast(sum(daily.most) as double) as daily_views_now,
        -- Days that fell to nothing changed by more than any factor.
        round(case
            when sum(daily_before.views) = 0 then null
            when sum(daily.most) = 0 then 1e6
            else greatest(
                cast(sum(daily.most) as double) / sum(daily_before.views),
                cast(sum(daily_before.views) as double) / sum(daily.most)
            )
        end, 4) as factor
    from daily
    inner join daily_before using (country_code, hashtag_id, curve_on)
    group by country_code
),

unlike as (
    select country_code, hashtag_id, hashtag_name, curve_on, least, most
    from daily
    where most > 1.1 * least
),

known as (
    select country_code, window_days, round(count(views) / count(*), 4) as views_ratio
    from load
    where rank is not null
    group by country_code, window_days
),

twice as (
    select hashtag_id, country_code, window_days, curve_on, count(*) as copies
    from points
    group by hashtag_id, country_code, window_days, as_of_at, curve_on
    having count(*) > 1
),

matched as (
    select
        hashtag_id,
        country_code,
        window_days,
        previous.hashtag_name as name_before,
        load.hashtag_name,
        previous.views_all_time as views_before,
        load.views_all_time as views_now,
        round(
            cast(load.views_all_time as double) / nullif(previous.views_all_time, 0), 4
        ) as views_ratio
    from load
    inner join previous using (hashtag_id, country_code, window_days)
),

charts_now as (
    select country_code, window_days, count(*) as tags, cast(sum(views) as double) as views
    from load
    group by country_code, window_days
),

charts_before as (
    select
        country_code,
        window_days,
        count(*) as tags,
        cast(sum(views) as double) as views,
        max(previous.as_of_at) >= max(asked.said_at) - interval 35 day as is_recent
    from previous, asked
    group by country_code, window_days
),

charts as (
    select
        country_code,
        window_days,
        charts_before.tags as tags_before,
        charts_now.tags as tags_now,
        if(
            charts_before.tags >= 3, round(charts_now.tags / charts_before.tags, 4), null
        ) as tags_ratio,
        charts_before.views as views_before,
        charts_now.views as views_now,
        greatest(
            charts_now.views / nullif(charts_before.views, 0),
            charts_before.views / nullif(charts_now.views, 0)
        ) as views_factor
    from charts_before
    inner join charts_now using (country_code, window_days)
    where charts_before.is_recent
)

select
    (select count(*) from early) as rows_from_the_future,
    (select list(e) from (from early order by all limit 5) as e) as rows_from_the_future_samples,
    (select min(relative_value) from points) as curve_min,
    (select list(p) from (from points order by relative_value, columns(*) limit 5) as p)
        as curve_min_samples,
    (select max(relative_value) from points) as curve_max,
    (select list(p) from (from points order by relative_value desc, columns(*) limit 5) as p)
        as curve_max_samples,
    (select count(*) from points where curve_on > cast(as_of_at as date))
        as curve_points_from_the_future,
    (
        select list(p) from (
            from points where curve_on > cast(as_of_at as date) order by curve_on, columns(*)
            limit 5
        ) as p
    ) as curve_points_from_the_future_samples,
    (select min(score) from ages) as audience_score_min,
    (select list(a) from (from ages order by score, columns(*) limit 5) as a)
        as audience_score_min_samples,
    (select max(score) from ages) as audience_score_max,
    (select list(a) from (from ages order by score desc, columns(*) limit 5) as a)
        as audience_score_max_samples,
    (select count(*) from shared) as shared_places,
    (select list(s) from (from shared order by all limit 5) as s) as shared_places_samples,
    (select count(*) from old) as rows_older_than_a_day,
    (select list(o) from (from old order by all limit 5) as o) as rows_older_than_a_day_samples,
    (select min(peak) from peaks) as curve_peak_min,
    (select list(p) from (from peaks order by peak, columns(*) limit 5) as p)
        as curve_peak_min_samples,
    (select count(*) from stray_points) as curve_points_before_the_window,
    (select list(s) from (from stray_points order by curve_on, columns(*) limit 5) as s)
        as curve_points_before_the_window_samples,
    (select count(*) from twice) as curve_days_twice,
    (select list(t) from (from twice order by all limit 5) as t) as curve_days_twice_samples,
    (select min(views_ratio) from matched) as views_all_time_to_previous_min,
    (
        select list(m) from (
            select hashtag_id, hashtag_name, country_code, views_before, views_now from matched
            order by views_ratio nulls last, columns(*) limit 5
        ) as m
    ) as views_all_time_to_previous_min_samples,
    (select count(*) from matched where name_before <> hashtag_name) as tags_renamed,
    (
        select list(m) from (
            select hashtag_id, name_before, hashtag_name from matched
            where name_before <> hashtag_name order by all limit 5
        ) as m
    ) as tags_renamed_samples,
    (select min(tags_ratio) from charts) as chart_to_previous_min,
    (
        select list(c) from (
            select country_code, window_days, tags_before, tags_now from charts
            order by tags_ratio nulls last, columns(*) limit 5
        ) as c
    ) as chart_to_previous_min_samples,
    (select round(max(views_factor), 2) from charts) as chart_views_change_factor_max,
    (
        select list(c) from (
            select country_code, window_days, views_before, views_now from charts
            order by views_factor desc nulls last, columns(*) limit 5
        ) as c
    ) as chart_views_change_factor_max_samples,
    (select min(views_ratio) from known) as views_known_ratio_min,
    (select list(k) from (from known order by views_ratio, columns(*) limit 5) as k)
        as views_known_ratio_min_samples,
    (select min(least) from daily) as daily_views_min,
    (select list(d) from (from daily order by least, curve_on, columns(*) limit 5) as d)
        as daily_views_min_samples,
    (select max(factor) from weeks) as daily_views_to_window_factor_max,
    (select list(w) from (from weeks order by factor desc nulls last, columns(*) limit 5) as w)
        as daily_views_to_window_factor_max_samples,
    (select max(factor) from restated) as daily_views_change_factor_max,
    (select list(r) from (from restated order by factor desc nulls last, columns(*) limit 5) as r)
        as daily_views_change_factor_max_samples,
    (select count(*) from unlike) as daily_views_said_twice,
    (select list(u) from (from unlike order by all limit 5) as u) as daily_views_said_twice_samples
