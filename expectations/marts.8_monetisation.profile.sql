-- What a production needs to pay for itself, computed once more from the reviewed assumptions.
create or replace temp macro change_of(now, before) as
case
    when before > 0 and abs(now) <= 100000 * before
        then cast(100.0 * (now - before) / before as decimal(12, 4))
end;
create or replace temp macro differs(a, b, tolerance) as
coalesce(abs(a - b) > tolerance, (a is null) <> (b is null));

with

-- A scenario moves some assumptions away from their middle; the base moves none.
departures as (
    select scenario_id, revenue_model, count(assumption_id) as moved,
        max(assumption_id) as an_assumption_id, max(level) as a_level
    from seeds.monetisation_scenarios
    group by all
),

-- Each assumption at its middle, unless the scenario says another end.
amounts as (
    select
        departures.scenario_id,
        assumptions.assumption_id,
        case scenarios.level
            when 'low' then assumptions.low
            when 'high' then assumptions.high
            else assumptions.middle
        end as amount
    from departures
    cross join seeds.monetisation_assumptions as assumptions
    left join seeds.monetisation_scenarios as scenarios
        on
            scenarios.scenario_id = departures.scenario_id
            and scenarios.assumption_id = assumptions.assumption_id
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

bases as (
    select distinct revenue_model, break_even_units
    from priced
    inner join departures using (scenario_id, revenue_model)
    where moved = 0
),

-- How far an assumption alone moves the units, in both directions together.
swings as (
    select revenue_model, an_assumption_id, rank() over (
        partition by revenue_model
        order by greatest(highest, base) - least(lowest, base) desc
    ) as place
    from (
        select priced.revenue_model, an_assumption_id, max(priced.break_even_units) as highest,
            min(priced.break_even_units) as lowest, any_value(bases.break_even_units) as base
        from priced
        inner join departures using (scenario_id, revenue_model)
        inner join bases using (revenue_model)
        where moved = 1
        group by all
    )
),

asked as (
    select departures.*, volume as units
    from departures
    inner join seeds.monetisation_volumes using (revenue_model)
),

scenarios_unlike_assumptions as (
    select scenario_id, units, production_cost_usd, production_cost as should_be,
        gross_per_unit_usd, gross as gross_should_be, kept_by_platform_ratio, net_per_unit_usd
    from priced
    full join asked using (scenario_id, revenue_model, units)
    left join bases using (revenue_model)
    left join swings
        on
            asked.moved = 1
            and swings.revenue_model = asked.revenue_model
            and swings.an_assumption_id = asked.an_assumption_id
    where
        asked.moved is null
        or priced.moved_assumption is distinct from if(moved = 1, asked.an_assumption_id, null)
        or priced.moved_to is distinct from if(moved = 1, a_level, null)
        or priced.sensitivity_rank is distinct from swings.place
        or priced.unit_counted is distinct from case revenue_model
            when 'paid_unlock' then 'paying viewers'
            when 'subscription' then 'subscriber months'
            else 'episode views'
        end
        or differs(
            break_even_change_pct,
            change_of(priced.break_even_units, bases.break_even_units),
            0.0002
        )
        or differs(production_cost_usd, production_cost, 0.01)
        or differs(licence_fee_usd, licence, 0.01)
        or differs(gross_per_unit_usd, gross, 0.000002)
        or differs(kept_by_platform_ratio, kept, 0.000002)
        or differs(net_per_unit_usd, gross_per_unit_usd * (1 - kept_by_platform_ratio), 0.000002)
),

assumptions_unlike_list as (
    select assumption_id, low, middle, high, 'in the mart' as stands from (
        from marts.dim_monetisation_assumption except all (
            select assumption_id, middle, low, high, unit, middle_certainty, low_certainty,
                high_certainty, source
            from seeds.monetisation_assumptions
        )
    )
    union all
    select assumption_id, low, middle, high, 'in the list' from seeds.monetisation_assumptions
    anti join marts.dim_monetisation_assumption using (assumption_id)
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
        as break_even_unlike_costs_samples,
    (select count(*) from assumptions_unlike_list) as assumptions_unlike_list,
    (select list(s) from (from assumptions_unlike_list order by all limit 5) as s)
        as assumptions_unlike_list_samples
