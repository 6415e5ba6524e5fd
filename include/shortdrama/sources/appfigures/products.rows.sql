-- One row per product; products without a unified app keep nulls there.
with listed as (
    select unnest(results) as product, filename as part from product_pages
),
unified as (
    select
        strict_json(
            coalesce(
                result -> '$.unified_app',
                result -> '$.unified_app_intelligence_metadata_minimal'
            ),
            'OBJECT', 'unified_app', part
        ) as app,
        part
    from (select unnest(results) as result, filename as part from unified_pages)
),
members as (
    select
        strict_text(app -> '$.id', 'unified_app.id', part) as unified_app_id,
        strict_text(app -> '$.name', 'unified_app.name', part) as unified_app_name,
        optional_text(app -> '$.publisher', 'unified_app.publisher', part)
            as unified_publisher,
        unnest(cast(
            strict_json(
                app -> '$.member_product_ids', 'ARRAY', 'unified_app.member_product_ids', part
            ) as bigint[]
        )) as product_id
    from unified
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
