-- A load of products as a whole.
with

loners as (
    select product_id, name from load where unified_app_id is null
),

twins as (
    select storefront, vendor_identifier, count(distinct product_id) as products
    from load
    group by storefront, vendor_identifier
    having count(distinct product_id) > 1
),

unborn as (
    select load.product_id, load.name, load.released_on, load.added_on, asked.said_on
    from load, asked
    where load.added_on > asked.said_on or load.released_on > asked.said_on + 366
),

matched as (
    select
        previous.product_id,
        previous.name,
        load.product_id is null as is_gone,
        previous.store <> load.store as has_moved_store,
        previous.store as store_before,
        load.store,
        previous.unified_app_id is distinct from load.unified_app_id as has_moved_app,
        previous.unified_app_id as unified_app_id_before,
        load.unified_app_id
    from previous
    left join load on previous.product_id = load.product_id
),

shares as (
    select
        round(count(*) filter (where is_gone) / nullif(count(*), 0), 4) as gone_ratio,
        round(
            count(*) filter (where has_moved_app and not is_gone)
            / nullif(count(*) filter (where not is_gone), 0), 4
        ) as moved_app_ratio
    from matched
)

select
    round(
        (select count(*) from loners) / nullif((select count(*) from load), 0), 4
    ) as without_unified_app_ratio,
    (select list(l) from (from loners order by all limit 5) as l)
        as without_unified_app_ratio_samples,
    (select count(*) from twins) as identifiers_of_several_products,
    (select list(t) from (from twins order by all limit 5) as t)
        as identifiers_of_several_products_samples,
    (select count(*) from unborn) as products_from_the_future,
    (select list(u) from (from unborn order by product_id, columns(*) limit 5) as u)
        as products_from_the_future_samples,
    (
        select round(count(*) filter (where is_active) / nullif(count(*), 0), 4) from load
    ) as active_ratio,
    (select gone_ratio from shares) as products_gone_ratio,
    (
        select list(m) from (
            select product_id, name from matched where is_gone order by all limit 5
        ) as m
    ) as products_gone_ratio_samples,
    round(
        (select count(*) from load) / nullif((select count(*) from previous), 0), 4
    ) as products_to_previous,
    (select count(*) from matched where has_moved_store) as products_that_changed_store,
    (
        select list(m) from (
            select product_id, store_before, store from matched where has_moved_store
            order by all limit 5
        ) as m
    ) as products_that_changed_store_samples,
    (select moved_app_ratio from shares) as products_that_changed_app_ratio,
    (
        select list(m) from (
            select product_id, unified_app_id_before, unified_app_id from matched
            where has_moved_app and not is_gone order by all limit 5
        ) as m
    ) as products_that_changed_app_ratio_samples
