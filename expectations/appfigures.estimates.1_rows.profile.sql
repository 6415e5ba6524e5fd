-- The rows of a load of estimates against what was said before about the same days: what is gone and
-- what is new. A day counts as settled if it was settled when it was said before. The parts after
-- this one read its tables.

-- Each country and day of the load; was_settled is null where nothing was said before.
create or replace temp table slices as
select
    now.country_code,
    now.estimated_on,
    now.estimated_on <= asked.said_on - asked.provisional_days as is_settled,
    now.estimated_on <= cast(before.said_at as date) - asked.provisional_days as was_settled
from (select distinct country_code, estimated_on from load) as now
cross join asked
left join (
    select country_code, estimated_on, max(said_at) as said_at from previous group by all
) as before using (country_code, estimated_on);

create or replace temp view statements as
select product_id, country_code, estimated_on, downloads, revenue, true as is_before
from previous
union all
select product_id, country_code, estimated_on, downloads, revenue, false
from load;

create or replace temp table pairs as
select
    product_id,
    country_code,
    was_settled,
    count(*) filter (where is_before) as rows_before,
    count(*) filter (where not is_before) as rows_now,
    cast(coalesce(sum(downloads) filter (where is_before), 0) as double) as downloads_before,
    cast(coalesce(sum(downloads) filter (where not is_before), 0) as double) as downloads_now,
    cast(coalesce(sum(revenue) filter (where is_before), 0) as double) as revenue_before,
    cast(coalesce(sum(revenue) filter (where not is_before), 0) as double) as revenue_now
from statements
inner join slices using (country_code, estimated_on)
group by product_id, country_code, was_settled;

-- The 100 largest products before or now. A product's place is that of the load before.
create or replace temp table leaders as
with shares as (
    select
        product_id,
        greatest(
            sum(downloads_before) / nullif(sum(sum(downloads_before)) over (), 0),
            sum(revenue_before) / nullif(sum(sum(revenue_before)) over (), 0)
        ) as share_before,
        greatest(
            sum(downloads_now) / nullif(sum(sum(downloads_now)) over (), 0),
            sum(revenue_now) / nullif(sum(sum(revenue_now)) over (), 0)
        ) as share_now
    from pairs
    group by product_id
)

select product_id, row_number() over (order by share_before desc nulls last, product_id) as place
from shares
qualify row_number() over (order by greatest(share_before, share_now) desc, product_id) <= 100;

-- Leaders by country and day; all other products are pooled as product 0. A leader's rows are
-- joined, which takes half the time of grouping them.
create or replace temp table cells as
with leading_now as (from load semi join leaders using (product_id)),

leading_before as (from previous semi join leaders using (product_id)),

figures as (
    select
        product_id,
        country_code,
        estimated_on,
        if(now.downloads is null, 0, 1) as rows_now,
        before.downloads as downloads_before,
        now.downloads as downloads_now,
        before.revenue as revenue_before,
        now.revenue as revenue_now
    from leading_now as now
    full join leading_before as before using (product_id, country_code, estimated_on)
    union all
    select
        0,
        country_code,
        estimated_on,
        count(*) filter (where not is_before),
        sum(downloads) filter (where is_before),
        sum(downloads) filter (where not is_before),
        sum(revenue) filter (where is_before),
        sum(revenue) filter (where not is_before)
    from statements
    anti join leaders using (product_id)
    group by country_code, estimated_on
)

select
    product_id,
    country_code,
    estimated_on,
    slices.is_settled,
    slices.was_settled,
    rows_now,
    cast(coalesce(downloads_before, 0) as double) as downloads_before,
    cast(coalesce(downloads_now, 0) as double) as downloads_now,
    cast(coalesce(revenue_before, 0) as double) as revenue_before,
    cast(coalesce(revenue_now, 0) as double) as revenue_now
from figures
inner join slices using (country_code, estimated_on);

with

-- The settled days of each product. What is gone as a whole is a matter of its own.
product_rows as (
    select
        product_id,
        sum(rows_now) = 0 as is_gone,
        sum(downloads_before) as downloads_before,
        round(sum(revenue_before), 2) as revenue_before
    from pairs
    where was_settled and rows_before > 0
    group by product_id
),

row_changes as (
    select
        country_code,
        sum(rows_before) as rows_before,
        sum(rows_now) as rows_now,
        sum(rows_now) / sum(rows_before) as rows_ratio
    from pairs
    where was_settled and rows_before > 0 and product_id not in (
        select product_id from product_rows where is_gone
    )
    group by grouping sets ((country_code), ())
    having sum(rows_before) > 0
),

-- Products without a row before, on days and in countries that were there before.
newcomers as (
    select
        country_code,
        sum(downloads_now) filter (where is_new) as new_downloads,
        sum(downloads_now) as downloads_now,
        count(*) filter (where is_new) as new_products,
        greatest(
            if(sum(downloads_now) >= 50000, new_downloads / sum(downloads_now), null),
            if(
                sum(revenue_now) >= 50000,
                sum(revenue_now) filter (where is_new) / sum(revenue_now), null
            )
        ) as new_ratio
    from (
        select *, sum(rows_before) over (partition by product_id) = 0 as is_new
        from pairs
        where was_settled is not null
    )
    group by grouping sets ((country_code), ())
    having sum(rows_before) > 0
)

select
    *,
    newcomers_in_a_country_ratio_samples as newcomers_ratio_samples,
    settled_rows_to_previous_samples as country_rows_to_previous_min_samples
from (
select
    (select round(count(*) filter (where is_gone) / nullif(count(*), 0), 4) from product_rows)
        as products_gone_ratio,
    (
        select list(p) from (
            select product_id, downloads_before, revenue_before from product_rows where is_gone
            order by downloads_before desc, columns(*) limit 5
        ) as p
    ) as products_gone_ratio_samples,
    (select round(rows_ratio, 4) from row_changes where country_code is null)
        as settled_rows_to_previous,
    (select round(min(rows_ratio), 4) from row_changes where rows_before >= 500)
        as country_rows_to_previous_min,
    (
        select list(c) from (
            select country_code, rows_before, rows_now from row_changes
            where country_code is not null order by rows_ratio, columns(*) limit 5
        ) as c
    ) as settled_rows_to_previous_samples,
    (select round(new_ratio, 4) from newcomers where country_code is null) as newcomers_ratio,
    (select round(max(new_ratio), 4) from newcomers) as newcomers_in_a_country_ratio,
    (
        select list(n) from (
            select coalesce(country_code, 'all') as country_code, new_products,
                new_downloads, downloads_now
            from newcomers where new_ratio > 0 order by new_ratio desc, columns(*) limit 5
        ) as n
    ) as newcomers_in_a_country_ratio_samples
)
