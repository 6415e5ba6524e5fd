-- A load of estimates by itself. ZZ is the vendor's worldwide total: countries are parts of it.

-- How many times as large the larger one is. One is added to both: a fall to nothing is a large
-- fall, not a missing quotient.
create or replace temp macro times(one, other) as if(
    one is null or other is null, null,
    greatest(
        (greatest(one, 0) + 1) / (greatest(other, 0) + 1),
        (greatest(other, 0) + 1) / (greatest(one, 0) + 1)
    )
);

with

outsiders as (
    select load.product_id, load.country_code, load.estimated_on
    from load, asked
    where load.estimated_on not between asked.window_start and asked.window_end
),

early as (
    select load.product_id, load.country_code, load.estimated_on, asked.said_on
    from load, asked
    where load.estimated_on > asked.said_on
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

asked_days as (
    select
        cast(unnest(generate_series(
            window_start, least(window_end, said_on), interval 1 day
        )) as date) as day_on,
        said_on - provisional_days as last_settled_on,
        said_on - 1 as last_told_on
    from asked
),

known_countries as (
    select distinct country_code from previous
),

-- A country without any row is missing as a whole; its days are not counted again.
gaps as (
    select
        country_code,
        day_on as estimated_on,
        day_on <= last_settled_on as is_settled,
        -- So far no store has had figures for a day on the day after it.
        day_on < last_told_on as is_due,
        -- A country that is asked for the first time may have no past.
        country_code not in (from known_countries)
            and exists (from known_countries)
            and day_on < (
                select min(days.estimated_on) from days
                where days.country_code = asked_countries.country_code
            ) as is_before_a_first_day
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

-- With few downloads the quotient says nothing: an old app earns from users who joined long ago.
country_yields as (
    select
        country_code,
        month_on,
        round(cast(revenue as double) / (downloads + 1), 2) as revenue_per_download
    from months
    where country_code <> 'ZZ' and greatest(downloads, cast(revenue as double) / 10) >= 10000
),

world_yields as (
    select
        month_on,
        round(cast(revenue as double) / (downloads + 1), 2) as revenue_per_download
    from months
    where country_code = 'ZZ' and greatest(downloads, cast(revenue as double)) >= 100000
),

against_world as (
    select
        world.month_on,
        cast(sum(parts.downloads) as hugeint) as countries_downloads,
        world.downloads as world_downloads,
        round(cast(sum(parts.downloads) as double) / (world.downloads + 1), 4)
            as downloads_ratio,
        cast(sum(parts.revenue) as decimal(38, 2)) as countries_revenue,
        world.revenue as world_revenue,
        round(cast(sum(parts.revenue) as double) / (cast(world.revenue as double) + 1), 4)
            as revenue_ratio
    from months as world
    inner join months as parts
        on world.month_on = parts.month_on and parts.country_code <> 'ZZ'
    where world.country_code = 'ZZ'
    group by world.month_on, world.downloads, world.revenue
),

products_against_world as (
    select
        product_id,
        cast(sum(downloads) filter (where country_code <> 'ZZ') as hugeint) as countries_downloads,
        cast(sum(downloads) filter (where country_code = 'ZZ') as hugeint) as world_downloads,
        row_number() over (order by sum(downloads) desc, product_id) as place
    from load
    group by product_id
    having sum(downloads) >= 1000
        and count(*) filter (where country_code = 'ZZ') > 0
),

refunds as (
    select product_id, country_code, estimated_on, revenue from load where revenue < 0
)

select
    (select count(distinct currency) from load) as currencies,
    (
        select list(c) from (
            select currency, count(*) as row_count from load group by currency
            order by row_count desc, currency limit 5
        ) as c
    ) as currencies_samples,
    (select count(*) from outsiders) as rows_outside_window,
    (select list(o) from (from outsiders order by all limit 5) as o) as rows_outside_window_samples,
    (
        select count(*) from gaps where is_settled and not is_before_a_first_day
    ) as settled_days_missing,
    (
        select list(g) from (
            select country_code, estimated_on from gaps
            where is_settled and not is_before_a_first_day order by all limit 5
        ) as g
    ) as settled_days_missing_samples,
    (
        select count(*) from gaps where is_settled and is_before_a_first_day
    ) as days_before_a_first_day,
    (
        select list(g) from (
            select country_code, min(estimated_on) as first_on, max(estimated_on) as last_on
            from gaps where is_settled and is_before_a_first_day
            group by country_code order by country_code limit 5
        ) as g
    ) as days_before_a_first_day_samples,
    (select count(*) from gaps where not is_settled and is_due) as provisional_days_missing,
    (
        select list(g) from (
            select country_code, estimated_on from gaps where not is_settled and is_due
            order by all limit 5
        ) as g
    ) as provisional_days_missing_samples,
    (select max(downloads_ratio) from against_world) as countries_to_world_downloads_max,
    (
        select list(a) from (
            select month_on, countries_downloads, world_downloads from against_world
            order by downloads_ratio desc nulls last, columns(*) limit 5
        ) as a
    ) as countries_to_world_downloads_max_samples,
    (select max(revenue_ratio) from against_world) as countries_to_world_revenue_max,
    (
        select list(a) from (
            select month_on, countries_revenue, world_revenue from against_world
            order by revenue_ratio desc nulls last, columns(*) limit 5
        ) as a
    ) as countries_to_world_revenue_max_samples,
    (select max(revenue_per_download) from country_yields) as country_revenue_per_download_max,
    (
        select list(c) from (from country_yields order by revenue_per_download desc, columns(*)
        limit 5) as c
    ) as country_revenue_per_download_max_samples,
    (select min(revenue_per_download) from world_yields) as world_revenue_per_download_min,
    (select max(revenue_per_download) from world_yields) as world_revenue_per_download_max,
    (select list(w) from (from world_yields order by 2, columns(*) limit 5) as w)
        as world_revenue_per_download_min_samples,
    (select list(w) from (from world_yields order by 2 desc, columns(*) limit 5) as w)
        as world_revenue_per_download_max_samples,
    (
        select
            round(
                count(*) filter (where countries_downloads > 1.05 * world_downloads) / count(*), 4
            )
        from products_against_world
    ) as products_above_world_ratio,
    (
        select list(p) from (
            select * exclude (place) from products_against_world
            where countries_downloads > 1.05 * world_downloads
            order by countries_downloads desc, columns(*) limit 5
        ) as p
    ) as products_above_world_ratio_samples,
    (
        select round(max(countries_downloads / (world_downloads + 1)), 3)
        from products_against_world where place <= 20
    ) as leader_countries_to_world_max,
    (
        select list(p) from (
            select * exclude (place) from products_against_world where place <= 20
            order by countries_downloads / (world_downloads + 1) desc, columns(*) limit 5
        ) as p
    ) as leader_countries_to_world_max_samples,
    (select count(*) from early) as rows_from_the_future,
    (select list(e) from (from early order by all limit 5) as e) as rows_from_the_future_samples,
    (
        select date_diff('day', max(days.estimated_on), least(max(window_end), max(said_on)))
        from days, asked
    ) as days_behind,
    (select count(*) from refunds) as refunds,
    (select round((select count(*) from refunds) / count(*), 5) from load) as refunds_ratio,
    (select list(r) from (from refunds order by revenue, columns(*) limit 5) as r)
        as refunds_samples,
    (select list(r) from (from refunds order by revenue, columns(*) limit 5) as r)
        as refunds_ratio_samples
