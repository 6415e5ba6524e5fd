-- A load of estimates as a whole. ZZ is the vendor's worldwide total: countries are parts of it.
-- Only days that both versions have are compared with `previous`, and a day counts as settled if it
-- was settled when it was said before.
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

-- A country without any row is missing as a whole; its days are not counted again.
gaps as (
    select
        country_code,
        day_on as estimated_on,
        day_on <= last_settled_on as is_settled,
        -- So far no store has had figures for a day on the day after it.
        day_on < last_told_on as is_due
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
),

products_against_world as (
    select
        product_id,
        cast(sum(downloads) filter (where country_code <> 'ZZ') as hugeint) as countries_downloads,
        cast(sum(downloads) filter (where country_code = 'ZZ') as hugeint) as world_downloads
    from load
    group by product_id
    having sum(downloads) filter (where country_code = 'ZZ') >= 1000
),

-- The days around a day show how large it can be; a fall within the provisional days is only delay.
neighbours as (
    select
        country_code,
        estimated_on,
        is_settled,
        downloads,
        cast(median(downloads) over around as double) as usual_downloads,
        revenue,
        cast(median(revenue) over around as double) as usual_revenue
    from days
    window around as (
        partition by country_code order by estimated_on
        rows between 3 preceding and 3 following exclude current row
    )
),

leaps as (
    select
        country_code,
        estimated_on,
        downloads,
        usual_downloads,
        if(
            usual_downloads >= 1000,
            greatest(
                downloads / usual_downloads,
                if(is_settled, usual_downloads / nullif(downloads, 0), null)
            ),
            null
        ) as downloads_factor,
        revenue,
        usual_revenue,
        if(
            usual_revenue >= 1000,
            greatest(
                cast(revenue as double) / usual_revenue,
                if(is_settled, usual_revenue / nullif(cast(revenue as double), 0), null)
            ),
            null
        ) as revenue_factor
    from neighbours
),

slices_before as (
    select
        previous.country_code,
        previous.estimated_on,
        max(previous.said_at) as said_before_at,
        previous.estimated_on
        <= cast(max(previous.said_at) as date) - max(asked.provisional_days) as was_settled
    from previous, asked
    group by previous.country_code, previous.estimated_on
),

common_slices as (
    select slices_before.*
    from slices_before
    inner join days
        on slices_before.country_code = days.country_code
        and slices_before.estimated_on = days.estimated_on
),

statements as (
    select product_id, country_code, estimated_on, downloads, revenue, true as is_before
    from previous
    union all
    select product_id, country_code, estimated_on, downloads, revenue, false
    from load
),

-- Products that were not there before are new, not restated.
pairs as (
    select
        product_id,
        country_code,
        was_settled,
        cast(sum(downloads) filter (where is_before) as double) as downloads_before,
        cast(coalesce(sum(downloads) filter (where not is_before), 0) as double) as downloads_now,
        cast(sum(revenue) filter (where is_before) as double) as revenue_before,
        cast(coalesce(sum(revenue) filter (where not is_before), 0) as double) as revenue_now
    from statements
    inner join common_slices using (country_code, estimated_on)
    group by product_id, country_code, was_settled
    having bool_or(is_before)
),

-- For small amounts the quotient says nothing.
totals as (
    select
        was_settled,
        if(
            sum(downloads_before) >= 10000,
            round(sum(downloads_now) / sum(downloads_before), 4), null
        ) as downloads_ratio,
        if(
            sum(revenue_before) >= 10000,
            round(sum(revenue_now) / sum(revenue_before), 4), null
        ) as revenue_ratio,
        round(
            sum(downloads_before) filter (where downloads_now = 0)
            / nullif(sum(downloads_before), 0), 4
        ) as vanished_ratio
    from pairs
    group by was_settled
),

country_changes as (
    select
        country_code,
        sum(downloads_before) as downloads_before,
        sum(downloads_now) as downloads_now,
        round(sum(revenue_before), 2) as revenue_before,
        round(sum(revenue_now), 2) as revenue_now,
        if(
            sum(downloads_before) >= 1000,
            greatest(
                sum(downloads_now) / sum(downloads_before),
                sum(downloads_before) / nullif(sum(downloads_now), 0)
            ),
            null
        ) as downloads_factor,
        if(
            sum(revenue_before) >= 1000,
            greatest(
                sum(revenue_now) / sum(revenue_before),
                sum(revenue_before) / nullif(sum(revenue_now), 0)
            ),
            null
        ) as revenue_factor
    from pairs
    where was_settled
    group by country_code
),

