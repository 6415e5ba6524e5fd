-- Charts of hashtags against the snapshot before, if that is at most five weeks old: a longer
-- silence says nothing. A chart is a country and window; its middle is the median over its tags,
-- which one viral tag does not move.
with

before as (
    select previous.*
    from previous, asked
    where previous.as_of_at >= asked.said_at - interval 35 day
),

-- Within a week a chart moves little.
recent as (
    select max(before.as_of_at) >= max(asked.said_at) - interval 7 day as is_within_a_week
    from before, asked
),

kinds as (
    select hashtag_name from read_csv('{seeds}/hashtag_kinds.csv')
),

charts_now as (
    select
        country_code,
        window_days,
        count(*) as tags,
        count(rank) as places,
        cast(coalesce(sum(len(curve)), 0) as double) as points,
        cast(sum(posts) as double) as posts
    from load
    group by country_code, window_days
),

charts_before as (
    select
        country_code,
        window_days,
        count(*) as tags,
        count(rank) as places,
        cast(coalesce(sum(len(curve)), 0) as double) as points,
        cast(sum(posts) as double) as posts
    from before
    group by country_code, window_days
),

-- A chart that is gone has 0 tags and 0 points, which is not the same as nothing to compare.
charts as (
    select
        country_code,
        window_days,
        charts_before.tags as tags_before,
        coalesce(charts_now.tags, 0) as tags_now,
        charts_before.places as places_before,
        coalesce(charts_now.places, 0) as places_now,
        charts_before.points as points_before,
        coalesce(charts_now.points, 0) as points_now,
        charts_before.posts as posts_before,
        coalesce(charts_now.posts, 0) as posts_now
    from charts_before
    left join charts_now using (country_code, window_days)
),

-- Each tag of this snapshot, and the same one before.
tags as (
    select
        load.country_code,
        load.window_days,
        load.hashtag_id,
        load.hashtag_name,
        load.rank_diff_type,
        load.rank,
        before.hashtag_id is null as is_new,
        before.rank as rank_before,
        before.hashtag_name as name_before,
        before.views as views_before,
        load.views,
        before.views_all_time is not distinct from load.views_all_time
        and before.views is not distinct from load.views
        and before.posts is not distinct from load.posts as is_same,
        before.as_of_at as before_at,
        load.as_of_at,
        load.curve,
        before.curve as curve_before,
        load.hashtag_name in (select hashtag_name from kinds) as is_ours
    from load
    left join before
        on load.country_code = before.country_code
        and load.window_days = before.window_days
        and load.hashtag_id = before.hashtag_id
),

-- Middles of all tags, and of those whose kind we know: the ones that the reports are about.
middles as (
    select
        country_code,
        window_days,
        is_ours,
        count(*) as tags,
        count(*) filter (where is_same) as same,
        round(median(cast(views as double) / views_before), 4) as views_ratio
    from tags
    where views_before >= 1000 and views is not null
    group by grouping sets ((country_code, window_days), (country_code, is_ours))
),

moves as (
    select
        *,
        round(greatest(views_ratio, 1 / greatest(views_ratio, 0.001)), 4) as factor
    from middles
),

-- A chart that is nearer to another country's last one than to its own.
distances as (
    select
        load.country_code,
        load.window_days,
        before.country_code as country_before,
        median(abs(ln(cast(load.views as double) / before.views))) as distance
    from load
    inner join before
        on load.window_days = before.window_days
        and load.hashtag_id = before.hashtag_id
    where load.views > 0 and before.views > 0
    group by load.country_code, load.window_days, before.country_code
    having count(*) >= 10
),

misplaced as (
    select other.country_code, other.window_days, other.country_before
    from distances as other
    inner join distances as own
        on other.country_code = own.country_code
        and other.window_days = own.window_days
        and own.country_before = own.country_code
    where other.country_code <> other.country_before
        and own.distance > 0.2
        and other.distance < own.distance / 8
),

turnover as (
    select
        country_code,
        window_days,
        count(*) as places,
        count(*) filter (where is_new) as new_tags,
        if(count(*) < 10, null, round(count(*) filter (where is_new) / count(*), 4)) as new_ratio
    from tags
    where rank is not null and exists (from before)
    group by country_code, window_days
),

known as (
    select
        count(*) as tags,
        count(*) filter (where hashtag_name <> name_before) as renamed,
        count(*) filter (where rank_diff_type = 4 and rank_before is not null) as called_new,
        count(*) filter (
            where is_same and cast(as_of_at as date) > cast(before_at as date)
        ) as unchanged
    from tags
    where not is_new
),

-- Names that were known under another id.
renumbered as (
    select
        count(*) as names,
        count(*) filter (
            where now.hashtag_id not in (select hashtag_id from before)
        ) as under_new_ids
    from (select distinct hashtag_name, hashtag_id from load) as now
    where now.hashtag_name in (select hashtag_name from before)
),

-- Tags that were asked for by name: they had rows without a place, or have a kind.
watched_before as (
    select distinct hashtag_name
    from before
    where hashtag_name in (select hashtag_name from kinds)
        or hashtag_id in (select hashtag_id from before where rank is null)
),

watched_lost as (
    from watched_before where hashtag_name not in (select hashtag_name from load)
),

-- Curves are relative, so the same days must go up and down together, whatever the scale.
points as (
    select country_code, window_days, hashtag_id, unnest(curve, recursive := true)
    from tags
    where len(curve) >= 5 and len(curve_before) >= 5
),

points_before as (
    select country_code, window_days, hashtag_id, unnest(curve_before, recursive := true)
    from tags
    where len(curve) >= 5 and len(curve_before) >= 5
),

