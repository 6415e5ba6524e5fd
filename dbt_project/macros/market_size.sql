{#- The market by period and geography; period_kind is week, month or quarter. -#}
{% macro market_size(period_kind) %}
with

sums as (
    select
        geography,
        period_start_on,
        cast(count(case when is_active then 1 end) as bigint) as active_apps,
        cast(sum(downloads) as bigint) as downloads,
        cast(sum(revenue_usd) as decimal(18, 2)) as revenue_usd
    from {{ ref('int_app_periods') }}
    where period_kind = '{{ period_kind }}'
    group by geography, period_start_on
),

sized as (
    select
        periods.geography,
        periods.period_start_on,
        periods.period_end_on,
        periods.period_label,
        periods.countries,
        periods.completeness_ratio,
        periods.maturity,
        periods.has_days_of_world_ex_china,
        periods.is_sample,
        coalesce(sums.active_apps, 0) as active_apps,
        coalesce(sums.downloads, 0) as downloads,
        coalesce(sums.revenue_usd, cast(0 as decimal(18, 2))) as revenue_usd
    from {{ ref('int_geography_periods') }} as periods
    left join sums
        on
            periods.geography = sums.geography
            and periods.period_start_on = sums.period_start_on
    where periods.period_kind = '{{ period_kind }}'
),

bases as (
    select
        bases.geography,
        bases.period_start_on,
        sized.active_apps,
        sized.downloads,
        sized.revenue_usd
    from {{ ref('int_period_bases') }} as bases
    inner join sized
        on
            bases.geography = sized.geography
            and bases.previous_start_on = sized.period_start_on
    where bases.period_kind = '{{ period_kind }}'
),

-- The comparison leaves out apps that are not in the universe throughout both periods.
unlike_figures as (
    select
        unlike.*,
        app_periods.period_start_on = unlike.period_start_on as is_current,
        app_periods.is_active,
        app_periods.downloads,
        app_periods.revenue_usd
    from {{ ref('int_unlike_apps') }} as unlike
    inner join {{ ref('int_app_periods') }} as app_periods
        on
            unlike.period_kind = app_periods.period_kind
            and unlike.geography = app_periods.geography
            and unlike.app_id = app_periods.app_id
            and (
                unlike.period_start_on = app_periods.period_start_on
                or unlike.previous_start_on = app_periods.period_start_on
            )
    where unlike.period_kind = '{{ period_kind }}'
),

unlike_sums as (
    select
        geography,
        period_start_on,
        cast(
            count(distinct case when is_added and is_active then app_id end) as bigint
        ) as added_apps,
        cast(
            count(distinct case when is_removed and is_active then app_id end) as bigint
        ) as removed_apps,
        cast(
            count(case when is_current and is_active then 1 end) as bigint
        ) as active_apps,
        cast(sum(case when is_current then downloads else 0 end) as bigint) as downloads,
        cast(
            sum(case when is_current then revenue_usd else 0 end) as decimal(18, 2)
        ) as revenue_usd,
        cast(
            count(case when not is_current and is_active then 1 end) as bigint
        ) as previous_active_apps,
        cast(
            sum(case when not is_current then downloads else 0 end) as bigint
        ) as previous_downloads,
        cast(
            sum(case when not is_current then revenue_usd else 0 end) as decimal(18, 2)
        ) as previous_revenue_usd
    from unlike_figures
    group by geography, period_start_on
),

compared as (
    select
        sized.*,
        {% for figure in ['active_apps', 'downloads', 'revenue_usd'] %}
            sized.{{ figure }} - coalesce(unlike_sums.{{ figure }}, 0) as like_{{ figure }},
            bases.{{ figure }}
            - coalesce(unlike_sums.previous_{{ figure }}, 0) as base_{{ figure }},
        {% endfor %}
        sized.downloads - bases.downloads as downloads_change,
        sized.revenue_usd - bases.revenue_usd as revenue_usd_change,
        case
            when bases.geography is not null then coalesce(unlike_sums.added_apps, 0)
        end as universe_added_apps,
        case
            when bases.geography is not null then coalesce(unlike_sums.removed_apps, 0)
        end as universe_removed_apps
    from sized
    left join bases
        on
            sized.geography = bases.geography
            and sized.period_start_on = bases.period_start_on
    left join unlike_sums
        on
            bases.geography = unlike_sums.geography
            and bases.period_start_on = unlike_sums.period_start_on
)

select
    compared.period_start_on,
    compared.period_end_on,
    compared.period_label,
    compared.geography,
    {{ report_geography_level('compared.geography') }} as geography_level,
    vendors.vendor,
    vendors.revenue_basis,
    vendors.currency,
    compared.countries,
    compared.active_apps,
    compared.downloads,
    compared.revenue_usd,
    cast(
        compared.revenue_usd / nullif(compared.downloads, 0) as decimal(18, 4)
    ) as revenue_per_download_usd,
    {{ share_pct('compared.revenue_usd', 'wholes.revenue_usd') }} as revenue_share_pct,
    {{ share_pct('compared.downloads', 'wholes.downloads') }} as downloads_share_pct,
    cast(compared.like_active_apps - compared.base_active_apps as bigint) as active_apps_change,
    {{ change_pct('compared.like_downloads', 'compared.base_downloads') }}
        as downloads_growth_pct,
    {{ change_pct('compared.like_revenue_usd', 'compared.base_revenue_usd') }}
        as revenue_growth_pct,
    reasons.no_growth_reason,
    cast(compared.universe_added_apps as bigint) as universe_added_apps,
    cast(compared.universe_removed_apps as bigint) as universe_removed_apps,
    cast(
        compared.downloads_change - (compared.like_downloads - compared.base_downloads) as bigint
    ) as universe_change_downloads,
    cast(
        compared.revenue_usd_change
        - (compared.like_revenue_usd - compared.base_revenue_usd) as decimal(18, 2)
    ) as universe_change_revenue_usd,
    compared.completeness_ratio,
    compared.maturity,
    compared.is_sample
from compared
inner join {{ ref('vendors') }} as vendors
    on vendors.vendor = 'Appfigures'
inner join {{ ref('int_period_bases') }} as reasons
    on
        reasons.period_kind = '{{ period_kind }}'
        and compared.geography = reasons.geography
        and compared.period_start_on = reasons.period_start_on
-- Parts of World ex-China, if both are known for the same days.
left join sized as wholes
    on
        wholes.geography = 'World ex-China'
        and compared.geography not in ('World', 'CN')
        and compared.period_start_on = wholes.period_start_on
        and compared.has_days_of_world_ex_china
{% endmacro %}
