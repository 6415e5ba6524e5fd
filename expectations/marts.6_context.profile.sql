-- Forecasts and what they are compared with, held against loads, reviewed lists and the market.
-- Reads the temporary tables of marts.1_periods.
create or replace temp table forecasts as
from marts.fct_market_forecasts where metric = 'revenue';

create or replace temp table whole_months as
select
    geography,
    vendor,
    year(period_start_on) as year,
    count(*) as months,
    sum(should_be.revenue_usd) as revenue_usd,
    sum(period_end_on - period_start_on + 1) as days
from should_be
where period_kind = 'month' and completeness_ratio = 1 and maturity = 'settled'
group by all;

-- What the reports say about the figures that others publish, by period of month or quarter.
create or replace temp table figures as
select
    period_kind,
    period_label as period,
    geography,
    unnest([
        {'metric': 'apps', 'value': cast(active_apps as decimal(24, 6))},
        {'metric': 'downloads', 'value': cast(downloads as decimal(24, 6))},
        {'metric': 'revenue', 'value': cast(revenue_usd as decimal(24, 6))},
        {'metric': 'downloads_qoq', 'value': cast(downloads_growth_pct / 100 as decimal(24, 6))},
        {'metric': 'revenue_qoq', 'value': cast(revenue_growth_pct / 100 as decimal(24, 6))}
    ], recursive := true)
from sizes
where completeness_ratio = 1;

create or replace temp table named_figures as
select
    periods.period_kind,
    periods.period_label as period,
    periods.geography,
    apps.app_name as scope,
    cast(sum(app_periods.downloads) as decimal(24, 6)) as downloads,
    cast(sum(app_periods.revenue_usd) as decimal(24, 6)) as revenue_usd
from app_periods
inner join periods using (geography, period_kind, period_start_on)
inner join marts.dim_app as apps using (app_id)
where
    periods.completeness_ratio = 1
    and apps.app_name in (select scope from seeds.published_figures)
group by all;

with

quotes as (
    select vendor as publisher, published_on, geography, scope as segment, metric, unit,
        cast(period as int) as year, cast(value as decimal(20, 4)) as value
    from seeds.published_figures
    where period_type = 'year'
),

forecasts_unlike_sources as (
    select publisher, published_on, geography, segment, metric, year, facts.value
    from marts.fct_market_forecasts as facts
    anti join (
        select publisher, published_on, geography, segment, metric, unit, year, value, load_id,
            value_kind, is_lower_bound, value_basis
        from raw.omdia_forecasts
        union all by name
        select *, null as load_id from quotes
    ) as sources
        on
            (facts.publisher, facts.published_on, facts.geography, facts.segment, facts.metric,
            facts.unit, facts.year, facts.value, facts.load_id)
            is not distinct from
            (sources.publisher, sources.published_on, sources.geography, sources.segment,
            sources.metric, sources.unit, sources.year, sources.value, sources.load_id)
        -- A quoted figure has its kind from the model.
        and (
            facts.load_id is null
            or (facts.value_kind, facts.is_lower_bound, facts.value_basis)
            is not distinct from
            (sources.value_kind, sources.is_lower_bound, sources.value_basis)
        )
    union all
    select distinct publisher, published_on, null, null, null, null, null
    from raw.omdia_forecasts as loads
    anti join marts.fct_market_forecasts as facts using (publisher, published_on)
),

revised as (
    select
        *,
        lag(published_on) over same as previous_published_on,
        lag(value) over same as previous_value
    from forecasts
    window same as (
        partition by publisher, geography, segment, unit, value_basis, year order by published_on
    )
),

revisions as (
    select
        revised.*,
        fast.value as fast_value,
        fast.published_on as fast_published_on,
        row_number() over (
            partition by revised.publisher, revised.geography, revised.segment, revised.unit,
                revised.value_basis, revised.year, revised.published_on
            order by fast.published_on desc nulls last
        ) as recency
    from revised
    left join forecasts as fast
        on
            revised.segment = 'microdramas'
            and revised.geography = 'World'
            and fast.segment = 'FAST channels'
            and fast.publisher = revised.publisher
            and fast.geography = revised.geography
            and fast.unit = revised.unit
            and fast.value_basis = revised.value_basis
            and fast.year = revised.year
            and fast.published_on <= revised.published_on
),

revisions_unlike_editions as (
    select publisher, geography, segment, year, published_on, reports.value,
        edition.value as should_be, reports.previous_value,
        edition.previous_value as previous_should_be, reports.ratio_to_fast
    from marts.rpt_forecast_revisions as reports
    full join (from revisions where recency = 1) as edition
        using (publisher, geography, segment, unit, year, published_on)
    where
        (reports.value, reports.previous_value, reports.previous_published_on, reports.fast_value,
        reports.fast_published_on)
        is distinct from
        (edition.value, edition.previous_value, edition.previous_published_on, edition.fast_value,
        edition.fast_published_on)
        or differs(reports.revision_pct, change_of(edition.value, edition.previous_value), 0.0002)
        or differs(
            reports.ratio_to_fast, edition.value / nullif(edition.fast_value, 0), 0.0002
        )
),

