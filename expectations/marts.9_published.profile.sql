-- The same days in this build and in the published one, country by country, as the month fills.
-- Complete and settled months are compared by the suite of all marts.
with

spans as (
    select app_id, in_universe, in_universe_from_on, in_universe_to_on from marts.dim_app
),

-- Apps that the reviewed file has moved in or out since; the comparison leaves them out.
moved_apps as (
    select app_id
    from spans
    inner join previous.dim_app as before using (app_id)
    where
        (spans.in_universe, spans.in_universe_from_on, spans.in_universe_to_on)
        is distinct from (before.in_universe, before.in_universe_from_on, before.in_universe_to_on)
),

-- The newest week is still empty or late at the source, so it moves for other reasons.
recent as (
    select date_trunc('month', max(estimated_on)) - interval 2 month as first_on,
        max(estimated_on) - 7 as last_on
    from previous.fct_app_estimates_daily
),

days_before as (
    select country_code, estimated_on, sum(downloads) as downloads, sum(revenue_usd) as revenue_usd
    from previous.fct_app_estimates_daily
    where
        estimated_on between (select first_on from recent) and (select last_on from recent)
        and app_id not in (select app_id from moved_apps)
    group by all
),

days_now as (
    select country_code, estimated_on, sum(downloads) as downloads, sum(revenue_usd) as revenue_usd
    from marts.fct_app_estimates_daily
    where
        estimated_on between (select first_on from recent) and (select last_on from recent)
        and app_id not in (select app_id from moved_apps)
    group by all
),

settled as (
    select
        if(now.geography = 'World', 'ZZ', now.geography) as country_code,
        now.period_start_on as month_start_on
    from marts.rpt_market_size_monthly as now
    inner join previous.rpt_market_size_monthly as before
        using (geography, period_start_on, maturity, completeness_ratio)
    where maturity = 'settled'
),

months as (
    select
        country_code,
        date_trunc('month', estimated_on) as month_start_on,
        coalesce(sum(before.downloads), 0) as downloads_before,
        coalesce(sum(now.downloads), 0) as downloads,
        coalesce(sum(before.revenue_usd), 0) as revenue_before,
        coalesce(sum(now.revenue_usd), 0) as revenue_usd
    -- A country is compared on days that both builds cover: a backfill brings days that were not
    -- there before.
    from days_before as before
    left join days_now as now using (country_code, estimated_on)
    where
        (country_code, estimated_on) in (
            select (country_code, cast(unnest(range(start_on, end_on + 1, interval 1 day)) as date))
            from raw.load_coverage
            where dataset = 'appfigures.estimates'
        )
        and (country_code, date_trunc('month', estimated_on)) not in (
            select (country_code, month_start_on) from settled
        )
        and not exists (
            from previous.withdrawn_loads as loads
            where
                loads.dataset = 'appfigures.products'
                or (
                    loads.dataset = 'appfigures.estimates'
                    and estimated_on between loads.start_on and loads.end_on
                )
        )
    group by all
),

-- A figure below 1 counts as 1, so that a fall to zero has a finite factor.
changes as (
    select
        months.*,
        greatest(
            greatest(months.downloads, months.downloads_before, 1)
            / greatest(least(months.downloads, months.downloads_before), 1),
            greatest(months.revenue_usd, months.revenue_before, 1)
            / greatest(least(months.revenue_usd, months.revenue_before), 1)
        ) as factor,
        greatest(months.downloads / greatest(world.downloads, 1),
            months.downloads_before / greatest(world.downloads_before, 1)) >= 0.01 as is_one_percent
    from months
    left join (from months where country_code = 'ZZ') as world using (month_start_on)
)

select
    (select count(*) from marts.fct_app_estimates_daily) as row_count,
    (select cast(max(factor) as double) from changes where country_code = 'ZZ')
        as same_days_world_factor,
    (
        select list(c order by factor desc)[:5] from changes as c
        where country_code = 'ZZ' and factor > 1.15
    ) as same_days_world_factor_samples,
    (
        select cast(max(factor) as double) from changes
        where country_code <> 'ZZ' and is_one_percent
    ) as same_days_country_factor,
    (
        select list(c order by factor desc)[:5] from changes as c
        where country_code <> 'ZZ' and is_one_percent and factor > 1.3
    ) as same_days_country_factor_samples
