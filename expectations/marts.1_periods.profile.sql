-- What the periods of the market should say, computed once more from facts and coverage.
-- The temporary tables are also for the profiles after this one.

-- Whether two figures differ; an unknown one differs from a known one.
create or replace temp macro differs(a, b, tolerance) as
coalesce(abs(a - b) > tolerance, (a is null) <> (b is null));
create or replace temp macro change_of(now, before) as
case
    when before > 0 and abs(now) <= 100000 * before
        then cast(100.0 * (now - before) / before as decimal(12, 4))
end;
create or replace temp macro share_of(part, whole) as
case
    when whole > 0 and abs(part) <= 100 * whole
        then cast(100.0 * part / whole as decimal(9, 4))
end;

-- Days that the accepted loads cover; the newest statement decides.
create or replace temp table covered as
select country_code, day_on, cast(max(said_at) as date) as said_on,
    arg_max(load_id, (said_at, load_seq)) as load_id, max(said_at) as said_at,
    min(accepted_at) as known_from_at
from (
    select *, cast(unnest(range(start_on, end_on + 1, interval 1 day)) as date) as day_on
    from raw.load_coverage
    where dataset = 'appfigures.estimates'
)
group by all;

create or replace temp table kinds as
select day_on, period_kind, cast(start_on as date) as start_on, cast(end_on as date) as end_on, label
from (select
    day_on,
    unnest([
        {'period_kind': 'week', 'start_on': date_trunc('week', day_on),
         'end_on': date_trunc('week', day_on) + interval 6 day,
         'label': strftime(day_on, '%G-W%V')},
        {'period_kind': 'month', 'start_on': date_trunc('month', day_on),
         'end_on': last_day(day_on), 'label': strftime(day_on, '%Y-%m')},
        {'period_kind': 'quarter', 'start_on': date_trunc('quarter', day_on),
         'end_on': date_trunc('quarter', day_on) + interval 3 month - interval 1 day,
         'label': year(day_on) || 'Q' || quarter(day_on)}
    ], recursive := true)
from (select distinct day_on from covered) as days);

-- The days of each country in each period.
create or replace temp table country_days as
select period_kind, start_on as period_start_on, country_code, list(day_on order by day_on) as days
from covered
inner join kinds using (day_on)
group by all;

-- A country is out of Other and in its region if it has every day of World ex-China.
create or replace temp table parts_of_world as
with wholes as (
    select period_kind, period_start_on, list_intersect(world.days, china.days) as days
    from (from country_days where country_code = 'ZZ') as world
    inner join (from country_days where country_code = 'CN') as china
        using (period_kind, period_start_on)
),

placed as (
    select parts.*, countries.region,
        coalesce(len(wholes.days) > 0 and list_has_all(parts.days, wholes.days), false) as is_part
    from country_days as parts
    left join wholes using (period_kind, period_start_on)
    left join marts.dim_country as countries using (country_code)
    where country_code not in ('ZZ', 'CN')
)

-- Without such a country, the region is the one with the most days, and those that have them all.
select *,
    region is not null and (is_part or (
        not bool_or(is_part) over same
        and list_has_all(
            days, first_value(days) over (same order by len(days) desc, country_code)
        )
    )) as is_in_region
from placed
window same as (partition by period_kind, period_start_on, region);

create or replace temp table members as
select 'World' as geography, period_kind, period_start_on, country_code, 1 as sign
from country_days where country_code = 'ZZ'
union all
select country_code, period_kind, period_start_on, country_code, 1
from country_days where country_code <> 'ZZ'
union all
select region, period_kind, period_start_on, country_code, 1
from parts_of_world where is_in_region
union all
select 'Other', period_kind, period_start_on, country_code, -1
from parts_of_world where is_part
union all
select wholes.geography, period_kind, period_start_on, country_code, if(country_code = 'ZZ', 1, -1)
from country_days
cross join (values ('World ex-China'), ('Other')) as wholes (geography)
where
    country_code in ('ZZ', 'CN')
    and (period_kind, period_start_on) in (
        select (period_kind, period_start_on)
        from country_days where country_code in ('ZZ', 'CN')
        group by all having count(*) = 2
    );

-- A geography is known on the days on which all its countries are.
create or replace temp table known as
select
    geography,
    period_kind,
    period_start_on,
    day_on,
    bool_or(said_on - day_on < (
        select settles_after_days from raw.ops_datasets where dataset = 'appfigures.estimates'
    )) as is_provisional
from (
    select members.*, unnest(days) as day_on,
        count(*) over (partition by geography, period_kind, period_start_on) as member_count
    from members
    inner join country_days using (period_kind, period_start_on, country_code)
)
inner join covered using (country_code, day_on)
group by geography, period_kind, period_start_on, day_on
having count(*) = max(member_count);

