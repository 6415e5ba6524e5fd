-- Facts and dimensions against the accepted loads, the versions and the reviewed lists.
-- Reads the temporary tables of marts.1_periods.
create or replace temp table listed as
select
    lists.product_id,
    apps.app_id,
    apps.in_universe_from_on as from_on,
    apps.in_universe_to_on as to_on
from (
    select product_id, coalesce(unified_app_id, 'product:' || product_id) as app_id
    from raw.appfigures_products
    inner join raw.load_coverage as coverage using (load_id)
    where coverage.dataset = 'appfigures.products'
    qualify row_number() over (
        partition by product_id order by coverage.said_at desc, coverage.load_seq desc
    ) = 1
) as lists
inner join marts.dim_app as apps using (app_id)
-- Apps that the reviewed file leaves out for all days.
where
    apps.in_universe
    or apps.in_universe_from_on is not null
    or apps.in_universe_to_on is not null;

-- A build reads the loads of the months that it writes; the others were read before.
create or replace temp table said as
select load_id, country_code, estimated_on as day_on,
    coalesce(sum(downloads) filter (where is_counted), 0) as downloads,
    coalesce(sum(revenue) filter (where is_counted), 0) as revenue_usd
from (
    select
        estimates.*,
        listed.product_id is not null and currency = 'USD'
        and (downloads > 0 or revenue > 0)
        and estimated_on >= coalesce(from_on, estimated_on)
        and estimated_on <= coalesce(to_on, estimated_on) as is_counted
    from raw.appfigures_estimates as estimates
    left join listed using (product_id)
)
group by all;

with

facts as (
    select country_code, estimated_on as day_on, sum(downloads) as downloads,
        sum(revenue_usd) as revenue_usd
    from marts.fct_app_estimates_daily
    group by all
),

facts_unlike_loads as (
    select country_code, day_on, load_id, facts.downloads, said.downloads as should_be,
        facts.revenue_usd, said.revenue_usd as revenue_should_be
    from covered
    left join said using (load_id, country_code, day_on)
    left join facts using (country_code, day_on)
    where
        load_id in (select load_id from said)
        and (coalesce(facts.downloads, 0), coalesce(facts.revenue_usd, 0))
        <> (coalesce(said.downloads, 0), coalesce(said.revenue_usd, 0))
),

uncovered as (
    from facts
    anti join covered using (country_code, day_on)
),

standing as (
    select country_code, date_trunc('month', estimated_on) as month_start_on,
        sum(hash(app_id, store, estimated_on, vendor, downloads, revenue_usd)) as fingerprint
    from marts.fct_app_estimates_versions
    where known_to_at is null and not is_vanished
    group by all
),

facts_of_months as (
    select country_code, date_trunc('month', estimated_on) as month_start_on,
        sum(hash(app_id, store, estimated_on, vendor, downloads, revenue_usd)) as fingerprint
    from marts.fct_app_estimates_daily
    group by all
),

facts_unlike_versions as (
    select country_code, month_start_on
    from standing
    full join facts_of_months as facts using (country_code, month_start_on)
    where standing.fingerprint is distinct from facts.fingerprint
),

-- A version stands until the next one is known.
versions_unlike_next as (
    select app_id, country_code, store, estimated_on, known_to_at
    from marts.fct_app_estimates_versions as versions
    anti join marts.fct_app_estimates_versions as next
        on
            next.app_id = versions.app_id
            and next.country_code = versions.country_code
            and next.store = versions.store
            and next.vendor = versions.vendor
            and next.estimated_on = versions.estimated_on
            and next.known_from_at = versions.known_to_at
    where versions.known_to_at is not null
),

versions_of_months as (
    select date_trunc('month', estimated_on) as month_start_on, geography_level, vendor,
        coalesce(sum(downloads) filter (where version_number = 1), 0) as downloads,
        coalesce(sum(revenue_usd) filter (where version_number = 1), 0) as revenue_usd,
        coalesce(sum(downloads) filter (where is_newest), 0) as newest_downloads,
        coalesce(sum(revenue_usd) filter (where is_newest), 0) as newest_revenue_usd,
        count(*) filter (where version_number > 1 and not is_vanished) as restatements
    from (
        select *, known_to_at is null and not is_vanished as is_newest
        from marts.fct_app_estimates_versions
    )
    group by all
),

revisions_unlike_versions as (
    select month_start_on, geography_level, reports.first_said_revenue_usd,
        versions.revenue_usd as should_be, reports.revenue_revision_pct,
        change_of(reports.newest_revenue_usd, reports.first_said_revenue_usd) as pct_should_be
    from marts.rpt_estimate_revisions as reports
    full join versions_of_months as versions using (month_start_on, geography_level, vendor)
    where
        (reports.first_said_downloads, reports.first_said_revenue_usd, reports.restatements,
        reports.newest_downloads, reports.newest_revenue_usd, reports.downloads_revision,
        reports.revenue_revision_usd)
        is distinct from
        (versions.downloads, versions.revenue_usd, versions.restatements,
        versions.newest_downloads, versions.newest_revenue_usd,
        versions.newest_downloads - versions.downloads,
        versions.newest_revenue_usd - versions.revenue_usd)
        or differs(
            reports.revenue_revision_pct,
            change_of(reports.newest_revenue_usd, versions.revenue_usd),
            0.0002
        )
        or differs(
            reports.downloads_revision_pct,
            change_of(reports.newest_downloads, versions.downloads),
            0.0002
        )
),

