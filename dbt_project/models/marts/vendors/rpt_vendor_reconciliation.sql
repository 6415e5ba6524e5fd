{%- set market_metrics = {
    'apps': 'active_apps',
    'downloads': 'downloads',
    'revenue': 'revenue_usd',
    'downloads_qoq': 'downloads_growth_pct / 100',
    'revenue_qoq': 'revenue_growth_pct / 100',
} -%}
{%- set minis_metrics = {
    'minis_drama_apps': 'drama_apps',
    'minis_game_apps': 'game_apps',
    'full_series_unlock_price': 'unlock_price_low_usd',
    'monthly_subscription_price_low': 'monthly_price_low_usd',
    'monthly_subscription_price_high': 'monthly_price_high_usd',
    'in_platform_discount': 'discount_low_ratio',
} -%}
{%- set is_minis = "figures.metric in ('" ~ minis_metrics | join("', '") ~ "')" -%}
{%- set cadences = {'month': 'rpt_market_size_monthly', 'quarter': 'rpt_market_size_quarterly'} -%}

with

lake as (
    select coalesce(bool_or(is_sample), false) as is_sample
    from {{ ref('stg_lake__load_coverage') }}
),

-- Why a fact cannot be compared, judged without our figures.
facts as (
    select
        figures.*,
        expectations.expected_status,
        figures.vendor = 'Omdia' as is_forecast,
        figures.scope in (
            'overseas short-drama apps (outside China)', 'short-drama apps'
        ) as is_whole_market,
        {{ is_minis }} as is_minis,
        case
            when figures.certainty = 'doubtful' then 'doubtful'
            when
                figures.vendor <> 'Omdia'
                and lead(figures.published_on) over (
                    partition by
                        figures.vendor,
                        figures.metric,
                        figures.scope,
                        figures.geography,
                        figures.period,
                        figures.value_basis
                    order by figures.published_on asc nulls last
                ) is not null
                then 'superseded'
            when figures.vendor = 'Omdia' or {{ is_minis }} then null
            when figures.vendor not in ('Appfigures', 'Appfigures-scope') then 'vendor'
            when figures.value_basis not in ('net', 'n/a') then 'basis'
            when figures.period_type not in ('month', 'quarter') then 'window'
            when
                figures.metric not in (
                    {% for metric in market_metrics %}
                        '{{ metric }}'{{ "," if not loop.last }}
                    {% endfor %}
                )
                then 'scope'
        end as obstacle
    from {{ ref('published_figures') }} as figures
    inner join {{ ref('reconciliation_expectations') }} as expectations
        on figures.fact_id = expectations.fact_id
),

market_figures as (
    {% for period_type, market in cadences.items() %}
        {% set last_period_type = loop.last %}
        {% for metric, expression in market_metrics.items() %}
            select
                '{{ period_type }}' as period_type,
                period_label as period,
                geography,
                '{{ metric }}' as metric,
                cast({{ expression }} as decimal(24, 6)) as value
            from {{ ref(market) }}
            where completeness_ratio = 1
            {% if not (last_period_type and loop.last) %}union all{% endif %}
        {% endfor %}
    {% endfor %}
),

-- Facts name apps, not ids, so apps with the same name are added up.
app_figures as (
    {% for metric in ['downloads', 'revenue'] %}
        select
            periods.period_kind as period_type,
            periods.period_label as period,
            periods.geography,
            '{{ metric }}' as metric,
            apps.app_name,
            cast(
                sum(app_periods.{{ market_metrics[metric] }}) as decimal(24, 6)
            ) as value
        from {{ ref('int_app_periods') }} as app_periods
        inner join {{ ref('int_geography_periods') }} as periods
            on
                app_periods.geography = periods.geography
                and app_periods.period_kind = periods.period_kind
                and app_periods.period_start_on = periods.period_start_on
                and periods.completeness_ratio = 1
        inner join {{ ref('int_apps') }} as apps
            on app_periods.app_id = apps.app_id
        where apps.app_name in (select facts.scope from facts)
        group by
            periods.period_kind, periods.period_label, periods.geography, apps.app_name
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- The catalogue of Minis is written from publications, so its days are those of the facts.
minis_figures as (
    {% for metric, column in minis_metrics.items() %}
        select
            '{{ metric }}' as metric,
            cast(as_of_on as {{ type_string() }}) as period,
            cast({{ column }} as decimal(24, 6)) as value
        from {{ ref('rpt_minis_landscape') }}
        where market = 'World'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

paired as (
    select
        facts.*,
        coalesce(
            facts.obstacle,
            case when forecasts.value_basis <> facts.value_basis then 'basis' end
        ) as reason_apart,
        case
            when facts.is_forecast then cast(forecasts.value as decimal(24, 6))
            when facts.is_minis then minis_figures.value
            when facts.is_whole_market then market_figures.value
            else app_figures.value
        end as our_figure,
        -- Published figures are rounded, and so are bounds: more than 308 million may be said of
        -- 307,999,994. This difference still counts as the same figure, and below a bound as above.
        cast(
            case
                when facts.metric = 'apps' or facts.is_minis then 0
                when facts.unit = 'ratio' then 0.003
                when
                    facts.is_forecast
                    or (facts.is_whole_market and facts.geography = 'World ex-China')
                    then 0.005 * facts.value
                else 0.01 * facts.value
            end as decimal(24, 6)
        ) as tolerance
    from facts
    left join market_figures
        on
            facts.is_whole_market
            and facts.period_type = market_figures.period_type
            and facts.period = market_figures.period
            and facts.geography = market_figures.geography
            and facts.metric = market_figures.metric
    left join app_figures
        on
            facts.period_type = app_figures.period_type
            and facts.period = app_figures.period
            and facts.geography = app_figures.geography
            and facts.metric = app_figures.metric
            and facts.scope = app_figures.app_name
    left join minis_figures
        on
            facts.metric = minis_figures.metric
            and facts.period = minis_figures.period
    left join {{ ref('fct_market_forecasts') }} as forecasts
        on
            facts.vendor = forecasts.publisher
            and facts.published_on = forecasts.published_on
            and facts.geography = forecasts.geography
            and facts.scope = forecasts.segment
            and facts.metric = forecasts.metric
            and facts.unit = forecasts.unit
            and facts.period = cast(forecasts.year as {{ type_string() }})
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
        end as status
    from paired
),

compared as (
    select
        *,
        status in ('match', 'bound_holds', 'off') as comparable
    from judged
)

select
    compared.fact_id,
    compared.vendor,
    compared.metric,
    compared.geography,
    compared.period,
    compared.value as published_value,
    case when compared.comparable then compared.our_figure end as our_value,
    compared.unit,
    case
        when compared.comparable then {{ change_pct('compared.our_figure', 'compared.value') }}
    end as difference_pct,
    case when compared.comparable then compared.tolerance end as tolerance,
    compared.comparable,
    compared.expected_status,
    compared.status,
    case
        when compared.status = 'not_comparable' then compared.reason_apart
        when compared.status = 'no_data' then 'no_data'
        when compared.is_lower_bound then 'lower_bound'
    end as reason,
    compared.is_lower_bound,
    compared.source,
    lake.is_sample
from compared
cross join lake
