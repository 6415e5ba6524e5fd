{%- set inputs = {
    'paid_unlock': ['production_cost', 'series_price', 'fee'],
    'subscription': [
        'production_cost', 'month_price', 'month_discount', 'month_share_of_series', 'fee'
    ],
    'ad_share': ['production_cost', 'licence_fee', 'ad_revenue_per_1000_views', 'ad_share'],
} -%}

with

inputs as (
    {% for model, assumption_ids in inputs.items() %}
        {% set last_model = loop.last %}
        {% for assumption_id in assumption_ids %}
            select
                '{{ model }}' as revenue_model,
                '{{ assumption_id }}' as assumption_id
            {% if not (last_model and loop.last) %}union all{% endif %}
        {% endfor %}
    {% endfor %}
),

scenarios as (
    select
        scenario_id,
        revenue_model,
        cast(count(assumption_id) as int) as departures,
        max(assumption_id) as an_assumption_id,
        max(level) as a_level
    from {{ ref('monetisation_scenarios') }}
    group by scenario_id, revenue_model
),

-- Every assumption of the model at its middle, unless the scenario uses another value.
chosen as (
    select
        scenarios.scenario_id,
        inputs.assumption_id,
        case departures.level
            when 'low' then assumptions.low
            when 'high' then assumptions.high
            else assumptions.middle
        end as amount
    from scenarios
    inner join inputs
        on scenarios.revenue_model = inputs.revenue_model
    inner join {{ ref('monetisation_assumptions') }} as assumptions
        on inputs.assumption_id = assumptions.assumption_id
    left join {{ ref('monetisation_scenarios') }} as departures
        on
            scenarios.scenario_id = departures.scenario_id
            and inputs.assumption_id = departures.assumption_id
),

amounts as (
    select
        scenario_id,
    {% for assumption_id in inputs.values() | sum(start=[]) | unique %}
        max(
            case when assumption_id = '{{ assumption_id }}' then amount end
        ) as {{ assumption_id }}{{ ',' if not loop.last }}
    {% endfor %}
    from chosen
    group by scenario_id
),

-- What one unit brings: what is paid for it, and how much of that reaches the producer.
priced as (
    select
        scenarios.scenario_id,
        scenarios.revenue_model,
        scenarios.departures,
        case when scenarios.departures = 1 then scenarios.an_assumption_id end as moved_assumption,
        case when scenarios.departures = 1 then scenarios.a_level end as moved_to,
        cast(amounts.production_cost as decimal(18, 2)) as production_cost_usd,
        cast(coalesce(amounts.licence_fee, 0) as decimal(18, 2)) as licence_fee_usd,
        cast(
            case scenarios.revenue_model
                when 'paid_unlock' then amounts.series_price
                when 'subscription'
                    then
                        amounts.month_price
                        * (1 - amounts.month_discount)
                        * amounts.month_share_of_series
                else amounts.ad_revenue_per_1000_views / 1000
            end as decimal(18, 6)
        ) as gross_per_unit_usd,
        cast(
            case
                when scenarios.revenue_model = 'ad_share' then 1 - amounts.ad_share else amounts.fee
            end
            as decimal(9, 6)
        ) as kept_by_platform_ratio
    from scenarios
    inner join amounts
        on scenarios.scenario_id = amounts.scenario_id
),

netted as (
    select
        *,
        cast(
            gross_per_unit_usd * (1 - kept_by_platform_ratio) as decimal(18, 6)
        ) as net_per_unit_usd,
        case
            when production_cost_usd > licence_fee_usd
                then cast(production_cost_usd - licence_fee_usd as decimal(18, 2))
            else cast(0 as decimal(18, 2))
        end as to_earn_usd
    from priced
),

floored as (
    select
        *,
        cast(floor(to_earn_usd / nullif(net_per_unit_usd, 0)) as bigint) as whole_units
    from netted
),

-- The quotient is inexact, so the resulting units are checked exactly against the cost.
even as (
    select
        *,
        case
            when whole_units * net_per_unit_usd < to_earn_usd then whole_units + 1
            else whole_units
        end as break_even_units
    from floored
),

against_base as (
    select
        even.*,
        base.break_even_units as base_break_even_units
    from even
    inner join even as base
        on
            even.revenue_model = base.revenue_model
            and base.departures = 0
),

swings as (
    select
        revenue_model,
        moved_assumption,
        rank() over (
            partition by revenue_model
            order by
                greatest(max(break_even_units), max(base_break_even_units))
                - least(min(break_even_units), min(base_break_even_units)) desc nulls last
        ) as sensitivity_rank
    from against_base
    where moved_assumption is not null
    group by revenue_model, moved_assumption
)

select
    against_base.scenario_id,
    against_base.revenue_model,
    against_base.moved_assumption,
    against_base.moved_to,
    against_base.production_cost_usd,
    against_base.licence_fee_usd,
    case against_base.revenue_model
        when 'paid_unlock' then 'paying viewers'
        when 'subscription' then 'subscriber months'
        else 'episode views'
    end as unit_counted,
    against_base.gross_per_unit_usd,
    against_base.kept_by_platform_ratio,
    against_base.net_per_unit_usd,
    against_base.break_even_units,
    {{ change_pct('against_base.break_even_units', 'against_base.base_break_even_units') }}
        as break_even_change_pct,
    cast(swings.sensitivity_rank as int) as sensitivity_rank,
    volumes.volume as units,
    cast(volumes.volume * against_base.gross_per_unit_usd as decimal(18, 2)) as revenue_gross_usd,
    cast(volumes.volume * against_base.net_per_unit_usd as decimal(18, 2)) as revenue_net_usd,
    cast(
        volumes.volume * against_base.net_per_unit_usd
        + against_base.licence_fee_usd
        - against_base.production_cost_usd as decimal(18, 2)
    ) as margin_usd
from against_base
inner join {{ ref('monetisation_volumes') }} as volumes
    on against_base.revenue_model = volumes.revenue_model
left join swings
    on
        against_base.revenue_model = swings.revenue_model
        and against_base.moved_assumption = swings.moved_assumption