context_unlike_market as (
    select reports.publisher, reports.published_on, reports.geography, reports.segment,
        reports.year, reports.forecast_usd,
        forecasts.value as should_be, reports.our_run_rate_usd, reports.our_months, reports.reason
    from marts.rpt_forecast_context as reports
    left join forecasts
        on
            forecasts.publisher = reports.publisher
            and forecasts.published_on = reports.published_on
            and forecasts.geography = reports.geography
            and forecasts.segment = reports.segment
            and forecasts.year = reports.year
            and forecasts.value_basis is not distinct from reports.forecast_basis
            and forecasts.unit = 'USD'
    left join whole_months as ours
        on
            ours.geography = reports.geography
            and ours.year = reports.year
            and ours.vendor = reports.our_vendor
    where
        reports.forecast_usd is distinct from forecasts.value
        or reports.our_months <> coalesce(ours.months, 0)
        or reports.our_revenue_usd is distinct from ours.revenue_usd
        or differs(
            reports.our_run_rate_usd,
            ours.revenue_usd * if(reports.year % 4 = 0, 366, 365) / ours.days,
            0.02
        )
        or reports.comparable <> (reports.reason is null)
        or reports.reason is distinct from case
            when ours.months is null then 'no_data'
            when reports.segment <> 'short-drama apps' then 'scope'
            when reports.forecast_basis <> reports.our_basis then 'basis'
            when ours.months < 12 then 'window'
            when forecasts.is_lower_bound then 'lower_bound'
        end
        or differs(
            reports.difference_pct,
            if(reports.comparable, change_of(reports.our_run_rate_usd, reports.forecast_usd), null),
            0.0002
        )
),

reconciled as (
    select
        reports.*,
        published.value,
        published.vendor = 'Omdia' as is_forecast,
        reports.metric in (
            'apps', 'downloads', 'revenue', 'downloads_qoq', 'revenue_qoq'
        ) and published.vendor <> 'Omdia' as is_market,
        coalesce(figures.value,
            if(reports.metric = 'downloads', named.downloads,
                if(reports.metric = 'revenue', named.revenue_usd, null))
        ) as should_be,
        case
            when
                reports.metric in (
                    'apps', 'minis_drama_apps', 'minis_game_apps', 'full_series_unlock_price',
                    'monthly_subscription_price_low', 'monthly_subscription_price_high',
                    'in_platform_discount'
                )
                then 0
            when reports.unit = 'ratio' then 0.003
            when published.vendor = 'Omdia' or (
                published.scope in (
                    'overseas short-drama apps (outside China)', 'short-drama apps'
                )
                and published.geography = 'World ex-China'
            ) then 0.005 * published.value
            else 0.01 * published.value
        end as tolerance
    from marts.rpt_vendor_reconciliation as reports
    left join seeds.published_figures as published using (fact_id)
    left join figures
        on
            published.scope in ('overseas short-drama apps (outside China)', 'short-drama apps')
            and figures.period_kind = published.period_type
            and figures.period = published.period
            and figures.geography = published.geography
            and figures.metric = published.metric
    left join named_figures as named
        on
            named.period_kind = published.period_type
            and named.period = published.period
            and named.geography = published.geography
            and named.scope = published.scope
),

reconciliation_unlike_figures as (
    select fact_id, published_value, value as published_should_be, our_value, should_be, status
    from reconciled
    where
        published_value is distinct from value
        or (comparable and is_market and our_value is distinct from should_be)
        or (status = 'no_data' and is_market and should_be is not null)
        or comparable <> (status in ('match', 'bound_holds', 'off'))
        or (comparable and status <> case
            when is_lower_bound then if(our_value >= value - tolerance, 'bound_holds', 'off')
            else if(abs(our_value - value) <= tolerance, 'match', 'off')
        end)
        or differs(
            difference_pct, if(comparable, change_of(our_value, value), null), 0.0002
        )
)

select
    (select count(*) from reconciled) as row_count,
    (select count(*) from forecasts_unlike_sources) as forecasts_unlike_sources,
    (select list(s) from (from forecasts_unlike_sources order by all limit 5) as s)
        as forecasts_unlike_sources_samples,
    (select count(*) from revisions_unlike_editions) as forecast_revisions_unlike_editions,
    (select list(s) from (from revisions_unlike_editions order by all limit 5) as s)
        as forecast_revisions_unlike_editions_samples,
    (select count(*) from context_unlike_market) as forecast_context_unlike_market,
    (select list(s) from (from context_unlike_market order by all limit 5) as s)
        as forecast_context_unlike_market_samples,
    (select count(*) from reconciliation_unlike_figures) as reconciliation_unlike_figures,
    (select list(s) from (from reconciliation_unlike_figures order by all limit 5) as s)
        as reconciliation_unlike_figures_samples
