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

-- Geographies as in the marts: see int_counted_countries and int_geography_members.
create macro market_size_as_known_at(instant, period) as table
with
covered as (
    select
        coverage.country_code, coverage.covered_on, coverage.vendor, countries.region,
        cast(date_trunc(period, coverage.covered_on) as date) as period_start_on
    from fct_estimate_coverage as coverage
    left join dim_country as countries using (country_code)
    where coverage.known_from_at <= cast(instant as timestamp)
),
-- The days of each country in a period.
spans as (
    select
        vendor, period_start_on, country_code, region, list(covered_on order by covered_on) as days
    from covered
    group by all
),
wholes as (
    select
        vendor, period_start_on, list_sort(list_intersect(world.days, china.days)) as days
    from (from spans where country_code = 'ZZ') as world
    inner join (from spans where country_code = 'CN') as china using (vendor, period_start_on)
),
counted as (
    select
        spans.*,
        coalesce(len(wholes.days) > 0 and list_has_all(spans.days, wholes.days), false)
            as is_outside_other,
        first_value(spans.days) over (
            partition by vendor, period_start_on, region
            order by len(spans.days) desc, country_code
        ) as most_days
    from spans
    left join wholes using (vendor, period_start_on)
    where country_code not in ('ZZ', 'CN')
),
members as (
    select
        if(country_code = 'ZZ', 'World', country_code) as geography,
        vendor, period_start_on, country_code, days, 1 as sign
    from spans
    union all
    select geography, vendor, period_start_on, country_code, spans.days, if(country_code = 'ZZ', 1, -1)
    from spans
    inner join wholes using (vendor, period_start_on)
    cross join (values ('World ex-China'), ('Other')) as names (geography)
    where country_code in ('ZZ', 'CN')
    union all
    select 'Other', vendor, period_start_on, country_code, days, -1
    from counted
    where is_outside_other
    union all
    select region, vendor, period_start_on, country_code, days, 1
    from counted
    where region is not null
    qualify
        is_outside_other
        or (
            not bool_or(is_outside_other) over (partition by vendor, period_start_on, region)
            and list_has_all(days, most_days)
        )
),
days as (
    select geography, vendor, period_start_on, covered_on
    from (
        select
            geography, vendor, period_start_on, unnest(days) as covered_on,
            count(*) over (partition by geography, vendor, period_start_on) as member_count
        from members
    )
    group by all
    having count(*) = any_value(member_count)
),
periods as (
    select geography, vendor, period_start_on, count(*) as covered_days
    from days
    group by all
),
app_periods as (
    select
        days.geography, estimates.vendor, estimates.app_id, days.period_start_on,
        sum(members.sign * estimates.downloads) as downloads,
        sum(members.sign * estimates.revenue_usd) as revenue_usd
    from estimates_as_known_at(instant) as estimates
    inner join days
        on estimates.estimated_on = days.covered_on and estimates.vendor = days.vendor
    inner join members
        on
            members.geography = days.geography
            and members.vendor = days.vendor
            and members.period_start_on = days.period_start_on
            and members.country_code = estimates.country_code
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
