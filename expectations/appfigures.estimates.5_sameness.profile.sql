-- Figures of a load of estimates that repeat what they should not. Large counts hardly ever repeat
-- by chance; small ones do, so only leaders with a hundred downloads or more are looked at, and only
-- countries and days with enough of them, of different sizes.
with

telling as (
    select product_id, country_code, estimated_on, is_settled, downloads_now as downloads
    from cells
    where product_id <> 0 and downloads_now >= 100
),

-- What was said before about other days, under the day that would be its copy.
told_before as (
    select
        product_id,
        country_code,
        cast(estimated_on + days as date) as estimated_on,
        downloads_before as downloads,
        days
    from cells, (values (-7), (-1), (1), (7)) as d(days)
    where product_id <> 0 and downloads_before >= 100
),

sizes as (
    select
        country_code,
        estimated_on,
        any_value(is_settled) as is_settled,
        count(*) as products,
        sum(downloads) as downloads
    from telling
    group by country_code, estimated_on
    having count(*) >= 20 and count(distinct downloads) >= 10
),

-- Pairs of many countries that are all alike would be too many to look at.
alike as (
    select *, count(*) over (partition by product_id, estimated_on, downloads) as countries
    from telling
),

repeated as (
    select telling.*, 'the day before' as copy_of
    from telling
    inner join telling as earlier
        on telling.product_id = earlier.product_id
        and telling.country_code = earlier.country_code
        and telling.estimated_on = earlier.estimated_on + 1
        and telling.downloads = earlier.downloads
    union all
    select telling.*, 'the week before'
    from telling
    inner join telling as earlier
        on telling.product_id = earlier.product_id
        and telling.country_code = earlier.country_code
        and telling.estimated_on = earlier.estimated_on + 7
        and telling.downloads = earlier.downloads
    union all
    select telling.*, 'what was said before about ' || days || ' day(s) earlier'
    from telling
    inner join told_before using (product_id, country_code, estimated_on, downloads)
    union all
    select alike.* exclude (countries), other.country_code
    from alike
    inner join alike as other
        on alike.product_id = other.product_id
        and alike.estimated_on = other.estimated_on
        and alike.downloads = other.downloads
        and alike.country_code <> other.country_code
    where alike.countries between 2 and 8
    union all
    select alike.* exclude (countries), 'several countries' from alike where countries > 8
),

copies as (
    select
        country_code,
        estimated_on,
        copy_of,
        sizes.is_settled,
        count(*) as repeated_products,
        sizes.products
    from repeated
    inner join sizes using (country_code, estimated_on)
    group by country_code, estimated_on, copy_of, sizes.is_settled, sizes.products, sizes.downloads
    having count(*) >= 10
        and greatest(count(*) / sizes.products, sum(repeated.downloads) / sizes.downloads) >= 0.4
),

constants as (
    select
        country_code, estimated_on, telling.downloads, count(*) as rows_with_it, sizes.products
    from telling
    inner join sizes using (country_code, estimated_on)
    group by country_code, estimated_on, telling.downloads, sizes.products
    having count(*) >= 15 and count(*) >= 0.1 * sizes.products
)

select
    (select count(distinct (country_code, estimated_on)) from copies where is_settled)
        as copied_settled_days,
    (
        select list(c) from (
            select * exclude (is_settled) from copies where is_settled
            order by repeated_products desc, country_code, estimated_on, columns(*) limit 5
        ) as c
    ) as copied_settled_days_samples,
    (select count(distinct (country_code, estimated_on)) from copies where not is_settled)
        as copied_provisional_days,
    (
        select list(c) from (
            select * exclude (is_settled) from copies where not is_settled
            order by repeated_products desc, country_code, estimated_on, columns(*) limit 5
        ) as c
    ) as copied_provisional_days_samples,
    (select count(*) from constants) as days_of_one_number,
    (
        select list(c) from (from constants order by rows_with_it desc, columns(*) limit 5) as c
    ) as days_of_one_number_samples
