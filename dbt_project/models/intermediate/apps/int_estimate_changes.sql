{%- set over_versions = (
    'over (partition by listing_id, country_code, estimated_on'
    ' order by version_number asc nulls last)'
) -%}

with

statements as (
    select
        products.listing_id,
        estimates.country_code,
        estimates.estimated_on,
        versions.version_number,
        cast(sum(estimates.downloads) as bigint) as downloads,
        cast(sum(estimates.revenue) as decimal(18, 2)) as revenue_usd
    from {{ ref('stg_appfigures__estimates') }} as estimates
    inner join {{ ref('int_slice_versions') }} as versions
        on
            versions.dataset = 'appfigures.estimates'
            and estimates.load_id = versions.load_id
            and estimates.country_code = versions.country_code
            and estimates.estimated_on = versions.date_on
    inner join {{ ref('int_newest_products') }} as products
        on estimates.product_id = products.product_id
    where
        estimates.currency = 'USD'
        and (estimates.downloads > 0 or estimates.revenue > 0)
        and {{ in_touched_months('estimates.estimated_on') }}
    group by
        products.listing_id,
        estimates.country_code,
        estimates.estimated_on,
        versions.version_number
),

neighbours as (
    select
        *,
        lag(version_number) {{ over_versions }} as previous_version_number,
        lag(downloads) {{ over_versions }} as previous_downloads,
        lag(revenue_usd) {{ over_versions }} as previous_revenue_usd,
        lead(version_number) {{ over_versions }} as next_version_number
    from statements
)

select
    listing_id,
    country_code,
    estimated_on,
    version_number,
    false as is_vanished,
    downloads,
    revenue_usd
from neighbours
where
    previous_version_number is null
    or previous_version_number < version_number - 1
    or previous_downloads <> downloads
    or previous_revenue_usd <> revenue_usd

union all

-- The slice has a next version that does not have this estimate.
select
    neighbours.listing_id,
    neighbours.country_code,
    neighbours.estimated_on,
    versions.version_number,
    true as is_vanished,
    cast(null as bigint) as downloads,
    cast(null as decimal(18, 2)) as revenue_usd
from neighbours
inner join {{ ref('int_slice_versions') }} as versions
    on
        versions.dataset = 'appfigures.estimates'
        and neighbours.country_code = versions.country_code
        and neighbours.estimated_on = versions.date_on
        and neighbours.version_number + 1 = versions.version_number
where
    neighbours.next_version_number is null
    or neighbours.next_version_number > neighbours.version_number + 1
