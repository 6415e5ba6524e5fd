-- All marts together, compared with those published last (`previous`) and with accepted loads.
with

sizes as (
    select 'week' as period_kind, * from marts.rpt_market_size_weekly
    union all by name
    select 'month' as period_kind, * from marts.rpt_market_size_monthly
    union all by name
    select 'quarter' as period_kind, * from marts.rpt_market_size_quarterly
),

previous_sizes as (
    select 'week' as period_kind, * from previous.rpt_market_size_weekly
    union all by name
    select 'month' as period_kind, * from previous.rpt_market_size_monthly
    union all by name
    select 'quarter' as period_kind, * from previous.rpt_market_size_quarterly
),

-- Periods that were published and are gone.
gone as (
    select
        before.period_kind,
        before.period_label,
        before.period_start_on,
        before.period_end_on,
        before.geography
    from previous_sizes as before
    anti join sizes as now
        on
            now.period_kind = before.period_kind
            and now.period_start_on = before.period_start_on
            and now.geography = before.geography
            and now.vendor = before.vendor
            and now.revenue_basis = before.revenue_basis
            and now.currency = before.currency
),

answered as (
    select distinct country_code, cast(unnest(range(start_on, end_on + 1, interval 1 day)) as date)
        as answered_on
    from raw.load_coverage
    where dataset = 'appfigures.estimates'
),

asked_countries as (
    select distinct country_code from answered
),

-- The countries of a geography; Other and the regions need all asked countries.
members as (
    select geographies.geography, asked_countries.country_code
    from (select distinct geography from gone) as geographies
    inner join asked_countries
        on case
            when geographies.geography = 'World' then asked_countries.country_code = 'ZZ'
            when geographies.geography = 'World ex-China'
                then asked_countries.country_code in ('ZZ', 'CN')
            when regexp_full_match(geographies.geography, '[A-Z]{2}')
                then asked_countries.country_code = geographies.geography
            else true
        end
),

-- Those of them with a day that the accepted loads still cover.
lost as (
    select distinct gone.period_label, gone.geography
    from gone
    inner join members on members.geography = gone.geography
    inner join answered
        on
            answered.country_code = members.country_code
            and answered.answered_on between gone.period_start_on and gone.period_end_on
    group by gone.period_label, gone.geography, answered.answered_on
    having count(*) >= (
        select case
            when gone.geography = 'World ex-China' then 2
            when gone.geography = 'World' or regexp_full_match(gone.geography, '[A-Z]{2}') then 1
            else (select count(*) from asked_countries)
        end
    )
),

taken_away as (
    select distinct period_label, geography from gone
    except
    select period_label, geography from lost
),

spans as (
    select
        app_id,
        in_universe_from_on as from_on,
        in_universe_to_on as to_on,
        not in_universe and in_universe_from_on is null and in_universe_to_on is null as is_never_in
    from marts.dim_app
),

previous_spans as (
    select
        app_id,
        in_universe_from_on as from_on,
        in_universe_to_on as to_on,
        not in_universe and in_universe_from_on is null and in_universe_to_on is null as is_never_in
    from previous.dim_app
),

-- Apps that the reviewed file has moved in or out since; the comparison leaves them out.
moved_apps as (
    select app_id
    from spans
    full join previous_spans as before using (app_id)
    where
        spans.from_on is distinct from before.from_on
        or spans.to_on is distinct from before.to_on
        or coalesce(spans.is_never_in, false) <> coalesce(before.is_never_in, false)
),

moved as (
    select geography, period_start_on, sum(downloads) as downloads, sum(revenue_usd) as revenue_usd
    from marts.rpt_app_leaderboard_monthly
    where app_id in (select app_id from moved_apps)
    group by geography, period_start_on
),

previous_moved as (
    select geography, period_start_on, sum(downloads) as downloads, sum(revenue_usd) as revenue_usd
    from previous.rpt_app_leaderboard_monthly
    where app_id in (select app_id from moved_apps)
    group by geography, period_start_on
),

