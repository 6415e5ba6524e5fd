{{ config(
    materialized='incremental',
    incremental_strategy='by_month',
    event_time='month_start_on',
    on_schema_change='fail',
) }}

with

versions as (
    select
        *,
        cast({{ date_trunc('month', 'estimated_on') }} as date) as month_start_on,
        version_number = 1 as is_first,
        known_to_at is null and not is_vanished as is_newest
    from {{ ref('fct_app_estimates_versions') }}
    where {{ in_touched_months('estimated_on') }}
),

summed as (
    select
        month_start_on,
        geography_level,
        vendor,
        revenue_basis,
        currency,
        cast(count(case when is_first then 1 end) as bigint) as first_said_estimates,
        cast(count(case when is_newest then 1 end) as bigint) as newest_estimates,
        cast(
            count(case when not is_first and not is_vanished then 1 end) as bigint
        ) as restatements,
        cast(
            count(case when is_vanished and known_to_at is null then 1 end) as bigint
        ) as vanished_estimates,
        cast(
            sum(case when is_first then downloads else 0 end) as bigint
        ) as first_said_downloads,
        cast(sum(case when is_newest then downloads else 0 end) as bigint) as newest_downloads,
        cast(
            sum(case when is_first then revenue_usd else 0 end) as decimal(18, 2)
        ) as first_said_revenue_usd,
        cast(
            sum(case when is_newest then revenue_usd else 0 end) as decimal(18, 2)
        ) as newest_revenue_usd,
        max(case when not is_first then said_at end) as last_revised_at,
        bool_or(is_sample) as is_sample
    from versions
    group by month_start_on, geography_level, vendor, revenue_basis, currency
)

select
    month_start_on,
    geography_level,
    vendor,
    revenue_basis,
    currency,
    first_said_estimates,
    newest_estimates,
    restatements,
    vanished_estimates,
    first_said_downloads,
    newest_downloads,
    newest_downloads - first_said_downloads as downloads_revision,
    {{ change_pct('newest_downloads', 'first_said_downloads') }} as downloads_revision_pct,
    first_said_revenue_usd,
    newest_revenue_usd,
    cast(newest_revenue_usd - first_said_revenue_usd as decimal(18, 2)) as revenue_revision_usd,
    {{ change_pct('newest_revenue_usd', 'first_said_revenue_usd') }} as revenue_revision_pct,
    last_revised_at,
    is_sample
from summed
