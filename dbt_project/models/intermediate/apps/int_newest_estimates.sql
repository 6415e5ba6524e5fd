select
    estimates.product_id,
    estimates.country_code,
    estimates.estimated_on,
    estimates.downloads,
    estimates.revenue as revenue_usd
from {{ ref('stg_appfigures__estimates') }} as estimates
inner join {{ ref('int_deciding_slices') }} as slices
    on
        slices.dataset = 'appfigures.estimates'
        and estimates.load_id = slices.load_id
        and estimates.country_code = slices.country_code
        and estimates.estimated_on = slices.date_on
where
    estimates.currency = 'USD'
    and (estimates.downloads > 0 or estimates.revenue > 0)
    and {{ in_touched_months('estimates.estimated_on') }}