-- Per covered day, so that a month that is not complete yet can be compared too.
months as (
    select
        now.period_label,
        now.period_start_on,
        now.geography,
        now.geography in ('World', 'World ex-China') as is_world,
        regexp_full_match(now.geography, '[A-Z]{2}') as is_country,
        now.maturity = 'settled'
        and before.maturity = 'settled'
        and now.completeness_ratio = before.completeness_ratio as is_settled,
        least(now.completeness_ratio, before.completeness_ratio) as least_completeness_ratio,
        exists (
            from previous.withdrawn_loads as loads
            where
                loads.dataset = 'appfigures.products'
                or (
                    loads.dataset = 'appfigures.estimates'
                    and loads.start_on <= now.period_end_on
                    and loads.end_on >= now.period_start_on
                )
        ) as is_withdrawn,
        unnest([
            {
                'metric': 'downloads',
                'previous': before.downloads / before.completeness_ratio,
                'now': now.downloads / now.completeness_ratio,
                'previous_like': (before.downloads - coalesce(previous_moved.downloads, 0))
                / before.completeness_ratio,
                'now_like': (now.downloads - coalesce(moved.downloads, 0))
                / now.completeness_ratio
            },
            {
                'metric': 'revenue_usd',
                'previous': before.revenue_usd / before.completeness_ratio,
                'now': now.revenue_usd / now.completeness_ratio,
                'previous_like': (before.revenue_usd - coalesce(previous_moved.revenue_usd, 0))
                / before.completeness_ratio,
                'now_like': (now.revenue_usd - coalesce(moved.revenue_usd, 0))
                / now.completeness_ratio
            }
        ], recursive := true)
    from marts.rpt_market_size_monthly as now
    inner join previous.rpt_market_size_monthly as before
        on
            now.period_start_on = before.period_start_on
            and now.geography = before.geography
            and now.vendor = before.vendor
            and now.revenue_basis = before.revenue_basis
            and now.currency = before.currency
    left join moved
        on moved.geography = now.geography and moved.period_start_on = now.period_start_on
    left join previous_moved
        on
            previous_moved.geography = now.geography
            and previous_moved.period_start_on = now.period_start_on
),

-- A figure below 1 counts as 1, so that a fall to zero has a finite factor.
changes as (
    select
        months.*,
        cast(
            greatest(months.previous_like, months.now_like, 1)
            / greatest(least(months.previous_like, months.now_like), 1) as decimal(18, 4)
        ) as factor,
        100
        * abs((months.now - months.previous) - (months.now_like - months.previous_like))
        / nullif(months.previous, 0) as universe_pct,
        greatest(months.previous / nullif(world.previous, 0), months.now / nullif(world.now, 0))
        >= 0.01 as is_one_percent
    from months
    left join months as world
        on
            world.geography = 'World'
            and world.period_start_on = months.period_start_on
            and world.metric = months.metric
),

told as (
    select
        {
            'month': period_label,
            'geography': geography,
            'metric': metric,
            'previous': round(previous_like, 2),
            'now': round(now_like, 2)
        } as month,
        {
            'month': period_label,
            'geography': geography,
            'metric': metric,
            'previous': round(previous, 2),
            'now': round(now, 2)
        } as whole_month,
        factor,
        universe_pct,
        case
            when is_withdrawn then case when is_world then 'withdrawn' end
            when is_world and is_settled then 'settled_world'
            when is_world and least_completeness_ratio >= 0.2 then 'unsettled_world'
            when is_country and is_settled and is_one_percent then 'settled_country'
        end as kind,
        is_world and least_completeness_ratio >= 0.2 as tells_universe
    from changes
),

stale as (
    select
        coverage.dataset,
        max(coverage.end_on) as newest_day_on,
        max(build.built_on) - max(coverage.end_on) as age_days,
        max(datasets.stale_after_days) as patience_days
    from raw.load_coverage as coverage
    inner join raw.ops_datasets as datasets on datasets.dataset = coverage.dataset
    cross join build
    group by coverage.dataset
    having age_days > patience_days
),

emptied as (
    select mart, previous_row_count
    from previous.mart_rows
    where row_count = 0 and previous_row_count > 0 and not is_empty_by_right
),

shrunk as (
    select mart, previous_row_count, row_count
    from previous.mart_rows
    where
        row_count < 0.8 * previous_row_count
        and (row_count > 0 or is_empty_by_right)
),

