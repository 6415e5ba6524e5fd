-- The daily facts as a whole; they are too large to read row by row in every build.
with

duplicates as (
    select app_id, country_code, store, estimated_on, vendor, count(*) as copies
    from marts.fct_app_estimates_daily
    group by app_id, country_code, store, estimated_on, vendor
    having count(*) > 1
),

nameless as (
    select app_id, country_code, store, estimated_on
    from marts.fct_app_estimates_daily
    where app_id is null
        or country_code is null
        or store is null
        or estimated_on is null
        or vendor is null
        or downloads is null
        or revenue_usd is null
),

-- Refunds above sales come as small negative amounts; the gate of the load has reported them.
negatives as (
    select app_id, country_code, store, estimated_on, downloads, revenue_usd
    from marts.fct_app_estimates_daily
    where downloads < 0 or revenue_usd < -1000
),

mislabelled as (
    select distinct country_code, geography_level
    from marts.fct_app_estimates_daily
    where (country_code = 'ZZ') <> (geography_level = 'world')
),

bases as (
    select distinct vendor, revenue_basis, currency from marts.fct_app_estimates_daily
),

world_days as (
    select distinct estimated_on
    from marts.fct_app_estimates_daily
    where geography_level = 'world'
),

gaps as (
    select
        estimated_on as after_on,
        lead(estimated_on) over (order by estimated_on) as before_on
    from world_days
)

select
    (select count(*) from marts.fct_app_estimates_daily) as row_count,
    (select count(*) from duplicates) as duplicate_keys,
    (select list(d) from (from duplicates limit 5) as d) as duplicate_keys_samples,
    (select count(*) from nameless) as rows_with_nulls,
    (select list(n) from (from nameless limit 5) as n) as rows_with_nulls_samples,
    (select count(*) from negatives) as negative_rows,
    (select list(n) from (from negatives limit 5) as n) as negative_rows_samples,
    (select count(*) from mislabelled) as mislabelled_countries,
    (select list(m) from (from mislabelled order by all limit 5) as m)
        as mislabelled_countries_samples,
    (select count(*) - count(distinct vendor) from bases) as blended_vendors,
    (select list(b) from (from bases order by all limit 5) as b) as blended_vendors_samples,
    (select coalesce(sum(before_on - after_on - 1), 0) from gaps) as world_days_missing,
    (
        select list(g) from (from gaps where before_on - after_on > 1 order by all limit 5) as g
    ) as world_days_missing_samples
