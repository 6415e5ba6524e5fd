select
    markets.period_start_on,
    markets.period_end_on,
    markets.period_label,
    markets.geography,
    markets.geography_level,
    markets.vendor,
    markets.revenue_basis,
    markets.currency,
    movements.app_id,
    apps.app_name,
    apps.publisher,
    movements.revenue_rank,
    movements.revenue_usd,
    {{ share_pct('movements.revenue_usd', 'markets.revenue_usd') }} as revenue_share_pct,
    movements.downloads,
    movements.downloads_rank,
    movements.previous_revenue_rank,
    movements.revenue_rank_change,
    movements.movement,
    movements.universe_change,
    markets.completeness_ratio,
    markets.is_sample
from {{ ref('int_app_movements') }} as movements
inner join {{ ref('rpt_market_size_weekly') }} as markets
    on
        movements.geography = markets.geography
        and movements.period_start_on = markets.period_start_on
inner join {{ ref('int_apps') }} as apps
    on movements.app_id = apps.app_id
where movements.period_kind = 'week'