-- Facts and reports of this build: the reports' figures, each row a sum over a span of days.
reported as (
    select 'rpt_market_size_' || period_kind || 'ly' as mart, period_label, period_start_on,
        period_end_on, geography, vendor, revenue_basis, currency, downloads, revenue_usd
    from sizes
    union all by name
    select 'rpt_country_monthly' as mart, period_label, period_start_on, period_end_on,
        country_code as geography, vendor, revenue_basis, currency, downloads, revenue_usd
    from marts.rpt_country_monthly
    union all by name
    select mart, period_label, period_start_on, period_end_on, geography, vendor, revenue_basis,
        currency, sum(downloads) as downloads, sum(revenue_usd) as revenue_usd
    from (
        select 'rpt_app_leaderboard_weekly' as mart, * from marts.rpt_app_leaderboard_weekly
        union all by name
        select 'rpt_app_leaderboard_monthly' as mart, * from marts.rpt_app_leaderboard_monthly
    )
    -- Differences may be negative for an app; such an app has no place.
    where geography not in ('World ex-China', 'Other')
    group by all
    union all by name
    select 'rpt_estimate_revisions' as mart, strftime(month_start_on, '%Y-%m') as period_label,
        month_start_on as period_start_on, last_day(month_start_on) as period_end_on,
        'all of level ' || geography_level as geography, vendor, revenue_basis, currency,
        newest_downloads as downloads, newest_revenue_usd as revenue_usd
    from marts.rpt_estimate_revisions
),

reported_days as (
    select * exclude (downloads, revenue_usd), cast(unnest(
        range(period_start_on, period_end_on + 1, interval 1 day)
    ) as date) as day_on
    from reported
),

fact_days as (
    select country_code, estimated_on as day_on, vendor, revenue_basis, currency,
        sum(downloads) as downloads, sum(revenue_usd) as revenue_usd
    from marts.fct_app_estimates_daily
    group by all
),

-- Which countries a geography adds, or subtracts from the world.
parts as (
    select 'World' as geography, country_code, 1 as sign from asked_countries
    where country_code = 'ZZ'
    union all
    select country_code, country_code, 1 from asked_countries
    where country_code <> 'ZZ'
    union all
    select countries.region, asked_countries.country_code, 1
    from asked_countries
    inner join marts.dim_country as countries using (country_code)
    where country_code not in ('ZZ', 'CN') and countries.region is not null
    union all
    select wholes.geography, country_code, if(country_code = 'ZZ', 1, -1)
    from asked_countries
    cross join (values ('World ex-China'), ('Other')) as wholes (geography)
    where
        (wholes.geography = 'Other' or country_code in ('ZZ', 'CN'))
        and (select count(*) from asked_countries where country_code in ('ZZ', 'CN')) = 2
),

-- A geography is known on the days on which all its countries are known.
known_days as (
    select parts.geography, answered.answered_on as day_on
    from parts
    inner join answered using (country_code)
    group by parts.geography, answered.answered_on
    having count(*) = (select count(*) from parts as all_parts where all_parts.geography = parts.geography)
),

geography_facts as (
    select parts.geography, day_on, vendor, revenue_basis, currency,
        sum(parts.sign * downloads) as downloads, sum(parts.sign * revenue_usd) as revenue_usd
    from fact_days
    inner join parts using (country_code)
    semi join known_days
        on known_days.geography = parts.geography and known_days.day_on = fact_days.day_on
    group by all
    union all
    select 'all of level ' || if(country_code = 'ZZ', 'world', 'country'), day_on, vendor,
        revenue_basis, currency, sum(downloads), sum(revenue_usd)
    from fact_days
    group by all
),

-- Which geographies each report is about.
scopes as (
    select mart, geography
    from (select distinct geography from geography_facts) as geographies
    cross join (
        values
            ('rpt_market_size_weekly'), ('rpt_market_size_monthly'), ('rpt_market_size_quarterly'),
            ('rpt_app_leaderboard_weekly'), ('rpt_app_leaderboard_monthly'),
            ('rpt_country_monthly'), ('rpt_estimate_revisions')
    ) as reports (mart)
    where
        case mart
            when 'rpt_estimate_revisions' then starts_with(geography, 'all of level ')
            when 'rpt_country_monthly' then length(geography) = 2
            else not starts_with(geography, 'all of level ')
        end
        and not (
            starts_with(mart, 'rpt_app_leaderboard_') and geography in ('World ex-China', 'Other')
        )
),

