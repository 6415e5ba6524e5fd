{{ config(
    materialized='incremental',
    incremental_strategy='by_month',
    event_time='estimated_on',
    on_schema_change='fail',
) }}

select
    estimates.app_id,
    estimates.country_code,
    {{ geography_level('estimates.country_code') }} as geography_level,
    estimates.store,
    estimates.estimated_on,
    vendors.vendor,
    estimates.downloads,
    estimates.revenue_usd,
    vendors.revenue_basis,
    vendors.currency,
    slices.maturity,
    slices.said_at,
    slices.load_id,
    slices.is_sample
from {{ ref('int_app_estimates_daily') }} as estimates
inner join {{ ref('int_deciding_slices') }} as slices
    on
        slices.dataset = 'appfigures.estimates'
        and estimates.country_code = slices.country_code
        and estimates.estimated_on = slices.date_on
inner join {{ ref('vendors') }} as vendors
    on vendors.vendor = 'Appfigures'