create or replace temp table periods as
select
    geography,
    known.period_kind,
    period_start_on,
    end_on as period_end_on,
    label as period_label,
    (
        select nullif(string_agg(country_code, ', ' order by country_code), '')
        from members
        where
            members.geography = known.geography
            and members.period_kind = known.period_kind
            and members.period_start_on = known.period_start_on
            and country_code not in ('ZZ', known.geography)
    ) as countries,
    list(known.day_on order by known.day_on) as days,
    cast(count(*) / (end_on - period_start_on + 1) as decimal(9, 6)) as completeness_ratio,
    if(bool_or(is_provisional), 'provisional', 'settled') as maturity
from known
inner join kinds
    on
        kinds.day_on = known.day_on
        and kinds.period_kind = known.period_kind
        and kinds.start_on = period_start_on
group by geography, known.period_kind, period_start_on, end_on, label;

-- Days of a country that count for the same periods and geographies are added up first.
create or replace temp table parts_of_days as
select
    country_code,
    day_on,
    cast(dense_rank() over (order by country_code, counts_for) as integer) as part
from (
    select members.country_code, known.day_on,
        list((geography, period_kind, period_start_on) order by geography, period_kind)
            as counts_for
    from known
    inner join members using (geography, period_kind, period_start_on)
    group by all
);

create or replace temp table parts as
select distinct parts_of_days.part, geography, sign, period_kind, period_start_on
from (select part, any_value(country_code) as country_code, any_value(day_on) as day_on
    from parts_of_days group by part) as parts_of_days
inner join known using (day_on)
inner join members using (geography, period_kind, period_start_on, country_code);

create or replace temp table app_parts as
select app_id, vendor, part, sum(downloads) as downloads, sum(revenue_usd) as revenue_usd,
    min(estimated_on) as first_seen_on
from marts.fct_app_estimates_daily as facts
inner join parts_of_days
    on parts_of_days.country_code = facts.country_code and day_on = estimated_on
group by all;

create or replace temp table app_periods as
select app_id, vendor, geography, period_kind, period_start_on,
    cast(sum(sign * downloads) as bigint) as downloads,
    cast(sum(sign * revenue_usd) as decimal(18, 2)) as revenue_usd,
    sum(sign * downloads) > 0 or sum(sign * revenue_usd) > 0 as is_active
from app_parts
inner join parts using (part)
group by all;

-- Every report of the market by period: a row of the first is a row of what the second says.
create or replace temp table sizes as
select 'week' as period_kind, 'rpt_market_size_weekly' as mart, *
from marts.rpt_market_size_weekly
union all by name
select 'month' as period_kind, 'rpt_market_size_monthly' as mart, *
from marts.rpt_market_size_monthly
union all by name
select 'quarter' as period_kind, 'rpt_market_size_quarterly' as mart, *
from marts.rpt_market_size_quarterly;

-- Apps that the reviewed file moved in or out during two periods are left out of their comparison.
create or replace temp table unlike as
select
    pairs.*,
    apps.app_id,
    apps.in_universe_from_on > previous_start_on and apps.in_universe_from_on <= period_end_on
        as is_added
from (
    select distinct now.period_kind, now.period_start_on, now.period_end_on,
        before.period_start_on as previous_start_on
    from periods as now
    inner join periods as before
        on before.period_kind = now.period_kind and before.period_end_on + 1 = now.period_start_on
) as pairs
inner join marts.dim_app as apps
    on
        (apps.in_universe_from_on > previous_start_on and apps.in_universe_from_on <= period_end_on)
        or (apps.in_universe_to_on < period_end_on and apps.in_universe_to_on >= previous_start_on);

create or replace temp table should_be as
with sums as (
    select vendor, geography, period_kind, period_start_on,
        count(*) filter (where is_active) as active_apps,
        sum(downloads) as downloads, sum(revenue_usd) as revenue_usd
    from app_periods
    group by all
),

vendors as (select distinct vendor from app_parts),

sized as (
    select periods.*, vendors.vendor,
        coalesce(active_apps, 0) as active_apps, coalesce(downloads, 0) as downloads,
        coalesce(revenue_usd, 0) as revenue_usd,
        completeness_ratio = 1 and maturity = 'settled' as is_whole
    from periods
    cross join vendors
    left join sums using (vendor, geography, period_kind, period_start_on)
),

