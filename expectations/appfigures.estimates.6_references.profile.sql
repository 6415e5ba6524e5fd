-- A load of estimates against what is known without a load before it: what countries earn for a
-- download, how they add up to the world, and how large the market is. First loads and days that
-- were never covered have nothing else.
with

-- Net US dollars per download. The US made 10.06 and India 0.08 in July 2025, Indonesia 0.37 in
-- June, the world 1.94 (Appfigures in published_figures). Of other countries the region is known
-- at best, and a band is about five times that to both sides. Poor countries have no lower end.
bands as (
    select unnest(countries) as country_code, lowest, highest
    from (values
        (['US', 'CA', 'GB', 'DE', 'FR', 'AT', 'CH', 'NL', 'BE', 'SE', 'NO', 'DK', 'FI', 'IE', 'AU',
            'NZ', 'JP', 'KR', 'SG', 'HK', 'TW'], 0.7, 25),
        (['CN', 'MX', 'BR', 'CO', 'AR', 'CL', 'PE', 'TR', 'MY', 'TH', 'ZA', 'PL', 'RO'], 0, 5),
        (['IN', 'ID', 'PH', 'VN', 'PK', 'BD', 'NG', 'EG', 'KE', 'LK', 'NP'], 0, 1.5)
    ) as b(countries, lowest, highest)
),

-- Shares of the world in July 2025 (US, India) and June 2025 (Indonesia), from published_figures.
known_shares as (
    from (values
        ('US', 0.088, 0.457), ('IN', 0.195, null), ('ID', 0.142, null)
    ) as s(country_code, downloads_share, revenue_share)
),

-- A day of the world outside China, from Appfigures' quarters in published_figures; the revenue of
-- 2024 is after a fee of 30%.
known_sizes as (
    from (values
        (date '2024-02-15', null, 1100000),
        (date '2025-05-15', 3020000, 6300000),
        (date '2025-08-15', 3350000, 7030000)
    ) as s(known_on, downloads, revenue)
),

country_days as (
    select
        country_code,
        estimated_on,
        sum(downloads_now) as downloads,
        sum(revenue_now) as revenue
    from cells
    where is_settled
    group by all
),

countries as (
    select
        country_code,
        count(*) as days,
        sum(downloads) as downloads,
        round(sum(revenue), 2) as revenue
    from country_days
    group by country_code
),

-- Of a country that earns nothing at all, a first load cannot know whether that is right.
yields as (
    select
        country_code,
        downloads,
        revenue,
        round(revenue / (downloads + 1), 3) as revenue_per_download,
        lowest,
        highest
    from countries
    inner join bands using (country_code)
    where greatest(downloads, revenue / 5) >= 5000 and revenue > 0
),

unlikely_yields as (
    from yields where revenue_per_download not between lowest and highest
),

shares as (
    select
        countries.country_code,
        countries.downloads,
        world.downloads as world_downloads,
        countries.revenue,
        world.revenue as world_revenue,
        greatest(
            times(1e6 * downloads_share, 1e6 * countries.downloads / (world.downloads + 1)),
            times(1e6 * revenue_share, 1e6 * countries.revenue / (world.revenue + 1))
        ) as factor
    from countries
    inner join known_shares using (country_code)
    inner join countries as world on world.country_code = 'ZZ'
    where greatest(world.downloads, world.revenue) >= 100000
),

-- What the countries make of the world depends on which ones are asked for, but hardly on the day.
parts as (
    select
        estimated_on,
        sum(downloads) filter (where country_code <> 'ZZ') as countries_downloads,
        sum(downloads) filter (where country_code = 'ZZ') as world_downloads,
        round(sum(revenue) filter (where country_code <> 'ZZ'), 2) as countries_revenue,
        round(sum(revenue) filter (where country_code = 'ZZ'), 2) as world_revenue,
        countries_downloads / (world_downloads + 1) as downloads_ratio,
        countries_revenue / (world_revenue + 1) as revenue_ratio
    from country_days
    group by estimated_on
    having greatest(countries_downloads, countries_revenue, world_downloads, world_revenue) >= 10000
),

uneven_parts as (
    select
        *,
        least(
            downloads_ratio / greatest(
                median(downloads_ratio) over earlier, median(downloads_ratio) over later
            ),
            revenue_ratio / greatest(
                median(revenue_ratio) over earlier, median(revenue_ratio) over later
            )
        ) as to_usual
    from parts
    window
        earlier as (order by estimated_on rows between 7 preceding and 1 preceding),
        later as (order by estimated_on rows between 1 following and 7 following)
),

sizes as (
    select
        world.downloads / world.days as downloads_a_day,
        world.revenue / world.days as revenue_a_day,
        known_sizes.downloads as known_downloads_a_day,
        known_sizes.revenue as known_revenue_a_day,
        known_on,
        least(
            world.downloads / world.days / known_sizes.downloads,
            world.revenue / world.days / known_sizes.revenue
        ) as lowest_ratio,
        greatest(
            world.downloads / world.days / known_sizes.downloads,
            world.revenue / world.days / known_sizes.revenue
        ) as highest_ratio
    from countries as world, asked, known_sizes
    -- Somebody who follows a few apps sees no market.
    where world.country_code = 'ZZ'
        and (select count(distinct product_id) from pairs where country_code = 'ZZ') >= 50
        and abs(date_diff('day', known_on, asked.window_end)) <= 300
    order by abs(date_diff('day', known_on, asked.window_end))
    limit 1
)

select
    (select count(*) from unlikely_yields) as countries_of_unlikely_yield,
    (
        select list(u) from (
            from unlikely_yields order by downloads desc, columns(*) limit 5
        ) as u
    ) as countries_of_unlikely_yield_samples,
    (select round(max(factor), 2) from shares) as published_share_factor_max,
    (
        select list(s) from (
            select * exclude (factor) from shares order by factor desc, columns(*) limit 5
        ) as s
    ) as published_share_factor_max_samples,
    (select round(min(to_usual), 3) from uneven_parts) as countries_to_world_to_usual_min,
    (
        select list(p) from (
            select * exclude (downloads_ratio, revenue_ratio, to_usual) from uneven_parts
            order by to_usual, columns(*) limit 5
        ) as p
    ) as countries_to_world_to_usual_min_samples,
    (select round(lowest_ratio, 3) from sizes) as published_size_ratio_min,
    (select list(s) from (select * exclude (lowest_ratio, highest_ratio) from sizes) as s)
        as published_size_ratio_min_samples,
    (select round(highest_ratio, 3) from sizes) as published_size_ratio_max,
    (select list(s) from (select * exclude (lowest_ratio, highest_ratio) from sizes) as s)
        as published_size_ratio_max_samples,
    -- Of days that were covered before, the load before says more than a quarter of the past.
    (
        select round(lowest_ratio, 3) from sizes
        where not exists (from slices where was_settled)
    ) as new_span_to_published_size,
    (select list(s) from (select * exclude (lowest_ratio, highest_ratio) from sizes) as s)
        as new_span_to_published_size_samples
