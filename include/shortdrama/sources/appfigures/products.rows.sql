-- One row per product; products without a unified app keep nulls there.
with listed as (
    select unnest(results) as product, filename as part from product_pages
),
results as (
    select
        unnest(results) as result,
        filename as part
    from unified_pages
),
unified as (
    select
        strict_json(
            coalesce(
                present(result -> '$.unified_app'),
                result -> '$.unified_app_intelligence_metadata_minimal'
            ),
            'OBJECT', 'unified_app', part
        ) as app,
        result,
        part
    from results
),
-- Members are objects in the one form, ids in the other; a result may have both.
described as (
    select
        strict_text(
            coalesce(present(app -> '$.id'), result -> '$.unified_app_id'), 'unified_app.id', part
        ) as unified_app_id,
        strict_text(app -> '$.name', 'unified_app.name', part) as unified_app_name,
        optional_text(app -> '$.publisher', 'unified_app.publisher', part)
            as unified_publisher,
        present(app -> '$.member_products') as member_products,
        coalesce(
            present(app -> '$.member_product_ids'),
            present(result -> '$.unified_app_intelligence_metadata_minimal.member_product_ids')
        ) as member_product_ids,
        part
    from unified
),
-- Each member once per result: an app that comes twice is a page that came twice, which the gate
-- must see.
members as (
    select
        unified_app_id,
        unified_app_name,
        unified_publisher,
        unnest(list_distinct(list_concat(
            list_transform(
                case
                    when member_products is not null
                        then cast(
                            strict_json(
                                member_products, 'ARRAY', 'unified_app.member_products', part
                            ) as json[]
                        )
                end,
                lambda member: strict_integer(
                    member -> '$.id', 'unified_app.member_products.id', part
                )
            ),
            list_transform(
                case
                    when member_product_ids is not null or member_products is null
                        then cast(
                            strict_json(
                                member_product_ids, 'ARRAY', 'unified_app.member_product_ids', part
                            ) as json[]
                        )
                end,
                lambda id: strict_integer(id, 'unified_app.member_product_ids', part)
            )
        ))) as product_id
    from described
)
select
    strict_integer(product -> '$.id', 'id', part) as product_id,
    members.unified_app_id,
    members.unified_app_name,
    members.unified_publisher,
    strict_text(product -> '$.name', 'name', part) as name,
    optional_text(product -> '$.developer', 'developer', part) as developer,
    strict_text(product -> '$.store', 'store', part) as store,
    strict_text(product -> '$.storefront', 'storefront', part) as storefront,
    strict_text(product -> '$.vendor_identifier', 'vendor_identifier', part)
        as vendor_identifier,
    strict_text(product -> '$.type', 'type', part) as product_type,
    optional_date(product -> '$.release_date', 'release_date', part) as released_on,
    optional_date(product -> '$.added_date', 'added_date', part) as added_on,
    coalesce(optional_boolean(product -> '$.active', 'active', part), true) as is_active
from listed
left join members
    on members.product_id = strict_integer(product -> '$.id', 'id', part)
