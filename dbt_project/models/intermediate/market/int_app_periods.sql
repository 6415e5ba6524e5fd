{%- set starts = {
    'week': 'week_start_on',
    'month': 'month_start_on',
    'quarter': date_trunc('quarter', 'month_start_on'),
} -%}

with

summed as (
    {% for period_kind, start_on in starts.items() %}
        {% if not loop.first %}union all{% endif %}
        select
            app_id,
            geography,
            '{{ period_kind }}' as period_kind,
            cast({{ start_on }} as date) as period_start_on,
            cast(sum(downloads) as bigint) as downloads,
            cast(sum(revenue_usd) as decimal(18, 2)) as revenue_usd
        from {{ ref('int_app_week_parts') }}
        group by
            app_id,
            geography,
            cast({{ start_on }} as date)
    {% endfor %}
)

select
    app_id,
    geography,
    period_kind,
    period_start_on,
    downloads,
    revenue_usd,
    downloads > 0 or revenue_usd > 0 as is_active
from summed
