with

-- Numbers of listings instead of names of apps and stores, because names take longer to group by.
summed as (
    select
        products.listing_id,
        estimates.country_code,
        estimates.estimated_on,
        cast(sum(estimates.downloads) as bigint) as downloads,
        cast(sum(estimates.revenue_usd) as decimal(18, 2)) as revenue_usd
    from {{ ref('int_newest_estimates') }} as estimates
    inner join {{ ref('int_newest_products') }} as products
        on estimates.product_id = products.product_id
    group by
        products.listing_id,
        estimates.country_code,
        estimates.estimated_on
)

select
    listings.app_id,
    summed.country_code,
    listings.store,
    summed.estimated_on,
    summed.downloads,
    summed.revenue_usd
from summed
-- The product that gives a listing its number.
inner join {{ ref('int_newest_products') }} as listings
    on summed.listing_id = listings.product_id
inner join {{ ref('int_apps') }} as apps
    on listings.app_id = apps.app_id
where {{ in_universe('apps', 'summed.estimated_on') }}
