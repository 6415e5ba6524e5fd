select
    products.app_id,
    estimates.country_code,
    products.store,
    estimates.estimated_on,
    cast(sum(estimates.downloads) as bigint) as downloads,
    cast(sum(estimates.revenue_usd) as decimal(18, 2)) as revenue_usd
from {{ ref('int_newest_estimates') }} as estimates
inner join {{ ref('int_newest_products') }} as products
    on estimates.product_id = products.product_id
inner join {{ ref('int_apps') }} as apps
    on products.app_id = apps.app_id
where {{ in_universe('apps', 'estimates.estimated_on') }}
group by
    products.app_id,
    estimates.country_code,
    products.store,
    estimates.estimated_on