unlike_sums as (
    select apps.vendor, apps.geography, unlike.period_kind, unlike.period_start_on,
        count(*) filter (where is_now and is_active) as active_apps,
        sum(downloads) filter (where is_now) as downloads,
        sum(revenue_usd) filter (where is_now) as revenue_usd,
        count(*) filter (where not is_now and is_active) as base_active_apps,
        sum(downloads) filter (where not is_now) as base_downloads,
        sum(revenue_usd) filter (where not is_now) as base_revenue_usd
    from (select *, unnest([true, false]) as is_now from unlike) as unlike
    inner join app_periods as apps
        on
            apps.app_id = unlike.app_id
            and apps.period_kind = unlike.period_kind
            and apps.period_start_on
            = if(is_now, unlike.period_start_on, unlike.previous_start_on)
    group by all
)

select
    sized.*,
    case
        when sized.completeness_ratio < 1 then 'incomplete'
        when sized.maturity = 'provisional' then 'provisional'
        when earlier.geography is null then 'no_period_before'
        when earlier.completeness_ratio < 1 then 'incomplete_before'
        when earlier.maturity = 'provisional' then 'provisional_before'
        when bases.geography is null then 'other_countries_before'
    end as no_growth_reason,
    sized.active_apps - coalesce(unlike_sums.active_apps, 0)
    - (bases.active_apps - coalesce(unlike_sums.base_active_apps, 0)) as active_apps_change,
    change_of(
        sized.downloads - coalesce(unlike_sums.downloads, 0),
        bases.downloads - coalesce(unlike_sums.base_downloads, 0)
    ) as downloads_growth_pct,
    change_of(
        sized.revenue_usd - coalesce(unlike_sums.revenue_usd, 0),
        bases.revenue_usd - coalesce(unlike_sums.base_revenue_usd, 0)
    ) as revenue_growth_pct,
    if(bases.geography is null, null,
        coalesce(unlike_sums.downloads, 0) - coalesce(unlike_sums.base_downloads, 0)
    ) as universe_change_downloads,
    share_of(sized.revenue_usd, wholes.revenue_usd) as revenue_share_pct,
    share_of(sized.downloads, wholes.downloads) as downloads_share_pct,
    cast(sized.revenue_usd / nullif(sized.downloads, 0) as decimal(18, 4))
        as revenue_per_download_usd
from sized
left join sized as bases
    on
        bases.vendor = sized.vendor
        and bases.geography = sized.geography
        and bases.period_kind = sized.period_kind
        and bases.period_end_on + 1 = sized.period_start_on
        and bases.is_whole
        and sized.is_whole
        and bases.countries is not distinct from sized.countries
left join periods as earlier
    on
        earlier.geography = sized.geography
        and earlier.period_kind = sized.period_kind
        and earlier.period_end_on + 1 = sized.period_start_on
left join unlike_sums
    on
        bases.geography is not null
        and unlike_sums.vendor = sized.vendor
        and unlike_sums.geography = sized.geography
        and unlike_sums.period_kind = sized.period_kind
        and unlike_sums.period_start_on = sized.period_start_on
left join sized as wholes
    on
        wholes.geography = 'World ex-China'
        and sized.geography not in ('World', 'CN')
        and wholes.vendor = sized.vendor
        and wholes.period_kind = sized.period_kind
        and wholes.period_start_on = sized.period_start_on
        and wholes.days = sized.days;

with

-- A row of a report that is no row of the calendar's, or says more or less than is covered.
dated as (
    select mart, period_kind, geography, period_start_on, period_end_on, period_label,
        completeness_ratio, maturity, coalesce(countries, '') as countries
    from sizes
    union all by name
    select 'rpt_country_monthly' as mart, 'month' as period_kind, country_code as geography, *
    from (select country_code, period_start_on, period_end_on, period_label, completeness_ratio,
        maturity from marts.rpt_country_monthly)
    union all by name
    select 'rpt_market_concentration_monthly' as mart, 'month' as period_kind, geography,
        period_start_on, period_end_on, period_label, completeness_ratio, maturity
    from marts.rpt_market_concentration_monthly
    union all by name
    select distinct 'rpt_app_leaderboard_weekly' as mart, 'week' as period_kind, geography,
        period_start_on, period_end_on, period_label, completeness_ratio
    from marts.rpt_app_leaderboard_weekly
    union all by name
    select distinct 'rpt_app_leaderboard_monthly' as mart, 'month' as period_kind, geography,
        period_start_on, period_end_on, period_label, completeness_ratio
    from marts.rpt_app_leaderboard_monthly
),

dated_pairs as (
    select dated.*, periods.period_end_on as should_end_on, periods.period_label as should_label,
        periods.completeness_ratio as should_completeness_ratio,
        periods.maturity as should_maturity,
        coalesce(periods.countries, '') as should_countries
    from dated
    left join periods using (geography, period_kind, period_start_on)
),

