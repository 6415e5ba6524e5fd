-- Facts and dimensions against the accepted loads, the versions and the reviewed lists.
-- Reads the temporary tables of marts.1_periods.
create or replace temp table newest_products as
select
    lists.product_id,
    coalesce(unified_app_id, 'product:' || lists.product_id) as app_id,
    coalesce(unified_app_name, name) as app_name,
    coalesce(unified_publisher, developer) as publisher,
    store,
    coverage.said_at,
    coverage.load_seq
from raw.appfigures_products as lists
inner join raw.load_coverage as coverage using (load_id)
where coverage.dataset = 'appfigures.products'
qualify row_number() over (
    partition by lists.product_id order by coverage.said_at desc, coverage.load_seq desc
) = 1;

-- The weight of a listing shows figures that two apps or stores have exchanged: their plain sum is
-- the same.
create or replace temp table listed as
select
    products.product_id,
    products.app_id,
    products.store,
    cast(hash(products.app_id, products.store) % 1009 as integer) as weight,
    apps.in_universe_from_on as from_on,
    apps.in_universe_to_on as to_on
from newest_products as products
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
    coalesce(sum(revenue) filter (where is_counted), 0) as revenue_usd,
    coalesce(sum(downloads * weight) filter (where is_counted), 0) as weighed_downloads,
    coalesce(sum(revenue * weight) filter (where is_counted), 0) as weighed_usd
from (
    select
        estimates.*,
        listed.weight,
        listed.product_id is not null and currency = 'USD'
        and (downloads > 0 or revenue > 0)
        and estimated_on >= coalesce(from_on, estimated_on)
        and estimated_on <= coalesce(to_on, estimated_on) as is_counted
    from raw.appfigures_estimates as estimates
    left join listed using (product_id)
)
group by all;

-- The loads that were the newest about a day for some time, in their order. A replay of something
-- older never was, nor was a load whose successor was accepted in the same instant.
create or replace temp table slices as
select *, row_number() over (partition by country_code, day_on order by known_from_at) as number
from (
    select country_code, day_on, accepted_at as known_from_at,
        arg_max(load_id, (said_at, load_seq)) as load_id, max(said_at) as said_at
    from (
        select *, (said_at, load_seq) = max((said_at, load_seq)) over (
            partition by country_code, day_on order by accepted_at
        ) as is_newest_yet
        from (
            select *, cast(unnest(range(start_on, end_on + 1, interval 1 day)) as date) as day_on
            from raw.load_coverage
            where dataset = 'appfigures.estimates'
        )
    )
    where is_newest_yet
    group by all
);

with

facts as (
    select country_code, estimated_on as day_on, sum(downloads) as downloads,
        sum(revenue_usd) as revenue_usd, sum(downloads * weight) as weighed_downloads,
        sum(revenue_usd * weight) as weighed_usd,
        min((load_id, said_at, maturity)) as first_statement,
        max((load_id, said_at, maturity)) as last_statement
    from (
        select *, cast(hash(app_id, store) % 1009 as integer) as weight
        from marts.fct_app_estimates_daily
    )
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
        and (coalesce(facts.downloads, 0), coalesce(facts.revenue_usd, 0),
        coalesce(facts.weighed_downloads, 0), coalesce(facts.weighed_usd, 0))
        <> (coalesce(said.downloads, 0), coalesce(said.revenue_usd, 0),
        coalesce(said.weighed_downloads, 0), coalesce(said.weighed_usd, 0))
),

