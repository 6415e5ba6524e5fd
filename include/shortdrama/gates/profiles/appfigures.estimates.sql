-- A load of estimates as a whole. ZZ is the vendor's worldwide total: countries are parts of it.
with

duplicates as (
    select product_id, country_code, estimated_on, count(*) as copies
    from load
    group by product_id, country_code, estimated_on
    having count(*) > 1
),

strangers as (
    select load.product_id, load.country_code, load.estimated_on, load.load_id, load.said_at
    from load, asked
    where load.load_id is distinct from asked.load_id
        or load.said_at is distinct from asked.said_at
        or load.is_sample is null
),

outsiders as (
    select load.product_id, load.country_code, load.estimated_on
    from load, asked
    where load.estimated_on not between asked.window_start and asked.window_end
),

days as (
    select
        country_code,
        estimated_on,
        estimated_on <= asked.said_on - asked.provisional_days as is_settled,
        cast(sum(downloads) as hugeint) as downloads,
        cast(sum(revenue) as decimal(38, 2)) as revenue
    from load, asked
    group by country_code, estimated_on, asked.said_on, asked.provisional_days
),

asked_countries as (
    select unnest(countries) as country_code from asked
),

missing as (
    select country_code from asked_countries
    where country_code not in (select country_code from days where country_code is not null)
),

unasked as (
    select distinct country_code from days
    where country_code not in (select country_code from asked_countries)
),

asked_days as (
    select
        cast(unnest(generate_series(
            window_start, least(window_end, said_on), interval 1 day
        )) as date) as day_on,
        said_on - provisional_days as last_settled_on
    from asked
),

-- A country without any row is missing as a whole and is not counted day by day as well.
gaps as (
    select
        country_code,
        day_on as estimated_on,
        day_on <= last_settled_on as is_settled
    from asked_countries, asked_days
    where country_code not in (select country_code from missing)
        and (country_code, day_on) not in (
            select (country_code, estimated_on) from days where country_code is not null
                and estimated_on is not null
        )
),

months as (
    select
        country_code,
        date_trunc('month', estimated_on) as month_on,
        cast(sum(downloads) as hugeint) as downloads,
        cast(sum(revenue) as decimal(38, 2)) as revenue
    from days
    where is_settled
    group by country_code, date_trunc('month', estimated_on)
),

-- With few downloads the quotient says nothing: an old app earns from people who came long ago.
country_yields as (
    select
        country_code,
        month_on,
        round(cast(revenue as double) / downloads, 2) as revenue_per_download
    from months
    where country_code <> 'ZZ' and downloads >= 10000
),

world_yields as (
    select
        month_on,
        round(cast(revenue as double) / downloads, 2) as revenue_per_download
    from months
    where country_code = 'ZZ' and downloads >= 100000
),

against_world as (
    select
        world.month_on,
        cast(sum(parts.downloads) as hugeint) as countries_downloads,
        world.downloads as world_downloads,
        round(cast(sum(parts.downloads) as double) / nullif(world.downloads, 0), 4)
            as downloads_ratio,
        cast(sum(parts.revenue) as decimal(38, 2)) as countries_revenue,
        world.revenue as world_revenue,
        round(cast(sum(parts.revenue) as double) / nullif(cast(world.revenue as double), 0), 4)
            as revenue_ratio
    from months as world
    inner join months as parts
        on world.month_on = parts.month_on and parts.country_code <> 'ZZ'
    where world.country_code = 'ZZ'
    group by world.month_on, world.downloads, world.revenue
)

select
    (select count(*) from load) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates order by all limit 5) as d) as duplicate_keys_samples,
    (select count(*) from strangers) as foreign_rows,
    (select list(s) from (from strangers limit 5) as s) as foreign_rows_samples,
    (select count(distinct is_sample) from load) as sample_marks,
    (select count(distinct currency) from load) as currencies,
    (
        select list(c) from (
            select currency, count(*) as row_count from load group by currency order by 2 desc
            limit 5
        ) as c
    ) as currencies_samples,
    (select count(*) from outsiders) as rows_outside_window,
    (select list(o) from (from outsiders limit 5) as o) as rows_outside_window_samples,
    (select count(*) from missing) as missing_countries,
    (select list(m) from (from missing order by all limit 5) as m) as missing_countries_samples,
    (select count(*) from unasked) as unasked_countries,
    (select list(u) from (from unasked order by all limit 5) as u) as unasked_countries_samples,
    (select count(*) from gaps where is_settled) as settled_days_missing,
    (
        select list(g) from (
            select country_code, estimated_on from gaps where is_settled order by all limit 5
        ) as g
    ) as settled_days_missing_samples,
    (select count(*) from gaps where not is_settled) as provisional_days_missing,
    (
        select list(g) from (
            select country_code, estimated_on from gaps where not is_settled order by all limit 5
        ) as g
    ) as provisional_days_missing_samples,
    (select max(downloads_ratio) from against_world) as countries_to_world_downloads_max,
    (
        select list(a) from (
            select month_on, countries_downloads, world_downloads from against_world
            order by downloads_ratio desc nulls last limit 5
        ) as a
    ) as countries_to_world_downloads_max_samples,
    (select max(revenue_ratio) from against_world) as countries_to_world_revenue_max,
    (
        select list(a) from (
            select month_on, countries_revenue, world_revenue from against_world
            order by revenue_ratio desc nulls last limit 5
        ) as a
    ) as countries_to_world_revenue_max_samples,
    (select max(revenue_per_download) from country_yields) as country_revenue_per_download_max,
    (
        select list(c) from (from country_yields order by revenue_per_download desc limit 5) as c
    ) as country_revenue_per_download_max_samples,
    (select min(revenue_per_download) from world_yields) as world_revenue_per_download_min,
    (select max(revenue_per_download) from world_yields) as world_revenue_per_download_max,
    (select list(w) from (from world_yields order by 2 limit 5) as w)
        as world_revenue_per_download_min_samples,
    (select list(w) from (from world_yields order by 2 desc limit 5) as w)
        as world_revenue_per_download_max_samples
