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
    sum(period_end_on - period_start_on + 1) as days,
    min(period_start_on) as first_month_on,
    max(period_start_on) as last_month_on
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
        cast(period as int) as year, cast(value as decimal(20, 4)) as value, is_lower_bound,
        value_basis, basis_evidence, source, false as is_sample,
        -- Before its year has ended a figure is a forecast; no source calls it an actual.
        if(cast(period as int) >= year(published_on), 'forecast', 'estimate') as value_kind
    from seeds.published_figures
    where period_type = 'year' and vendor <> 'Omdia' and scope = 'microdramas'
),

-- Of each edition the load that came last.
workbooks as (
    select * exclude (workbook_version, said_at), file_name as source
    from raw.omdia_forecasts
    qualify load_id = first_value(load_id) over (
        partition by publisher, published_on
        order by (
            select max((coverage.said_at, load_seq)) from raw.load_coverage as coverage
            where coverage.load_id = omdia_forecasts.load_id
        ) desc
    )
),

forecasts_unlike_sources as (
    select publisher, published_on, geography, segment, metric, year, facts.value,
        sources.value as should_be
    from marts.fct_market_forecasts as facts
    full join (
        from workbooks
        union all by name
        select *, null as load_id, null as file_name, null as sheet, null as cell from quotes
    ) as sources using (publisher, published_on, geography, segment, metric, unit, year)
    where
        (facts.value, facts.load_id, facts.value_kind, facts.is_lower_bound, facts.value_basis,
        facts.basis_evidence, facts.source, facts.file_name, facts.sheet, facts.cell,
        facts.is_sample)
        is distinct from
        (sources.value, sources.load_id, sources.value_kind, sources.is_lower_bound,
        sources.value_basis, sources.basis_evidence, sources.source, sources.file_name,
        sources.sheet, sources.cell, sources.is_sample)
        or vintage_label is distinct from strftime(published_on, '%Y-%m')
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
        actuals.value as actual_value,
        row_number() over (
            partition by revised.publisher, revised.geography, revised.segment, revised.unit,
                revised.value_basis, revised.year, revised.published_on
            order by fast.published_on desc nulls last, actuals.published_on desc nulls last
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
    -- What the same publisher printed later as an actual figure.
    left join forecasts as actuals
        on
            revised.value_kind <> 'actual'
            and actuals.value_kind = 'actual'
            and actuals.published_on > revised.published_on
            and actuals.publisher = revised.publisher
            and actuals.geography = revised.geography
            and actuals.segment = revised.segment
            and actuals.unit = revised.unit
            and actuals.value_basis = revised.value_basis
            and actuals.year = revised.year
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
        reports.fast_published_on, reports.later_actual_value, reports.value_kind, reports.metric,
        reports.is_sample)
        is distinct from
        (edition.value, edition.previous_value, edition.previous_published_on, edition.fast_value,
        edition.fast_published_on, edition.actual_value, edition.value_kind, edition.metric,
        edition.is_sample)
        or differs(reports.error_pct, change_of(edition.value, edition.actual_value), 0.0002)
        or differs(reports.revision_pct, change_of(edition.value, edition.previous_value), 0.0002)
        or differs(
            reports.ratio_to_fast, edition.value / nullif(edition.fast_value, 0), 0.0002
        )
),

in_context as (
    select
        forecasts.*,
        vendors.vendor as our_vendor,
        vendors.revenue_basis as our_basis,
        row_number() over (
            partition by publisher, geography, segment, year, value_basis
            order by published_on desc
        ) = 1 as is_newest_vintage
    from forecasts
    inner join seeds.vendors as vendors on vendors.vendor = 'Appfigures'
    where unit = 'USD' and segment <> 'FAST channels'
),

context_unlike_market as (
    select publisher, published_on, geography, segment, year, reports.forecast_usd,
        forecasts.value as should_be, reports.our_run_rate_usd, reports.our_months, reports.reason
    from (select *, forecast_basis as value_basis from marts.rpt_forecast_context) as reports
    full join in_context as forecasts
        using (publisher, published_on, geography, segment, year, value_basis)
    left join whole_months as ours using (geography, year)
    where
        (ours.vendor is null or ours.vendor = forecasts.our_vendor)
        and (
            (reports.forecast_usd, reports.is_newest_vintage, reports.value_kind,
            reports.basis_evidence, reports.source, reports.our_vendor, reports.our_basis,
            reports.our_months, reports.our_first_month_on, reports.our_last_month_on,
            reports.our_revenue_usd, reports.is_same_basis, reports.comparable, reports.reason)
            is distinct from
            (forecasts.value, forecasts.is_newest_vintage, forecasts.value_kind,
            forecasts.basis_evidence, forecasts.source, forecasts.our_vendor, forecasts.our_basis,
            coalesce(ours.months, 0), ours.first_month_on, ours.last_month_on,
            ours.revenue_usd, forecasts.value_basis = forecasts.our_basis,
            reports.reason is null, case
                when ours.months is null then 'no_data'
                when segment <> 'short-drama apps' then 'scope'
                when forecasts.value_basis <> forecasts.our_basis then 'basis'
                when ours.months < 12 then 'window'
                when forecasts.is_lower_bound then 'lower_bound'
            end)
            or differs(
                reports.our_run_rate_usd,
                ours.revenue_usd * if(year % 4 = 0, 366, 365) / ours.days,
                0.02
            )
            or differs(
                reports.difference_pct,
                if(reports.comparable, change_of(reports.our_run_rate_usd, forecast_usd), null),
                0.0002
            )
            -- Ours is of the lake, a forecast of its workbook or of nobody's sample.
            or reports.is_sample is distinct from (
                forecasts.is_sample
                or (ours.months is not null and (
                    select bool_or(is_sample) from marts.rpt_market_size_monthly
                ))
            )
        )
),