curves as (
    select
        points.country_code,
        points.window_days,
        points.hashtag_id,
        corr(points.relative_value, points_before.relative_value) as likeness
    from points
    inner join points_before using (country_code, window_days, hashtag_id, curve_on)
    group by points.country_code, points.window_days, points.hashtag_id
    having count(*) >= 5
        and stddev_pop(points.relative_value) > 0
        and stddev_pop(points_before.relative_value) > 0
),

likenesses as (
    select
        country_code, window_days, count(*) as tags, round(median(likeness), 4) as likeness
    from curves
    group by country_code, window_days
    having count(*) >= 10
),

audiences as (
    select
        (
            select avg(score)
            from (select unnest(audience_ages, recursive := true) from load)
        ) as score,
        (
            select avg(score)
            from (select unnest(audience_ages, recursive := true) from before)
        ) as score_before
)

select
    (select count(*) from charts where tags_now = 0 and tags_before >= 3) as charts_lost,
    (
        select list(c) from (
            select country_code, window_days, tags_before, tags_now from charts
            where tags_now = 0 and tags_before >= 3 order by all limit 5
        ) as c
    ) as charts_lost_samples,
    (
        select round(min(points_now / points_before), 4) from charts
        where tags_before >= 10 and points_before > 0 and tags_now > 0
    ) as curve_points_to_previous_min,
    (
        select list(c) from (
            select country_code, window_days, points_before, points_now from charts
            where points_before > 0
            order by points_now / points_before, country_code, window_days, columns(*) limit 5
        ) as c
    ) as curve_points_to_previous_min_samples,
    (
        select round(min(posts_now / posts_before), 4) from charts
        where tags_before >= 10 and posts_before > 0 and tags_now > 0
    ) as posts_to_previous_min,
    (
        select list(c) from (
            select country_code, window_days, posts_before, posts_now from charts
            where posts_before > 0
            order by posts_now / posts_before, country_code, window_days, columns(*) limit 5
        ) as c
    ) as posts_to_previous_min_samples,
    (
        select round(min(places_now / places_before), 4) from charts
        where places_before >= 10 and tags_now > 0
    ) as places_to_previous_min,
    (
        select list(c) from (
            select country_code, window_days, places_before, places_now from charts
            where places_before > 0
            order by places_now / places_before, country_code, window_days, columns(*) limit 5
        ) as c
    ) as places_to_previous_min_samples,
    (
        select round(max(factor), 2) from moves, recent
        where is_within_a_week and is_ours is null and tags >= 10
    ) as chart_median_change_factor_max,
    (
        select list(m) from (
            select country_code, window_days, tags, views_ratio from moves
            where is_ours is null and tags >= 10
            order by factor desc, country_code, window_days, columns(*) limit 5
        ) as m
    ) as chart_median_change_factor_max_samples,
    (
        select round(max(factor), 2) from moves, recent
        where is_within_a_week and is_ours and window_days is null and tags >= 5
    ) as our_tags_change_factor_max,
    (
        select list(m) from (
            select country_code, tags, views_ratio from moves
            where is_ours and window_days is null and tags >= 5
            order by factor desc, country_code, columns(*) limit 5
        ) as m
    ) as our_tags_change_factor_max_samples,
    (select count(*) from misplaced) as charts_of_another_country,
    (select list(m) from (from misplaced order by all limit 5) as m)
        as charts_of_another_country_samples,
    (select max(new_ratio) from turnover, recent where is_within_a_week) as new_tags_ratio_max,
    (
        select list(t) from (
            select country_code, window_days, places, new_tags from turnover
            order by new_ratio desc nulls last, country_code, window_days, columns(*) limit 5
        ) as t
    ) as new_tags_ratio_max_samples,
    (
        select if(tags < 20, null, round(renamed / tags, 4)) from known
    ) as tags_renamed_ratio,
    (
        select list(t) from (
            select hashtag_id, name_before, hashtag_name from tags
            where hashtag_name <> name_before order by all limit 5
        ) as t
    ) as tags_renamed_ratio_samples,
    (
        select if(tags < 20, null, round(called_new / tags, 4)) from known
    ) as known_tags_called_new_ratio,
    (
        select list(t) from (
            select country_code, window_days, hashtag_name, rank_before, rank from tags
            where rank_diff_type = 4 and rank_before is not null order by all limit 5
        ) as t
    ) as known_tags_called_new_ratio_samples,
    (
        select if(tags < 20, null, round(unchanged / tags, 4)) from known
    ) as tags_unchanged_ratio,
    (
        select list(t) from (
            select country_code, window_days, hashtag_name, before_at, as_of_at, views
            from tags where is_same order by all limit 5
        ) as t
    ) as tags_unchanged_ratio_samples,
    (
        select if(names < 10, null, round(under_new_ids / names, 4)) from renumbered
    ) as names_under_new_ids_ratio,
    (select list(r) from renumbered as r) as names_under_new_ids_ratio_samples,
    round(
        (select count(*) from watched_lost)
        / (select if(count(*) < 3, null, count(*)) from watched_before), 4
    ) as watched_tags_lost_ratio,
    (select list(w) from (from watched_lost order by all limit 5) as w)
        as watched_tags_lost_ratio_samples,
    (select min(likeness) from likenesses) as curve_likeness_min,
    (
        select list(k) from (
            from likenesses order by likeness, country_code, window_days, columns(*) limit 5
        ) as k
    ) as curve_likeness_min_samples,
    (
        select round(score / nullif(score_before, 0), 4) from audiences
    ) as audience_scores_to_previous,
    (select list(a) from audiences as a) as audience_scores_to_previous_samples
