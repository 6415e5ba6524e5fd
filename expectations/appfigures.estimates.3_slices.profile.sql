-- A load of estimates in its natural parts, each against its own past: weeks and days of a country,
-- the leading products, and what they earn for a download.
with

country_days as (
    select
        country_code,
        estimated_on,
        is_settled,
        was_settled,
        sum(rows_now) as rows_now,
        sum(downloads_before) as downloads_before,
        sum(downloads_now) as downloads_now,
        round(sum(revenue_before), 2) as revenue_before,
        round(sum(revenue_now), 2) as revenue_now
    from cells
    group by all
),

-- Seven days counted back from the newest settled one, so that a week has every weekday once. Of
-- fewer than five days one outage would be a large part.
country_weeks as (
    select
        country_code,
        min(estimated_on) as first_on,
        max(estimated_on) as last_on,
        sum(downloads_before) as downloads_before,
        sum(downloads_now) as downloads_now,
        round(sum(revenue_before), 2) as revenue_before,
        round(sum(revenue_now), 2) as revenue_now,
        greatest(
            if(sum(downloads_before) >= 1000, times(sum(downloads_now), sum(downloads_before)), 1),
            if(sum(revenue_before) >= 1000, times(sum(revenue_now), sum(revenue_before)), 1)
        ) as factor
    from (
        select *, date_diff('day', estimated_on, max(estimated_on) over ()) // 7 as weeks_ago
        from country_days
        where was_settled
    )
    group by country_code, weeks_ago
    having count(*) >= 5
),

day_changes as (
    select
        country_code, estimated_on, downloads_before, downloads_now, revenue_before, revenue_now,
        greatest(
            if(
                greatest(downloads_before, downloads_now) >= 1000,
                times(downloads_now, downloads_before), 1
            ),
            if(
                greatest(revenue_before, revenue_now) >= 1000,
                times(revenue_now, revenue_before), 1
            )
        ) as factor
    from country_days
    where was_settled
),

-- On a settled day as many products have rows as in the week before it or after it. Counts scatter
-- by about their square root.
day_rows as (
    select
        country_code,
        estimated_on,
        is_settled,
        rows_now,
        greatest(median(rows_now) over earlier, median(rows_now) over later) as usual_rows
    from country_days
    where is_settled
    window
        earlier as (
            partition by country_code order by estimated_on
            rows between 7 preceding and 1 preceding
        ),
        later as (
            partition by country_code order by estimated_on
            rows between 1 following and 7 following
        )
),

-- A leader that is gone from everywhere, or has no money anywhere, is a decision of somebody; one
-- that has lost some days or countries is a hole.
lost as (
    select
        product_id,
        country_code,
        count(*) as lost_days,
        min(estimated_on) as first_on,
        max(estimated_on) as last_on,
        sum(downloads_before) as downloads_before,
        round(sum(revenue_before), 2) as revenue_before
    from (
        select
            *,
            sum(downloads_now) over of_product > 0 as has_downloads,
            sum(revenue_now) over of_product > 0 as has_revenue
        from cells
        window of_product as (partition by product_id)
    )
    inner join leaders using (product_id)
    where
        place <= 20
        and was_settled
        and (
            (has_downloads and downloads_before >= 100 and downloads_now < downloads_before / 10)
            or (has_revenue and revenue_before >= 100 and revenue_now < revenue_before / 10)
        )
    group by product_id, country_code
),

-- Money of one country against the money of all: what changed in all of them is not of a country.
country_yields as (
    select
        country_code,
        downloads_before,
        downloads_now,
        revenue_before,
        revenue_now,
        (revenue_now + 1) / (downloads_now + 1) / ((revenue_before + 1) / (downloads_before + 1))
            as change,
        median(change) over () as usual_change,
        greatest(change / usual_change, usual_change / change) as factor
    from (
        select
            country_code,
            sum(downloads_before) as downloads_before,
            sum(downloads_now) as downloads_now,
            round(sum(revenue_before), 2) as revenue_before,
            round(sum(revenue_now), 2) as revenue_now
        from country_days
        where was_settled
        group by country_code
        having sum(downloads_before) >= 1000 and sum(revenue_before) >= 1000
            and sum(revenue_now) >= 0
    )
),

product_weeks as (
    select
        product_id,
        first_on,
        downloads_before,
        downloads_now,
        round(revenue_before, 2) as revenue_before,
        round(revenue_now, 2) as revenue_now,
        (revenue_now + 1) / (downloads_now + 1) / ((revenue_before + 1) / (downloads_before + 1))
            not between 0.8 and 1.25 as is_moved
    from (
        select
            product_id,
            min(estimated_on) as first_on,
            sum(downloads_before) as downloads_before,
            sum(downloads_now) as downloads_now,
            sum(revenue_before) as revenue_before,
            sum(revenue_now) as revenue_now
        from (
            select *, date_diff('day', estimated_on, max(estimated_on) over ()) // 7 as weeks_ago
            from cells
            where was_settled
        )
        group by product_id, weeks_ago
    )
    -- What is gone or new as a whole is not a matter of money.
    where downloads_before >= 100 and revenue_before >= 100 and downloads_now > 0
),

product_yields as (
    select
        first_on,
        coalesce(sum(revenue_before) filter (where is_moved), 0) / sum(revenue_before)
            as moved_ratio
    from product_weeks
    group by first_on
)

select
    (select round(max(factor), 3) from country_yields having count(*) >= 3)
        as country_yield_change_factor_max,
    (
        select list(c) from (
            select * exclude (change, usual_change, factor) from country_yields
            order by factor desc, columns(*) limit 5
        ) as c
    ) as country_yield_change_factor_max_samples,
    (select round(max(moved_ratio), 4) from product_yields) as product_yields_moved_ratio,
    (
        select list(p) from (
            select * exclude (is_moved) from product_weeks where is_moved
            order by revenue_before desc, columns(*) limit 5
        ) as p
    ) as product_yields_moved_ratio_samples,
    (select round(max(factor), 2) from country_weeks) as country_week_change_factor_max,
    (
        select list(c) from (
            select * exclude (factor) from country_weeks order by factor desc, columns(*) limit 5
        ) as c
    ) as country_week_change_factor_max_samples,
    (select round(max(factor), 2) from day_changes) as country_day_change_factor_max,
    (
        select list(d) from (
            select * exclude (factor) from day_changes order by factor desc, columns(*) limit 5
        ) as d
    ) as country_day_change_factor_max_samples,
    (
        select round(min((rows_now + sqrt(usual_rows)) / usual_rows), 3)
        from day_rows where usual_rows >= 50
    ) as rows_on_a_settled_day_min,
    (
        select list(d) from (
            select country_code, estimated_on, rows_now, usual_rows from day_rows
            where usual_rows >= 50 order by rows_now / usual_rows, columns(*) limit 5
        ) as d
    ) as rows_on_a_settled_day_min_samples,
    (select coalesce(max(lost_days), 0) from lost) as leader_days_lost_max,
    (
        select list(l) from (from lost order by lost_days desc, revenue_before desc, columns(*)
        limit 5) as l
    ) as leader_days_lost_max_samples