product_changes as (
    select
        product_id,
        sum(downloads_before) as downloads_before,
        sum(downloads_now) as downloads_now,
        round(sum(revenue_before), 2) as revenue_before,
        round(sum(revenue_now), 2) as revenue_now,
        (
            sum(downloads_before) >= 1000
            and sum(downloads_now) > 0
            and sum(downloads_now) / sum(downloads_before) not between 0.3333 and 3
        ) or (
            sum(revenue_before) >= 1000
            and sum(revenue_now) > 0
            and sum(revenue_now) / sum(revenue_before) not between 0.3333 and 3
        ) as is_moved
    from pairs
    where was_settled
    group by product_id
    having sum(downloads_before) >= 1000 or sum(revenue_before) >= 1000
),

vanished as (
    select product_id, country_code, downloads_before
    from pairs
    where was_settled and downloads_now = 0 and downloads_before > 0
)

select
    (select count(distinct currency) from load) as currencies,
    (
        select list(c) from (
            select currency, count(*) as row_count from load group by currency order by 2 desc
            limit 5
        ) as c
    ) as currencies_samples,
    (select count(*) from outsiders) as rows_outside_window,
    (select list(o) from (from outsiders limit 5) as o) as rows_outside_window_samples,
    (select count(*) from gaps where is_settled) as settled_days_missing,
    (
        select list(g) from (
            select country_code, estimated_on from gaps where is_settled order by all limit 5
        ) as g
    ) as settled_days_missing_samples,
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
            from products_against_world where countries_downloads > 1.05 * world_downloads
            order by countries_downloads desc limit 5
        ) as p
    ) as products_above_world_ratio_samples,
    (select count(*) from early) as rows_from_the_future,
    (select list(e) from (from early limit 5) as e) as rows_from_the_future_samples,
    (
        select date_diff('day', max(days.estimated_on), least(max(window_end), max(said_on)))
        from days, asked
    ) as days_behind,
    (select round(max(downloads_factor), 2) from leaps) as neighbour_downloads_factor_max,
    (
        select list(l) from (
            select country_code, estimated_on, downloads, usual_downloads from leaps
            order by downloads_factor desc nulls last limit 5
        ) as l
    ) as neighbour_downloads_factor_max_samples,
    (select round(max(revenue_factor), 2) from leaps) as neighbour_revenue_factor_max,
    (
        select list(l) from (
            select country_code, estimated_on, revenue, usual_revenue from leaps
            order by revenue_factor desc nulls last limit 5
        ) as l
    ) as neighbour_revenue_factor_max_samples,
    (select downloads_ratio from totals where was_settled) as settled_downloads_to_previous,
    (select revenue_ratio from totals where was_settled) as settled_revenue_to_previous,
    (select downloads_ratio from totals where not was_settled)
        as provisional_downloads_to_previous,
    (select revenue_ratio from totals where not was_settled) as provisional_revenue_to_previous,
    (
        select list(c) from (
            select country_code, downloads_before, downloads_now from country_changes
            order by abs(downloads_now - downloads_before) desc limit 5
        ) as c
    ) as settled_downloads_to_previous_samples,
    (
        select list(c) from (
            select country_code, revenue_before, revenue_now from country_changes
            order by abs(revenue_now - revenue_before) desc limit 5
        ) as c
    ) as settled_revenue_to_previous_samples,
    (select round(max(downloads_factor), 2) from country_changes)
        as country_downloads_change_factor_max,
    (
        select list(c) from (
            select country_code, downloads_before, downloads_now from country_changes
            order by downloads_factor desc nulls last limit 5
        ) as c
    ) as country_downloads_change_factor_max_samples,
    (select round(max(revenue_factor), 2) from country_changes)
        as country_revenue_change_factor_max,
    (
        select list(c) from (
            select country_code, revenue_before, revenue_now from country_changes
            order by revenue_factor desc nulls last limit 5
        ) as c
    ) as country_revenue_change_factor_max_samples,
    (select count(*) from product_changes where is_moved) as products_moved,
    (
        select list(p) from (
            select * exclude (is_moved) from product_changes where is_moved
            order by downloads_before desc limit 5
        ) as p
    ) as products_moved_samples,
    (
        select round(count(*) filter (where is_moved) / count(*), 4) from product_changes
    ) as products_moved_ratio,
    (
        select list(p) from (
            select * exclude (is_moved) from product_changes where is_moved
            order by downloads_before desc limit 5
        ) as p
    ) as products_moved_ratio_samples,
    (select vanished_ratio from totals where was_settled) as vanished_downloads_ratio,
    (
        select list(v) from (from vanished order by downloads_before desc limit 5) as v
    ) as vanished_downloads_ratio_samples
