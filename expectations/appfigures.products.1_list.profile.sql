-- A list of products by itself, first ones too: its stores, apps, houses and dates. A list of less
-- than 50 products may be of one store or house, and has no shares.
with

products as (
    select
        *,
        storefront = store or starts_with(storefront, store || ':') as is_of_its_store,
        released_on < date '2008-07-01'
        or released_on > asked.said_on + 366
        or added_on > asked.said_on as has_impossible_dates
    from load, asked
),

counted as (
    select
        count(*) as products,
        count(*) filter (where store = 'apple') as of_apple,
        count(*) filter (where store = 'google_play') as of_google,
        count(*) filter (where not is_of_its_store) as of_other_storefronts,
        count(*) filter (where product_type <> 'app') as of_other_types,
        count(*) filter (where product_id < 4294967296) as of_short_ids,
        count(*) filter (where has_impossible_dates) as of_impossible_dates,
        count(*) filter (where released_on > added_on) as released_after_added,
        count(distinct name) as names,
        count(distinct coalesce(unified_app_id, cast(product_id as varchar))) as apps
    from products
    having count(*) >= 50
),

ratios as (
    select
        counted.*,
        round(least(of_apple, of_google) / products, 4) as smaller_store,
        round(of_other_storefronts / products, 4) as other_storefronts,
        round(of_other_types / products, 4) as other_types,
        round(of_short_ids / products, 4) as short_ids,
        round(of_impossible_dates / products, 4) as impossible_dates,
        round(released_after_added / products, 4) as after_added,
        round(names / apps, 4) as names_per_app
    from counted
),

-- Listings that share their identifier with another one of the same storefront.
twins as (
    select storefront, vendor_identifier, count(*) as products
    from load
    group by storefront, vendor_identifier
    having count(*) > 1
),

apps as (
    select unified_app_id, count(*) as products, count(distinct store) as stores
    from load
    where unified_app_id is not null
    group by unified_app_id
),

common as (
    select fact, value, count(*) as products, sum(count(*)) over (partition by fact) as known
    from (
        select
            unnest([
                {'fact': 'unified_publisher', 'value': unified_publisher},
                {'fact': 'developer', 'value': developer},
                -- Vendors do give one old day to what they do not know; a new one is the pull's.
                {
                    'fact': 'released_on',
                    'value': if(
                        released_on > asked.said_on - 30, cast(released_on as varchar), 'old'
                    )
                }
            ], recursive := true)
        from load, asked
    )
    where value is not null
    group by fact, value
),

commonest as (
    select fact, value, products, round(products / known, 4) as common_ratio
    from common
    where known >= 50 and value <> 'old'
)

select
    (select smaller_store from ratios) as smaller_store_ratio,
    (select list(r) from (select of_apple, of_google from ratios) as r)
        as smaller_store_ratio_samples,
    (select other_storefronts from ratios) as other_storefronts_ratio,
    (
        select list(p) from (
            select product_id, store, storefront from products where not is_of_its_store
            order by product_id, columns(*) limit 5
        ) as p
    ) as other_storefronts_ratio_samples,
    (select other_types from ratios) as other_than_apps_ratio,
    (
        select list(p) from (
            select product_id, name, product_type from products where product_type <> 'app'
            order by product_id, columns(*) limit 5
        ) as p
    ) as other_than_apps_ratio_samples,
    (select short_ids from ratios) as short_ids_ratio,
    (
        select list(p) from (
            select product_id, name from products where product_id < 4294967296
            order by product_id, columns(*) limit 5
        ) as p
    ) as short_ids_ratio_samples,
    (select impossible_dates from ratios) as impossible_dates_ratio,
    (
        select list(p) from (
            select product_id, name, released_on, added_on from products
            where has_impossible_dates order by product_id, columns(*) limit 5
        ) as p
    ) as impossible_dates_ratio_samples,
    (select after_added from ratios) as released_after_added_ratio,
    (
        select list(p) from (
            select product_id, name, released_on, added_on from products
            where released_on > added_on order by product_id, columns(*) limit 5
        ) as p
    ) as released_after_added_ratio_samples,
    (select names_per_app from ratios) as names_per_app,
    (
        select list(n) from (
            select name, count(*) as products from load group by name
            order by products desc, name limit 5
        ) as n
    ) as names_per_app_samples,
    round(
        (select coalesce(sum(products), 0) from twins) / (select products from counted), 4
    ) as shared_identifiers_ratio,
    (select list(t) from (from twins order by products desc, columns(*) limit 5) as t)
        as shared_identifiers_ratio_samples,
    (
        select round(max(products) / if(sum(products) < 50, null, sum(products)), 4) from apps
    ) as largest_app_ratio,
    (
        select list(a) from (
            select unified_app_id, products from apps
            order by products desc, unified_app_id, columns(*) limit 5
        ) as a
    ) as largest_app_ratio_samples,
    (
        select
            round(
                count(*) filter (where stores > 1)
                / if(sum(products) < 50, null, count(*)), 4
            )
        from apps
    ) as apps_in_both_stores_ratio,
    (
        select list(a) from (
            select * from apps where stores = 1 order by products desc, unified_app_id, columns(*)
            limit 5
        ) as a
    ) as apps_in_both_stores_ratio_samples,
    (select max(common_ratio) from commonest where fact <> 'released_on') as largest_house_ratio,
    (
        select list(c) from (
            select fact, value, products from commonest where fact <> 'released_on'
            order by products desc, value, columns(*) limit 5
        ) as c
    ) as largest_house_ratio_samples,
    (select max(common_ratio) from commonest where fact = 'released_on') as one_release_day_ratio,
    (
        select list(c) from (
            select value as released_on, products from commonest where fact = 'released_on'
            order by products desc, value, columns(*) limit 5
        ) as c
    ) as one_release_day_ratio_samples,
    -- A first list that ends with a full page of 100 has probably more pages.
    (
        select if((select count(*) from previous) > 0, null, products % 100) from counted
    ) as rows_after_full_pages,
    (select list(r) from (select products from counted) as r) as rows_after_full_pages_samples
