{{ config(
    materialized='incremental',
    incremental_strategy='by_month',
    event_time='ranked_on',
    on_schema_change='fail',
) }}

with

placed as (
    select
        products.app_id,
        ranks.country_code,
        products.store,
        ranks.category_id,
        ranks.category_name,
        ranks.device,
        ranks.chart,
        ranks.ranked_on,
        ranks.chart_rank,
        slices.maturity,
        slices.said_at,
        slices.load_id,
        slices.is_sample,
        -- An app may have several products in a chart; the best place counts.
        row_number() over (
            partition by
                products.app_id,
                ranks.country_code,
                ranks.category_id,
                ranks.device,
                ranks.chart,
                ranks.ranked_on
            order by ranks.chart_rank asc nulls last, ranks.product_id asc nulls last
        ) as place_order
    from {{ ref('stg_appfigures__ranks') }} as ranks
    inner join {{ ref('int_deciding_slices') }} as slices
        on
            slices.dataset = 'appfigures.ranks'
            and ranks.load_id = slices.load_id
            and ranks.country_code = slices.country_code
            and ranks.ranked_on = slices.date_on
    inner join {{ ref('int_newest_products') }} as products
        on ranks.product_id = products.product_id
    inner join {{ ref('int_apps') }} as apps
        on products.app_id = apps.app_id
    where
        {{ in_universe('apps', 'ranks.ranked_on') }}
        and {{ in_touched_months('ranks.ranked_on') }}
)

select
    placed.app_id,
    placed.country_code,
    placed.store,
    placed.category_id,
    placed.category_name,
    placed.device,
    placed.chart,
    placed.ranked_on,
    vendors.vendor,
    placed.chart_rank,
    placed.maturity,
    placed.said_at,
    placed.load_id,
    placed.is_sample
from placed
inner join {{ ref('vendors') }} as vendors
    on vendors.vendor = 'Appfigures'
where placed.place_order = 1
