select
    app_id,
    geography,
    period_kind,
    period_start_on,
    revenue_usd,
    downloads,
    cast(
        rank() over (
            partition by geography, period_kind, period_start_on
            order by revenue_usd desc nulls last, downloads desc nulls last
        ) as int
    ) as revenue_rank,
    cast(
        rank() over (
            partition by geography, period_kind, period_start_on
            order by downloads desc nulls last, revenue_usd desc nulls last
        ) as int
    ) as downloads_rank
from {{ ref('int_app_periods') }}
where period_kind in ('week', 'month') and is_active
