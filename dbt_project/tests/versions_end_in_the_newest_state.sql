-- What stands after every statement is exactly what fct_app_estimates_daily holds: of each country
-- and day as many rows, of the same digest.
{%- set row = 'app_id, store, vendor, downloads, revenue_usd' %}

with

standing as (
    select
        country_code,
        estimated_on,
        count(*) as row_count,
        bit_xor(hash({{ row }})) as digest
    from {{ ref('fct_app_estimates_versions') }}
    where
        {{ as_known_at("cast('9999-12-31' as timestamp)") }}
        and {{ in_touched_months('estimated_on') }}
    group by country_code, estimated_on
),

daily as (
    select
        country_code,
        estimated_on,
        count(*) as row_count,
        bit_xor(hash({{ row }})) as digest
    from {{ ref('fct_app_estimates_daily') }}
    where {{ in_touched_months('estimated_on') }}
    group by country_code, estimated_on
)

select
    coalesce(daily.country_code, standing.country_code) as country_code,
    coalesce(daily.estimated_on, standing.estimated_on) as estimated_on,
    daily.row_count as rows_of_the_newest_state,
    standing.row_count as rows_that_stand
from daily
full outer join standing
    on
        daily.country_code = standing.country_code
        and daily.estimated_on = standing.estimated_on
where
    daily.row_count is distinct from standing.row_count
    or daily.digest is distinct from standing.digest
