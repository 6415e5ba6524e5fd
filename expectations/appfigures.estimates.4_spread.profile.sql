-- How a load of estimates is spread over products, countries and days, against what was said before
-- about them: what is exchanged leaves every sum as it was.
with

-- How far leaders and days moved against each other, whatever the slice as a whole did.
spread as (
    select
        country_code,
        estimated_on,
        downloads_before,
        downloads_now,
        revenue_before,
        revenue_now,
        median(downloads_now / downloads_before) over of_country as downloads_level,
        median(downloads_now / downloads_before) over of_day as downloads_day_level,
        median(revenue_now / revenue_before) over of_country as revenue_level,
        median(revenue_now / revenue_before) over of_day as revenue_day_level
    from cells
    where was_settled and product_id <> 0
        and downloads_before >= 20 and downloads_now > 0
        and revenue_before > 0 and revenue_now > 0
    window
        of_country as (partition by country_code),
        of_day as (partition by estimated_on, country_code = 'ZZ')
),

country_shapes as (
    select
        country_code,
        greatest(
            sum(abs(downloads_now - downloads_level * downloads_before)) / sum(downloads_now),
            sum(abs(revenue_now - revenue_level * revenue_before)) / sum(revenue_now)
        ) as moved_ratio
    from spread
    group by country_code
    having count(*) >= 20
),

day_shapes as (
    select
        estimated_on,
        if(country_code = 'ZZ', 'ZZ', 'all others') as countries,
        greatest(
            sum(abs(downloads_now - downloads_day_level * downloads_before)) / sum(downloads_now),
            sum(abs(revenue_now - revenue_day_level * revenue_before)) / sum(revenue_now)
        ) as moved_ratio
    from spread
    group by all
    having count(*) >= 20
)

select
    (select round(max(moved_ratio), 4) from country_shapes) as moved_within_a_country_ratio,
    (
        select list(c) from (
            select country_code, round(moved_ratio, 4) as moved_ratio from country_shapes
            order by moved_ratio desc, columns(*) limit 5
        ) as c
    ) as moved_within_a_country_ratio_samples,
    (select round(max(moved_ratio), 4) from day_shapes) as moved_within_a_day_ratio,
    (
        select list(d) from (
            select estimated_on, countries, round(moved_ratio, 4) as moved_ratio from day_shapes
            order by moved_ratio desc, columns(*) limit 5
        ) as d
    ) as moved_within_a_day_ratio_samples