-- Why a published figure cannot be compared, whatever ours is.
published as (
    select
        figures.*,
        expectations.expected_status,
        figures.vendor = 'Omdia' as is_forecast,
        figures.scope in (
            'overseas short-drama apps (outside China)', 'short-drama apps'
        ) as is_whole_market,
        metric in (
            'minis_drama_apps', 'minis_game_apps', 'full_series_unlock_price',
            'monthly_subscription_price_low', 'monthly_subscription_price_high',
            'in_platform_discount'
        ) as is_minis,
        case
            when certainty = 'doubtful' then 'doubtful'
            when
                figures.vendor <> 'Omdia'
                and published_on < max(published_on) over (
                    partition by figures.vendor, metric, scope, geography, period, value_basis
                )
                then 'superseded'
            when figures.vendor = 'Omdia' or is_minis then null
            when figures.vendor not in ('Appfigures', 'Appfigures-scope') then 'vendor'
            when value_basis not in ('net', 'n/a') then 'basis'
            when period_type not in ('month', 'quarter') then 'window'
            when
                metric not in ('apps', 'downloads', 'revenue', 'downloads_qoq', 'revenue_qoq')
                then 'scope'
        end as obstacle
    from seeds.published_figures as figures
    inner join seeds.reconciliation_expectations as expectations using (fact_id)
),

minis_figures as (
    select cast(as_of_on as varchar) as period, unnest([
        {'metric': 'minis_drama_apps', 'value': cast(drama_apps as decimal(24, 6))},
        {'metric': 'minis_game_apps', 'value': cast(game_apps as decimal(24, 6))},
        {'metric': 'full_series_unlock_price', 'value': unlock_price_low_usd},
        {'metric': 'monthly_subscription_price_low', 'value': monthly_price_low_usd},
        {'metric': 'monthly_subscription_price_high', 'value': monthly_price_high_usd},
        {'metric': 'in_platform_discount', 'value': discount_low_ratio}
    ], recursive := true)
    from marts.rpt_minis_landscape
    where market = 'World'
),

paired as (
    select
        published.*,
        coalesce(
            obstacle, if(editions.value_basis <> published.value_basis, 'basis', null)
        ) as reason_apart,
        case
            when is_forecast then cast(editions.value as decimal(24, 6))
            when is_minis then minis_figures.value
            when is_whole_market then figures.value
            when published.metric = 'downloads' then named.downloads
            when published.metric = 'revenue' then named.revenue_usd
        end as our_figure,
        case
            when published.metric = 'apps' or is_minis then 0
            when published.unit = 'ratio' then 0.003
            when
                is_forecast or (is_whole_market and published.geography = 'World ex-China')
                then 0.005 * published.value
            else 0.01 * published.value
        end as tolerance
    from published
    left join figures
        on
            figures.period_kind = published.period_type
            and figures.period = published.period
            and figures.geography = published.geography
            and figures.metric = published.metric
    left join named_figures as named
        on
            named.period_kind = published.period_type
            and named.period = published.period
            and named.geography = published.geography
            and named.scope = published.scope
    left join minis_figures
        on
            minis_figures.metric = published.metric
            and minis_figures.period = published.period
    left join marts.fct_market_forecasts as editions
        on
            editions.publisher = published.vendor
            and editions.published_on = published.published_on
            and editions.geography = published.geography
            and editions.segment = published.scope
            and editions.metric = published.metric
            and editions.unit = published.unit
            and cast(editions.year as varchar) = published.period
),

judged as (
    select
        *,
        case
            when reason_apart is not null then 'not_comparable'
            when our_figure is null then 'no_data'
            when is_lower_bound and our_figure >= value - tolerance then 'bound_holds'
            when not is_lower_bound and abs(our_figure - value) <= tolerance then 'match'
            else 'off'
        end as status,
        status in ('match', 'bound_holds', 'off') as comparable
    from paired
),

reconciliation_unlike_figures as (
    select fact_id, reports.published_value, judged.value as published_should_be,
        reports.our_value, judged.our_figure as should_be, reports.status,
        judged.status as status_should_be, reports.reason
    from marts.rpt_vendor_reconciliation as reports
    full join judged using (fact_id)
    where
        (reports.vendor, reports.metric, reports.geography, reports.period,
        reports.published_value, reports.unit, reports.is_lower_bound, reports.source,
        reports.expected_status, reports.status, reports.comparable, reports.our_value,
        reports.reason)
        is distinct from
        (judged.vendor, judged.metric, judged.geography, judged.period, judged.value, judged.unit,
        judged.is_lower_bound, judged.source, judged.expected_status, judged.status,
        judged.comparable, if(judged.comparable, judged.our_figure, null), case
            when judged.status = 'not_comparable' then reason_apart
            when judged.status = 'no_data' then 'no_data'
            when judged.is_lower_bound then 'lower_bound'
        end)
        or differs(
            difference_pct,
            if(judged.comparable, change_of(judged.our_figure, judged.value), null),
            0.0002
        )
)

select
    (select count(*) from published) as row_count,
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
