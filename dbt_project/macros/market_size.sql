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
        periods.completeness_ratio,
        periods.maturity,
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

-- What a whole period is compared with: the whole period just before it.
bases as (
    select
        geography,
        downloads,
        revenue_usd,
        cast({{ dateadd('day', 1, 'period_end_on') }} as date) as next_start_on
    from sized
    where {{ is_whole('sized') }}
)

select
    sized.period_start_on,
    sized.period_end_on,
    sized.period_label,
    sized.geography,
    vendors.vendor,
    vendors.revenue_basis,
    vendors.currency,
    sized.active_apps,
    sized.downloads,
    sized.revenue_usd,
    cast(
        sized.revenue_usd / nullif(sized.downloads, 0) as decimal(18, 4)
    ) as revenue_per_download_usd,
    {{ share_pct('sized.revenue_usd', 'wholes.revenue_usd') }} as revenue_share_pct,
    {{ share_pct('sized.downloads', 'wholes.downloads') }} as downloads_share_pct,
    {{ change_pct('sized.downloads', 'bases.downloads') }} as downloads_growth_pct,
    {{ change_pct('sized.revenue_usd', 'bases.revenue_usd') }} as revenue_growth_pct,
    sized.completeness_ratio,
    sized.maturity,
    sized.is_sample
from sized
inner join {{ ref('vendors') }} as vendors
    on vendors.vendor = 'Appfigures'
-- Parts of World ex-China, where both are known for equally many days.
left join sized as wholes
    on
        wholes.geography = 'World ex-China'
        and sized.geography not in ('World', 'CN')
        and sized.period_start_on = wholes.period_start_on
        and sized.completeness_ratio = wholes.completeness_ratio
left join bases
    on
        sized.geography = bases.geography
        and sized.period_start_on = bases.next_start_on
        and {{ is_whole('sized') }}
{% endmacro %}
