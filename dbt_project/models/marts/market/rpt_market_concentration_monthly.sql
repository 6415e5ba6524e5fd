{%- set leaders = [3, 5, 10] -%}

with

earning as (
    select
        app_periods.app_id,
        app_periods.geography,
        app_periods.period_start_on,
        apps.app_name,
        app_periods.revenue_usd,
        sum(app_periods.revenue_usd) over (
            partition by app_periods.geography, app_periods.period_start_on
        ) as earned_usd,
        row_number() over (
            partition by app_periods.geography, app_periods.period_start_on
            order by
                app_periods.revenue_usd desc nulls last,
                app_periods.downloads desc nulls last,
                app_periods.app_id asc nulls last
        ) as place
    from {{ ref('int_app_periods') }} as app_periods
    inner join {{ ref('int_apps') }} as apps
        on app_periods.app_id = apps.app_id
    where app_periods.period_kind = 'month' and app_periods.revenue_usd > 0
),

-- Decimals, so that their sums do not depend on the order.
shares as (
    select
        geography,
        period_start_on,
        app_id,
        app_name,
        place,
        cast(100.0 * revenue_usd / nullif(earned_usd, 0) as decimal(9, 6)) as share_pct
    from earning
),

concentrated as (
    select
        geography,
        period_start_on,
        cast(count(*) as bigint) as earning_apps,
        cast(sum(share_pct * share_pct) as decimal(9, 2)) as hhi,
        {% for leader in leaders %}
            cast(
                sum(case when place <= {{ leader }} then share_pct else 0 end) as decimal(9, 4)
            ) as cr{{ leader }}_pct,
        {% endfor %}
        max(case when place = 1 then app_id end) as leading_app_id,
        max(case when place = 1 then app_name end) as leading_app_name,
        cast(max(case when place = 1 then share_pct end) as decimal(9, 4)) as leading_app_share_pct
    from shares
    group by geography, period_start_on
)

select
    markets.period_start_on,
    markets.period_end_on,
    markets.period_label,
    markets.geography,
    markets.geography_level,
    markets.vendor,
    markets.revenue_basis,
    markets.active_apps,
    coalesce(concentrated.earning_apps, 0) as earning_apps,
    concentrated.hhi,
    case
        when concentrated.hhi > 1800 then 'high'
        when concentrated.hhi >= 1000 then 'moderate'
        when concentrated.hhi is not null then 'low'
    end as concentration_band,
    {% for leader in leaders %}
        concentrated.cr{{ leader }}_pct,
    {% endfor %}
    concentrated.leading_app_id,
    concentrated.leading_app_name,
    concentrated.leading_app_share_pct,
    markets.completeness_ratio,
    markets.maturity,
    markets.is_sample
from {{ ref('rpt_market_size_monthly') }} as markets
left join concentrated
    on
        markets.geography = concentrated.geography
        and markets.period_start_on = concentrated.period_start_on