-- What the reports should say; facts that no period of a report covers have no period.
fact_periods as (
    select scopes.mart, facts.geography, facts.vendor, facts.revenue_basis, facts.currency,
        days.period_start_on, min(facts.day_on) as first_day_on,
        sum(facts.downloads) as downloads, sum(facts.revenue_usd) as revenue_usd
    from scopes
    inner join geography_facts as facts using (geography)
    left join reported_days as days
        on
            days.mart = scopes.mart
            and days.geography = facts.geography
            and days.vendor = facts.vendor
            and days.revenue_basis = facts.revenue_basis
            and days.currency = facts.currency
            and days.day_on = facts.day_on
    group by all
),

unlike_facts as (
    select
        coalesce(reported.mart, facts.mart) as mart,
        coalesce(reported.period_label, strftime(facts.first_day_on, '%Y-%m')) as month,
        coalesce(reported.geography, facts.geography) as geography,
        coalesce(facts.downloads, 0) as downloads_of_facts,
        coalesce(reported.downloads, 0) as downloads_of_report,
        coalesce(facts.revenue_usd, 0) as revenue_usd_of_facts,
        coalesce(reported.revenue_usd, 0) as revenue_usd_of_report
    from reported
    full join fact_periods as facts
        on
            facts.mart = reported.mart
            and facts.geography = reported.geography
            and facts.vendor = reported.vendor
            and facts.revenue_basis = reported.revenue_basis
            and facts.currency = reported.currency
            and facts.period_start_on = reported.period_start_on
    where
        downloads_of_facts <> downloads_of_report
        or revenue_usd_of_facts <> revenue_usd_of_report
)

select
    (select sum(row_count) from previous.mart_rows) as row_count,
    (select count(*) from emptied) as marts_emptied,
    (select list(e) from (from emptied order by all limit 5) as e) as marts_emptied_samples,
    (select count(*) from shrunk) as marts_shrunk,
    (select list(s) from (from shrunk order by all limit 5) as s) as marts_shrunk_samples,
    (select count(*) from lost) as periods_lost,
    (select list(l) from (from lost order by all limit 5) as l) as periods_lost_samples,
    (select count(*) from taken_away) as periods_taken_away,
    (select list(t) from (from taken_away order by all limit 5) as t) as periods_taken_away_samples,
    (select cast(max(factor) as double) from told where kind = 'settled_world') as settled_world_factor,
    (
        select list(month order by factor desc, month)[:5]
        from told where kind = 'settled_world' and factor > 1.1
    ) as settled_world_factor_samples,
    (select cast(max(factor) as double) from told where kind = 'settled_country') as settled_country_factor,
    (
        select list(month order by factor desc, month)[:5]
        from told where kind = 'settled_country' and factor > 1.25
    ) as settled_country_factor_samples,
    (select cast(max(factor) as double) from told where kind = 'unsettled_world') as unsettled_world_factor,
    (
        select list(month order by factor desc, month)[:5]
        from told where kind = 'unsettled_world' and factor > 1.5
    ) as unsettled_world_factor_samples,
    (select cast(max(factor) as double) from told where kind = 'withdrawn') as withdrawn_factor,
    (
        select list(month order by factor desc, month)[:5]
        from told where kind = 'withdrawn' and factor > 1.1
    ) as withdrawn_factor_samples,
    (select cast(max(universe_pct) as double) from told where tells_universe) as universe_change_pct,
    (
        select list(whole_month order by universe_pct desc, whole_month)[:5]
        from told where tells_universe and universe_pct > 1
    ) as universe_change_pct_samples,
    (select count(*) from stale) as stale_datasets,
    (select list(s) from (from stale order by all limit 5) as s) as stale_datasets_samples,
    (
        (select max(answered_on) from answered)
        - (select max(estimated_on) from marts.fct_app_estimates_daily)
    ) as days_behind,
    (select count(*) from unlike_facts) as periods_unlike_facts,
    (select list(u) from (from unlike_facts order by month, mart, geography limit 5) as u) as periods_unlike_facts_samples
