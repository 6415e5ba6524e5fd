-- Search interest in Minis as a whole.
with

early as (
    select load.subject, load.window_end_on, asked.said_on
    from load, asked
    where load.window_end_on > asked.said_on
),

idle as (
    select window_start_on, window_end_on, market, subject
    from load
    where growth_ratio is null and in_top_100 is null and hashtag_views is null
),

baseless as (
    select window_start_on, window_end_on, market, subject, growth_ratio
    from load
    where growth_ratio is not null and compared_with is null
),

unprinted as (
    select load.subject, load.published_on, asked.said_on
    from load, asked
    where load.published_on > asked.said_on
),

foretold as (
    select subject, window_end_on, published_on
    from load
    where published_on < window_end_on
),

-- All-time views only grow, except for purges; compare them with the tag's newest earlier window.
ordered_before as (
    select
        load.market,
        load.subject,
        load.window_end_on,
        previous.window_end_on as window_before_end_on,
        previous.hashtag_views as views_before,
        load.hashtag_views,
        cast(load.hashtag_views as double) / nullif(previous.hashtag_views, 0) as views_ratio,
        row_number() over (
            partition by load.market, load.subject, load.window_end_on
            order by previous.window_end_on desc
        ) as recency
    from load
    inner join previous
        on load.market = previous.market
        and load.subject = previous.subject
        and load.window_end_on > previous.window_end_on
    where load.hashtag_views is not null and previous.hashtag_views is not null
),

matched as (
    select * exclude (recency) from ordered_before where recency = 1
)

select
    (select count(*) from early) as windows_from_the_future,
    (select list(e) from (from early order by all limit 5) as e)
        as windows_from_the_future_samples,
    (select count(*) from idle) as rows_without_a_measure,
    (select list(i) from (from idle order by all limit 5) as i) as rows_without_a_measure_samples,
    (select count(*) from baseless) as growth_without_a_base,
    (select list(b) from (from baseless order by all limit 5) as b)
        as growth_without_a_base_samples,
    (select count(*) from unprinted) as sources_from_the_future,
    (select list(u) from (from unprinted order by all limit 5) as u)
        as sources_from_the_future_samples,
    (select count(*) from foretold) as sources_before_the_window_ended,
    (select list(f) from (from foretold order by all limit 5) as f)
        as sources_before_the_window_ended_samples,
    (select round(min(views_ratio), 4) from matched) as views_to_previous_min,
    (
        select list(m) from (
            select market, subject, views_before, hashtag_views from matched
            order by views_ratio nulls last, columns(*) limit 5
        ) as m
    ) as views_to_previous_min_samples,
    (select round(max(views_ratio), 4) from matched) as views_to_previous_max,
    (
        select list(m) from (
            select market, subject, views_before, hashtag_views from matched
            order by views_ratio desc nulls last, columns(*) limit 5
        ) as m
    ) as views_to_previous_max_samples
