-- Downloads and revenue of a load of estimates against what was said before about the same days.
with

-- Where both sides are small, the quotient says nothing.
totals as (
    select
        was_settled,
        if(
            greatest(sum(downloads_before), sum(downloads_now)) >= 10000
            and sum(downloads_before) > 0,
            round(sum(downloads_now) / sum(downloads_before), 4), null
        ) as downloads_ratio,
        if(
            greatest(sum(revenue_before), sum(revenue_now)) >= 10000 and sum(revenue_before) > 0,
            round(sum(revenue_now) / sum(revenue_before), 4), null
        ) as revenue_ratio,
        round(
            sum(downloads_before) filter (where downloads_now = 0)
            / nullif(sum(downloads_before), 0), 4
        ) as vanished_ratio
    from pairs
    where rows_before > 0
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
            sum(downloads_before) >= 1000, times(sum(downloads_now), sum(downloads_before)), null
        ) as downloads_factor,
        if(
            sum(revenue_before) >= 1000, times(sum(revenue_now), sum(revenue_before)), null
        ) as revenue_factor
    from pairs
    where was_settled and rows_before > 0
    group by country_code
),

product_changes as (
    select
        product_id,
        sum(downloads_before) as downloads_before,
        sum(downloads_now) as downloads_now,
        round(sum(revenue_before), 2) as revenue_before,
        round(sum(revenue_now), 2) as revenue_now,
        -- What is gone as a whole is counted below.
        sum(rows_now) > 0 and (
            (
                greatest(sum(downloads_before), sum(downloads_now)) >= 1000
                and times(sum(downloads_now), sum(downloads_before)) > 1.8
            ) or (
                greatest(sum(revenue_before), sum(revenue_now)) >= 1000
                and times(sum(revenue_now), sum(revenue_before)) > 1.8
            )
        ) as is_moved
    from pairs
    where was_settled and rows_before > 0
    group by product_id
),

material as (
    from product_changes
    where greatest(downloads_before, downloads_now) >= 1000
        or greatest(revenue_before, revenue_now) >= 1000
),

vanished as (
    select product_id, country_code, downloads_before
    from pairs
    where was_settled and downloads_now = 0 and downloads_before > 0
)

select
    *,
    products_moved_samples as products_moved_ratio_samples,
    provisional_to_previous_min_samples as provisional_downloads_to_previous_samples,
    provisional_to_previous_min_samples as provisional_revenue_to_previous_samples
from (
select
    (
        select round(greatest(
            downloads_ratio, 1 / (downloads_ratio + 1e-6), revenue_ratio, 1 / (revenue_ratio + 1e-6)
        ), 4)
        from totals where was_settled
    ) as settled_change_factor,
    (
        select list(c) from (
            select country_code, downloads_before, downloads_now, revenue_before, revenue_now
            from country_changes order by abs(revenue_now - revenue_before) desc, columns(*) limit 5
        ) as c
    ) as settled_change_factor_samples,
    (select least(downloads_ratio, revenue_ratio) from totals where not was_settled)
        as provisional_to_previous_min,
    (
        select list(p) from (
            select
                country_code,
                sum(downloads_before) as downloads_before,
                sum(downloads_now) as downloads_now,
                round(sum(revenue_before), 2) as revenue_before,
                round(sum(revenue_now), 2) as revenue_now
            from pairs where not was_settled and rows_before > 0
            group by country_code
            order by abs(sum(revenue_now) - sum(revenue_before)) desc, country_code limit 5
        ) as p
    ) as provisional_to_previous_min_samples,
    (select downloads_ratio from totals where was_settled) as settled_downloads_to_previous,
    (select revenue_ratio from totals where was_settled) as settled_revenue_to_previous,
    (select downloads_ratio from totals where not was_settled)
        as provisional_downloads_to_previous,
    (select revenue_ratio from totals where not was_settled) as provisional_revenue_to_previous,
    (
        select list(c) from (
            select country_code, downloads_before, downloads_now from country_changes
            order by abs(downloads_now - downloads_before) desc, columns(*) limit 5
        ) as c
    ) as settled_downloads_to_previous_samples,
    (
        select list(c) from (
            select country_code, revenue_before, revenue_now from country_changes
            order by abs(revenue_now - revenue_before) desc, columns(*) limit 5
        ) as c
    ) as settled_revenue_to_previous_samples,
    (select round(max(downloads_factor), 2) from country_changes)
        as country_downloads_change_factor_max,
    (
        select list(c) from (
            select country_code, downloads_before, downloads_now from country_changes
            order by downloads_factor desc nulls last, columns(*) limit 5
        ) as c
    ) as country_downloads_change_factor_max_samples,
    (select round(max(revenue_factor), 2) from country_changes)
        as country_revenue_change_factor_max,
    (
        select list(c) from (
            select country_code, revenue_before, revenue_now from country_changes
            order by revenue_factor desc nulls last, columns(*) limit 5
        ) as c
    ) as country_revenue_change_factor_max_samples,
    (select count(*) from material where is_moved) as products_moved,
    (
        select list(p) from (
            select * exclude (is_moved) from material where is_moved
            order by downloads_before desc, columns(*) limit 5
        ) as p
    ) as products_moved_samples,
    (select round(count(*) filter (where is_moved) / nullif(count(*), 0), 4) from material)
        as products_moved_ratio,
    (select vanished_ratio from totals where was_settled) as vanished_downloads_ratio,
    (
        select list(v) from (from vanished order by downloads_before desc, columns(*) limit 5) as v
    ) as vanished_downloads_ratio_samples
)