outside_calendar as (
    select mart, geography, period_start_on, period_end_on, period_label, should_label
    from dated_pairs
    where period_label is distinct from should_label or period_end_on is distinct from should_end_on
),

unlike_coverage as (
    select mart, geography, period_label, completeness_ratio, should_completeness_ratio,
        maturity, should_maturity, countries, should_countries
    from dated_pairs
    where
        differs(completeness_ratio, should_completeness_ratio, 0.000002)
        or maturity <> should_maturity
        or countries <> should_countries
),

unlike_facts as (
    select
        coalesce(mart, 'market of ' || should_be.period_kind || 's') as mart,
        coalesce(sizes.period_label, should_be.period_label) as month,
        coalesce(sizes.geography, should_be.geography) as geography,
        should_be.downloads as downloads_of_facts,
        sizes.downloads as downloads_of_report,
        should_be.revenue_usd as revenue_usd_of_facts,
        sizes.revenue_usd as revenue_usd_of_report
    from sizes
    full join should_be using (vendor, geography, period_kind, period_start_on)
    where
        (sizes.downloads, sizes.revenue_usd)
        is distinct from (should_be.downloads, should_be.revenue_usd)
        or (sizes.revenue_basis, sizes.currency) not in (
            select distinct (revenue_basis, currency) from marts.fct_app_estimates_daily
        )
),

pairs as (
    select sizes.mart, sizes.period_label, sizes, should_be
    from sizes
    inner join should_be
        on
            should_be.vendor = sizes.vendor
            and should_be.geography = sizes.geography
            and should_be.period_kind = sizes.period_kind
            and should_be.period_start_on = sizes.period_start_on
),

active_unlike_facts as (
    select mart, period_label, sizes.geography, sizes.active_apps,
        should_be.active_apps as should_be
    from pairs
    where sizes.active_apps <> should_be.active_apps
),

growth_unlike_periods as (
    select mart, period_label, sizes.geography, sizes.revenue_growth_pct,
        should_be.revenue_growth_pct as should_be,
        sizes.downloads_growth_pct, sizes.active_apps_change, sizes.no_growth_reason,
        should_be.no_growth_reason as reason_should_be
    from pairs
    where
        differs(sizes.revenue_growth_pct, should_be.revenue_growth_pct, 0.0002)
        or differs(sizes.downloads_growth_pct, should_be.downloads_growth_pct, 0.0002)
        or differs(sizes.active_apps_change, should_be.active_apps_change, 0)
        or differs(sizes.universe_change_downloads, should_be.universe_change_downloads, 0)
        or sizes.no_growth_reason is distinct from should_be.no_growth_reason
),

shares_unlike_parts as (
    select mart, period_label, sizes.geography, sizes.revenue_share_pct,
        should_be.revenue_share_pct as should_be, sizes.downloads_share_pct
    from pairs
    where
        differs(sizes.revenue_share_pct, should_be.revenue_share_pct, 0.0002)
        or differs(sizes.downloads_share_pct, should_be.downloads_share_pct, 0.0002)
),

yields_unlike_figures as (
    select mart, period_label, sizes.geography, sizes.revenue_per_download_usd,
        should_be.revenue_per_download_usd as should_be
    from pairs
    where
        differs(sizes.revenue_per_download_usd, should_be.revenue_per_download_usd, 0.0002)
)

select
    (select count(*) from periods) as row_count,
    (select count(*) from unlike_facts) as periods_unlike_facts,
    (select list(s) from (from unlike_facts order by month, mart, geography limit 5) as s)
        as periods_unlike_facts_samples,
    (select count(*) from outside_calendar) as periods_outside_calendar,
    (select list(s) from (from outside_calendar order by all limit 5) as s)
        as periods_outside_calendar_samples,
    (select count(*) from unlike_coverage) as completeness_unlike_coverage,
    (select list(s) from (from unlike_coverage order by all limit 5) as s)
        as completeness_unlike_coverage_samples,
    (select count(*) from active_unlike_facts) as active_apps_unlike_facts,
    (select list(s) from (from active_unlike_facts order by all limit 5) as s)
        as active_apps_unlike_facts_samples,
    (select count(*) from growth_unlike_periods) as growth_unlike_periods,
    (select list(s) from (from growth_unlike_periods order by all limit 5) as s)
        as growth_unlike_periods_samples,
    (select count(*) from shares_unlike_parts) as shares_unlike_parts,
    (select list(s) from (from shares_unlike_parts order by all limit 5) as s)
        as shares_unlike_parts_samples,
    (select count(*) from yields_unlike_figures) as yields_unlike_figures,
    (select list(s) from (from yields_unlike_figures order by all limit 5) as s)
        as yields_unlike_figures_samples
