{{ config(
    materialized='incremental',
    incremental_strategy='by_month',
    event_time='estimated_on',
    on_schema_change='fail',
) }}

with

-- Numbers of listings instead of names of apps and stores: windows over names take four times as
-- long.
standing as (
    select
        changes.*,
        slices.known_from_at,
        lead(slices.known_from_at) over (
            partition by changes.listing_id, changes.country_code, changes.estimated_on
            order by changes.version_number asc nulls last
        ) as known_to_at,
        slices.said_at,
        slices.load_id,
        slices.is_sample
    from {{ ref('int_estimate_changes') }} as changes
    inner join {{ ref('int_slice_versions') }} as slices
        on
            slices.dataset = 'appfigures.estimates'
            and changes.country_code = slices.country_code
            and changes.estimated_on = slices.date_on
            and changes.version_number = slices.version_number
)

select
    listings.app_id,
    standing.country_code,
    {{ geography_level('standing.country_code') }} as geography_level,
    listings.store,
    standing.estimated_on,
    vendors.vendor,
    standing.known_from_at,
    standing.known_to_at,
    standing.version_number,
    standing.is_vanished,
    standing.downloads,
    standing.revenue_usd,
    vendors.revenue_basis,
    vendors.currency,
    standing.said_at,
    standing.load_id,
    standing.is_sample
from standing
-- The product that gives a listing its number.
inner join {{ ref('int_newest_products') }} as listings
    on standing.listing_id = listings.product_id
inner join {{ ref('int_apps') }} as apps
    on listings.app_id = apps.app_id
inner join {{ ref('vendors') }} as vendors
    on vendors.vendor = 'Appfigures'
where {{ in_universe('apps', 'standing.estimated_on') }}
