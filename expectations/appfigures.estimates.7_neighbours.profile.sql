-- The days of a load of estimates against the days around them.
with

country_days as (
    select
        country_code,
        estimated_on,
        is_settled,
        sum(downloads_now) as downloads,
        round(sum(revenue_now), 2) as revenue
    from cells
    group by all
),

-- The days around a day show how large it can be; a fall within the provisional days is only delay.
neighbours as (
    select
        country_code,
        estimated_on,
        is_settled,
        downloads,
        median(downloads) over around as usual_downloads,
        revenue,
        median(revenue) over around as usual_revenue
    from country_days
    window around as (
        partition by country_code order by estimated_on
        rows between 3 preceding and 3 following exclude current row
    )
),

-- `weight` is the change beside the largest country's day, which is the world's if it was asked for.
leaps as (
    select
        country_code,
        estimated_on,
        downloads,
        usual_downloads,
        if(
            greatest(downloads, usual_downloads) >= 1000
            and (is_settled or downloads > usual_downloads),
            times(downloads, usual_downloads), null
        ) as downloads_factor,
        abs(downloads - usual_downloads)
        / max(usual_downloads) over (partition by estimated_on) as downloads_weight,
        revenue,
        usual_revenue,
        if(
            greatest(revenue, usual_revenue) >= 1000
            and (is_settled or revenue > usual_revenue),
            times(revenue, usual_revenue), null
        ) as revenue_factor,
        abs(revenue - usual_revenue)
        / max(usual_revenue) over (partition by estimated_on) as revenue_weight
    from neighbours
),

small_leaps as (
    select
        country_code,
        estimated_on,
        downloads,
        usual_downloads,
        revenue,
        usual_revenue,
        greatest(
            if(downloads_weight < 0.06, downloads_factor, 1),
            if(revenue_weight < 0.06, revenue_factor, 1)
        ) as factor
    from leaps
)

select
    (select round(max(downloads_factor), 2) from leaps where downloads_weight >= 0.06)
        as neighbour_downloads_factor_max,
    (
        select list(l) from (
            select country_code, estimated_on, downloads, usual_downloads from leaps
            where downloads_weight >= 0.06
            order by downloads_factor desc nulls last, columns(*) limit 5
        ) as l
    ) as neighbour_downloads_factor_max_samples,
    (select round(max(revenue_factor), 2) from leaps where revenue_weight >= 0.06)
        as neighbour_revenue_factor_max,
    (
        select list(l) from (
            select country_code, estimated_on, revenue, usual_revenue from leaps
            where revenue_weight >= 0.06
            order by revenue_factor desc nulls last, columns(*) limit 5
        ) as l
    ) as neighbour_revenue_factor_max_samples,
    (select round(max(factor), 2) from small_leaps) as small_leap_factor_max,
    (
        select list(l) from (
            select * exclude (factor) from small_leaps order by factor desc nulls last, columns(*)
            limit 5
        ) as l
    ) as small_leap_factor_max_samples