coverage_unlike_loads as (
    select coalesce(covered.country_code, facts.country_code) as country_code,
        coalesce(covered.day_on, facts.covered_on) as day_on
    from covered
    full join marts.fct_estimate_coverage as facts
        on facts.country_code = covered.country_code and facts.covered_on = covered.day_on
    where covered.day_on is null or facts.covered_on is null
),

days_unlike_calendar as (
    select day_on, calendar.week_label, calendar.month_label, calendar.quarter_label
    from (select distinct day_on from covered) as days
    left join marts.dim_calendar as calendar on calendar.date_on = days.day_on
    where
        (week_label, month_label, quarter_label, week_start_on, month_end_on)
        is distinct from (
            strftime(day_on, '%G-W%V'), strftime(day_on, '%Y-%m'),
            year(day_on) || 'Q' || quarter(day_on), cast(date_trunc('week', day_on) as date),
            last_day(day_on)
        )
),

countries_unlike_list as (
    select country_code, countries.region, lists.region as should_be
    from marts.dim_country as countries
    full join seeds.countries as lists using (country_code)
    where
        (countries.region, countries.country_name_en)
        is distinct from (lists.region, lists.name_en)
),

charts as (
    select country_code, ranked_on as day_on, arg_max(load_id, (said_at, load_seq)) as load_id
    from (
        select *, cast(unnest(range(start_on, end_on + 1, interval 1 day)) as date) as ranked_on
        from raw.load_coverage
        where dataset = 'appfigures.ranks'
    )
    group by all
),

-- An app may have several products in a chart; the best place counts. A sum of places alone would
-- not show two apps that have each other's place.
places_said as (
    select country_code, day_on, load_id, chart, device, count(distinct (app_id, category_id))
        as apps, sum(hash(app_id, category_id, chart_rank) % 1000003) as fingerprint
    from (
        select load_id, country_code, ranked_on as day_on, subtype as chart, device, category_id,
            app_id, min(rank) as chart_rank
        from raw.appfigures_ranks
        inner join listed using (product_id)
        where
            ranked_on >= coalesce(from_on, ranked_on) and ranked_on <= coalesce(to_on, ranked_on)
        group by all
    )
    inner join charts using (country_code, day_on, load_id)
    group by all
),

places_kept as (
    select country_code, ranked_on as day_on, chart, device, count(*) as apps,
        sum(hash(app_id, category_id, chart_rank) % 1000003) as fingerprint
    from marts.fct_app_ranks_daily
    group by all
),

ranks_unlike_loads as (
    select country_code, day_on, chart, device, kept.apps, said.apps as should_be,
        kept.fingerprint, said.fingerprint as fingerprint_should_be
    from places_said as said
    left join places_kept as kept using (country_code, day_on, chart, device)
    where (kept.apps, kept.fingerprint) is distinct from (said.apps, said.fingerprint)
)

select
    (select count(*) from facts) as row_count,
    (select count(*) from facts_unlike_loads) as facts_unlike_loads,
    (select list(s) from (from facts_unlike_loads order by all limit 5) as s)
        as facts_unlike_loads_samples,
    (select count(*) from uncovered) as facts_without_coverage,
    (select list(s) from (from uncovered order by all limit 5) as s)
        as facts_without_coverage_samples,
    (select count(*) from facts_unlike_versions) as facts_unlike_versions,
    (select list(s) from (from facts_unlike_versions order by all limit 5) as s)
        as facts_unlike_versions_samples,
    (select count(*) from versions_unlike_next) as versions_unlike_next,
    (select list(s) from (from versions_unlike_next order by all limit 5) as s)
        as versions_unlike_next_samples,
    (select count(*) from revisions_unlike_versions) as revisions_unlike_versions,
    (select list(s) from (from revisions_unlike_versions order by all limit 5) as s)
        as revisions_unlike_versions_samples,
    (select count(*) from coverage_unlike_loads) as coverage_unlike_loads,
    (select list(s) from (from coverage_unlike_loads order by all limit 5) as s)
        as coverage_unlike_loads_samples,
    (select count(*) from days_unlike_calendar) as days_unlike_calendar,
    (select list(s) from (from days_unlike_calendar order by all limit 5) as s)
        as days_unlike_calendar_samples,
    (select count(*) from countries_unlike_list) as countries_unlike_list,
    (select list(s) from (from countries_unlike_list order by all limit 5) as s)
        as countries_unlike_list_samples,
    (select count(*) from ranks_unlike_loads) as ranks_unlike_loads,
    (select list(s) from (from ranks_unlike_loads order by all limit 5) as s)
        as ranks_unlike_loads_samples
