-- Search interest by itself and against the newest earlier window of each market.
with

subjects as (
    select
        market, window_start_on, window_end_on, subject, growth_ratio, hashtag_views,
        date_diff('day', window_start_on, window_end_on) + 1 as window_days
    from load
),

windows as (
    select load.market, load.window_end_on, max(previous.window_end_on) as before_end_on
    from load
    inner join previous
        on load.market = previous.market and load.window_end_on > previous.window_end_on
    group by load.market, load.window_end_on
),

before as (
    select
        windows.window_end_on as in_window_end_on, previous.window_end_on, previous.market,
        previous.subject, previous.growth_ratio, previous.hashtag_views
    from previous
    inner join windows
        on previous.market = windows.market and previous.window_end_on = windows.before_end_on
),

lost as (
    select before.market, before.subject, before.hashtag_views as views_before
    from before
    left join load
        on before.market = load.market
        and before.in_window_end_on = load.window_end_on
        and before.subject = load.subject
    where load.subject is null
),

matched as (
    select
        load.market,
        load.window_end_on,
        load.subject,
        before.growth_ratio as growth_before,
        load.growth_ratio,
        before.hashtag_views as views_before,
        load.hashtag_views,
        greatest(1, date_diff('day', before.window_end_on, load.window_end_on) / 7) as weeks
    from load
    inner join before
        on load.market = before.market
        and load.window_end_on = before.in_window_end_on
        and load.subject = before.subject
),

growing as (
    select
        *, round(pow(cast(hashtag_views as double) / views_before, 1 / weeks), 4) as weekly_factor
    from matched
    where views_before > 0 and hashtag_views > 0
),

repeated as (
    select
        count(*) as subjects,
        count(*) filter (
            where growth_before is not distinct from growth_ratio
                and views_before is not distinct from hashtag_views
        ) as same
    from matched
),

-- A total that continues another tag's, and not its own.
misplaced as (
    select one.market, one.subject, other.subject as subject_before, one.hashtag_views
    from matched as one
    inner join matched as other
        on one.market = other.market
        and one.window_end_on = other.window_end_on
        and one.subject <> other.subject
    where one.hashtag_views between other.views_before * 0.99 and other.views_before * 1.05
        and one.hashtag_views not between one.views_before * 0.9 and one.views_before * 1.1
),

-- Published lower bounds may be alike; totals that differed in the last window are not.
constants as (
    select market, window_end_on, hashtag_views, count(*) as subjects
    from matched
    where hashtag_views is not null
    group by market, window_end_on, hashtag_views
    having count(*) >= 3 and count(distinct views_before) = count(*)
)

select
    round(
        (select count(*) from lost) / (select nullif(count(*), 0) from before), 4
    ) as subjects_lost_ratio,
    (select list(l) from (from lost order by all limit 5) as l) as subjects_lost_ratio_samples,
    (select max(weekly_factor) from growing) as views_weekly_factor_max,
    (
        select list(g) from (
            select market, subject, views_before, hashtag_views, weeks from growing
            order by weekly_factor desc, subject, columns(*) limit 5
        ) as g
    ) as views_weekly_factor_max_samples,
    (
        select if(subjects < 2, null, round(same / subjects, 4)) from repeated
    ) as subjects_repeated_ratio,
    (select list(r) from repeated as r) as subjects_repeated_ratio_samples,
    (select count(*) from misplaced) as views_of_another_subject,
    (select list(m) from (from misplaced order by all limit 5) as m)
        as views_of_another_subject_samples,
    (select coalesce(sum(subjects), 0) from constants) as subjects_with_one_total,
    (select list(c) from (from constants order by all limit 5) as c)
        as subjects_with_one_total_samples,
    (select max(window_days) from subjects) as window_days_max,
    (
        select list(s) from (
            select market, subject, window_start_on, window_end_on from subjects
            order by window_days desc, subject, columns(*) limit 5
        ) as s
    ) as window_days_max_samples,
    (select max(hashtag_views) from subjects) as hashtag_views_max,
    (
        select list(s) from (
            select market, subject, hashtag_views from subjects
            order by hashtag_views desc nulls last, subject, columns(*) limit 5
        ) as s
    ) as hashtag_views_max_samples
