-- What a production needs to pay for itself, computed once more from the reviewed assumptions.
create or replace temp macro differs(a, b, tolerance) as
coalesce(abs(a - b) > tolerance, (a is null) <> (b is null));

with

-- Each assumption at its middle, unless the scenario says another end.
amounts as (
    select
        reports.scenario_id,
        assumptions.assumption_id,
        case departures.level
            when 'low' then assumptions.low
            when 'high' then assumptions.high
            else assumptions.middle
        end as amount
    from (select distinct scenario_id from marts.rpt_monetisation_breakeven) as reports
    cross join marts.dim_monetisation_assumption as assumptions
    left join seeds.monetisation_scenarios as departures
        on
            departures.scenario_id = reports.scenario_id
            and departures.assumption_id = assumptions.assumption_id
),

scenarios as (
    pivot amounts on assumption_id in (
        'production_cost', 'series_price', 'fee', 'month_price', 'month_discount',
        'month_share_of_series', 'licence_fee', 'ad_revenue_per_1000_views', 'ad_share'
    ) using any_value(amount) group by scenario_id
),

priced as (
    select
        reports.*,
        scenarios.production_cost,
        case revenue_model
            when 'paid_unlock' then series_price
            when 'subscription' then month_price * (1 - month_discount) * month_share_of_series
            else ad_revenue_per_1000_views / 1000
        end as gross,
        if(revenue_model = 'ad_share', 1 - ad_share, fee) as kept,
        if(revenue_model = 'ad_share', licence_fee, 0) as licence,
        greatest(production_cost_usd - licence_fee_usd, 0) as to_earn_usd
    from marts.rpt_monetisation_breakeven as reports
    inner join scenarios using (scenario_id)
),

scenarios_unlike_assumptions as (
    select scenario_id, units, production_cost_usd, production_cost as should_be,
        gross_per_unit_usd, gross as gross_should_be, kept_by_platform_ratio, net_per_unit_usd
    from priced
    where
        differs(production_cost_usd, production_cost, 0.01)
        or differs(licence_fee_usd, licence, 0.01)
        or differs(gross_per_unit_usd, gross, 0.000002)
        or differs(kept_by_platform_ratio, kept, 0.000002)
        or differs(net_per_unit_usd, gross_per_unit_usd * (1 - kept_by_platform_ratio), 0.000002)
),

break_even_unlike_costs as (
    select scenario_id, units, break_even_units, net_per_unit_usd, to_earn_usd, revenue_gross_usd,
        revenue_net_usd, margin_usd
    from priced
    where
        break_even_units * net_per_unit_usd < to_earn_usd
        or (break_even_units - 1) * net_per_unit_usd >= greatest(to_earn_usd, 0.000001)
        or differs(revenue_gross_usd, units * gross_per_unit_usd, 0.02)
        or differs(revenue_net_usd, units * net_per_unit_usd, 0.02)
        or differs(margin_usd, revenue_net_usd + licence_fee_usd - production_cost_usd, 0.02)
)

select
    (select count(*) from priced) as row_count,
    (select count(*) from scenarios_unlike_assumptions) as scenarios_unlike_assumptions,
    (select list(s) from (from scenarios_unlike_assumptions order by all limit 5) as s)
        as scenarios_unlike_assumptions_samples,
    (select count(*) from break_even_unlike_costs) as break_even_unlike_costs,
    (select list(s) from (from break_even_unlike_costs order by all limit 5) as s)
        as break_even_unlike_costs_samples
