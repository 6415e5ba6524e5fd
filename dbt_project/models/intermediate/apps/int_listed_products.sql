with

ordered as (
    select
        products.*,
        coverage.load_seq,
        row_number() over (
            partition by products.product_id
            order by coverage.said_at desc nulls last, coverage.load_seq desc nulls last
        ) as recency
    from {{ ref('stg_appfigures__products') }} as products
    inner join {{ ref('stg_lake__load_coverage') }} as coverage
        on
            products.load_id = coverage.load_id
            and coverage.dataset = 'appfigures.products'
),

newest as (
    select
        *,
        coalesce(
            unified_app_id, concat('product:', cast(product_id as {{ type_string() }}))
        ) as app_id
    from ordered
    where recency = 1
)

select
    product_id,
    app_id,
    min(product_id) over (partition by app_id, store) as listing_id,
    coalesce(unified_app_name, product_name) as app_name,
    coalesce(unified_publisher, developer) as publisher,
    store,
    said_at,
    load_seq,
    is_sample
from newest