statements_unlike_loads as (
    select country_code, day_on, covered.load_id, first_statement, last_statement
    from facts
    inner join covered using (country_code, day_on)
    cross join (
        from raw.ops_datasets where dataset = 'appfigures.estimates'
    )
    where
        first_statement <> last_statement
        or first_statement <> (
            covered.load_id, covered.said_at,
            if(said_on - day_on < settles_after_days, 'provisional', 'settled')
        )
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

weighed_versions as (
    select *, cast(hash(app_id, store) % 1009 as integer) as weight
    from marts.fct_app_estimates_versions
),

-- What stood after each version began: all that began until then, less all that has ended.
states as (
    select country_code, day_on, begins_at, sum(downloads) over until_then as downloads,
        sum(revenue_usd) over until_then as revenue_usd
    from (
        select country_code, estimated_on as day_on, known_from_at as begins_at,
            coalesce(sum(downloads * weight), 0) as downloads,
            coalesce(sum(revenue_usd * weight), 0) as revenue_usd
        from weighed_versions
        group by all
        union all
        select country_code, estimated_on, known_to_at, -coalesce(sum(downloads * weight), 0),
            -coalesce(sum(revenue_usd * weight), 0)
        from weighed_versions
        where known_to_at is not null
        group by all
    )
    window until_then as (partition by country_code, day_on order by begins_at)
),

versions_unlike_loads as (
    select country_code, day_on, slices.load_id, slices.known_from_at,
        states.downloads as weighed_downloads, said.weighed_downloads as should_be
    from slices
    left join said using (load_id, country_code, day_on)
    asof left join states
        on
            states.country_code = slices.country_code
            and states.day_on = slices.day_on
            and states.begins_at <= slices.known_from_at
    where
        slices.load_id in (select load_id from said)
        and (coalesce(states.downloads, 0), coalesce(states.revenue_usd, 0))
        <> (coalesce(said.weighed_downloads, 0), coalesce(said.weighed_usd, 0))
    union all
    select country_code, day_on, load_id, known_from_at, number, null
    from (
        select distinct country_code, estimated_on as day_on, load_id, said_at, known_from_at,
            version_number as number
        from marts.fct_app_estimates_versions
    ) as versions
    anti join slices using (country_code, day_on, load_id, said_at, known_from_at, number)
),

versions_of_months as (
    select date_trunc('month', estimated_on) as month_start_on, geography_level, vendor,
        coalesce(sum(downloads) filter (where version_number = 1), 0) as downloads,
        coalesce(sum(revenue_usd) filter (where version_number = 1), 0) as revenue_usd,
        coalesce(sum(downloads) filter (where is_newest), 0) as newest_downloads,
        coalesce(sum(revenue_usd) filter (where is_newest), 0) as newest_revenue_usd,
        count(*) filter (where version_number > 1 and not is_vanished) as restatements,
        count(*) filter (where version_number = 1) as estimates,
        count(*) filter (where is_newest) as newest_estimates,
        count(*) filter (where is_vanished and known_to_at is null) as vanished_estimates,
        max(said_at) filter (where version_number > 1) as last_revised_at
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
        (reports.first_said_estimates, reports.newest_estimates, reports.vanished_estimates,
        reports.last_revised_at)
        is distinct from
        (versions.estimates, versions.newest_estimates, versions.vanished_estimates,
        versions.last_revised_at)
        or (reports.first_said_downloads, reports.first_said_revenue_usd, reports.restatements,
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
        coalesce(covered.day_on, facts.covered_on) as day_on, facts.known_from_at,
        covered.known_from_at as should_be
    from covered
    full join marts.fct_estimate_coverage as facts
        on facts.country_code = covered.country_code and facts.covered_on = covered.day_on
    where
        covered.day_on is null
        or facts.covered_on is null
        or covered.known_from_at <> facts.known_from_at
        or facts.vendor not in (select vendor from marts.fct_app_estimates_daily)
),

days_unlike_calendar as (
    select day_on, calendar.week_label, calendar.month_label, calendar.quarter_label
    from (select distinct day_on from covered) as days
    left join marts.dim_calendar as calendar on calendar.date_on = days.day_on
    where
        (calendar_year, iso_weekday, week_label, month_label, quarter_label, week_start_on,
        week_end_on, month_start_on, month_end_on, quarter_start_on, quarter_end_on)
        is distinct from (
            year(day_on), isodow(day_on), strftime(day_on, '%G-W%V'), strftime(day_on, '%Y-%m'),
            year(day_on) || 'Q' || quarter(day_on), cast(date_trunc('week', day_on) as date),
            cast(date_trunc('week', day_on) as date) + 6, cast(date_trunc('month', day_on) as date),
            last_day(day_on), cast(date_trunc('quarter', day_on) as date),
            last_day(cast(date_trunc('quarter', day_on) + interval 2 month as date))
        )
),

countries_unlike_list as (
    select country_code, countries.region, lists.region as should_be
    from marts.dim_country as countries
    full join seeds.countries as lists using (country_code)
    where
        (countries.region, countries.country_name_en, countries.country_name_zh,
        countries.m49_subregion, countries.geography_level, countries.source)
        is distinct from
        (lists.region, lists.name_en, lists.name_zh, lists.m49_subregion,
        if(country_code = 'ZZ', 'world', 'country'), lists.source)
)

select
    (select count(*) from facts) as row_count,
    (select count(*) from facts_unlike_loads) as facts_unlike_loads,
    (select list(s) from (from facts_unlike_loads order by all limit 5) as s)
        as facts_unlike_loads_samples,
    (select count(*) from statements_unlike_loads) as statements_unlike_loads,
    (select list(s) from (from statements_unlike_loads order by all limit 5) as s)
        as statements_unlike_loads_samples,
    (select count(*) from uncovered) as facts_without_coverage,
    (select list(s) from (from uncovered order by all limit 5) as s)
        as facts_without_coverage_samples,
    (select count(*) from facts_unlike_versions) as facts_unlike_versions,
    (select list(s) from (from facts_unlike_versions order by all limit 5) as s)
        as facts_unlike_versions_samples,
    (select count(*) from versions_unlike_loads) as versions_unlike_loads,
    (select list(s) from (from versions_unlike_loads order by all limit 5) as s)
        as versions_unlike_loads_samples,
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
        as countries_unlike_list_samples
