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

-- The countries that a geography needs a day of: World ex-China and Other both the world and China, a
-- region any of its countries.
members as (
    select 'World' as geography, ['ZZ'] as country_codes
    union all
    select wholes.geography, ['ZZ', 'CN']
    from (values ('World ex-China'), ('Other')) as wholes (geography)
    union all
    select country_code, [country_code] from answered where country_code <> 'ZZ' group by all
    union all
    select region, [country_code]
    from answered
    inner join marts.dim_country as countries using (country_code)
    where country_code not in ('ZZ', 'CN') and region is not null
    group by all
),

-- Those with a day that the accepted loads still cover.
lost as (
    select distinct gone.period_label, gone.geography
    from gone
    inner join members on members.geography = gone.geography
    inner join answered
        on
            list_contains(members.country_codes, answered.country_code)
            and answered.answered_on between gone.period_start_on and gone.period_end_on
    group by gone.period_label, gone.geography, members.country_codes, answered.answered_on
    having count(*) = len(members.country_codes)
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
    ) as days_behind
