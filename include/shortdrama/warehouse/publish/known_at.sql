-- Macros of a snapshot: what the marts said at an earlier instant (UTC), from the loads accepted by
-- then. Apps and universe are the snapshot's own, and revoked loads are left out; an older snapshot
-- has them as they were.
--   from estimates_as_known_at('2025-10-05')
--   from market_size_as_known_at('2025-10-05', 'month')          -- or week, quarter

create macro estimates_as_known_at(instant) as table
select
    app_id, country_code, geography_level, store, estimated_on, vendor,
    downloads, revenue_usd, revenue_basis, currency, is_sample
from fct_app_estimates_versions
where
    not is_vanished
    and known_from_at <= cast(instant as timestamp)
    and (known_to_at is null or known_to_at > cast(instant as timestamp));

-- Geographies as in the marts: see int_geography_members and int_geography_days.
create macro market_size_as_known_at(instant, period) as table
with
covered as (
    select coverage.country_code, coverage.covered_on, coverage.vendor, countries.region
    from fct_estimate_coverage as coverage
    left join dim_country as countries using (country_code)
    where coverage.known_from_at <= cast(instant as timestamp)
),
asked as (
    select
        country_code, region,
        country_code = 'ZZ' as is_world,
        country_code = 'CN' as is_china,
        case when country_code = 'ZZ' then 1 else -1 end as sign,
        bool_or(country_code = 'ZZ') over () and bool_or(country_code = 'CN') over () as knows_both
    from (select distinct country_code, region from covered)
),
members as (
    select 'World' as geography, country_code, 1 as sign from asked where is_world
    union all
    select 'World ex-China', country_code, sign from asked where knows_both and (is_world or is_china)
    union all
    select 'Other', country_code, sign from asked where knows_both
    union all
    select region, country_code, 1 from asked
    where not is_world and not is_china and region is not null
    union all
    select country_code, country_code, 1 from asked where not is_world
),
sizes as (
    select geography, count(*) as member_count from members group by geography
),
days as (
    select members.geography, covered.covered_on, covered.vendor
    from members
    inner join covered using (country_code)
    inner join sizes using (geography)
    group by members.geography, covered.covered_on, covered.vendor
    having count(*) = any_value(sizes.member_count)
),
periods as (
    select
        geography, vendor,
        cast(date_trunc(period, covered_on) as date) as period_start_on,
        count(*) as covered_days
    from days
    group by all
),
app_periods as (
    select
        days.geography, estimates.vendor, estimates.app_id,
        cast(date_trunc(period, days.covered_on) as date) as period_start_on,
        sum(members.sign * estimates.downloads) as downloads,
        sum(members.sign * estimates.revenue_usd) as revenue_usd
    from estimates_as_known_at(instant) as estimates
    inner join members using (country_code)
    inner join days
        on
            members.geography = days.geography
            and estimates.estimated_on = days.covered_on
            and estimates.vendor = days.vendor
    group by all
),
sums as (
    select
        geography, vendor, period_start_on,
        count(*) filter (where downloads > 0 or revenue_usd > 0) as active_apps,
        sum(downloads) as downloads,
        sum(revenue_usd) as revenue_usd
    from app_periods
    group by all
)
select
    periods.period_start_on,
    periods.geography,
    periods.vendor,
    vendors.revenue_basis,
    vendors.currency,
    coalesce(sums.active_apps, 0) as active_apps,
    cast(coalesce(sums.downloads, 0) as bigint) as downloads,
    cast(coalesce(sums.revenue_usd, 0) as decimal(18, 2)) as revenue_usd,
    cast(
        periods.covered_days / date_diff(
            'day',
            periods.period_start_on,
            cast(
                periods.period_start_on
                + case period
                    when 'week' then interval 7 day
                    when 'month' then interval 1 month
                    when 'quarter' then interval 3 month
                end as date
            )
        ) as decimal(9, 6)
    ) as completeness_ratio
from periods
inner join dim_vendor as vendors using (vendor)
left join sums using (geography, vendor, period_start_on);
