-- How many paying viewers or views must a drama find in TikTok Minis to earn its cost?
-- With all assumptions at their middle except the production cost: 100k, 200k and 300k US dollars.
-- Each has its source in dim_monetisation_assumption; TikTok's share of advertising is unknown.
select distinct
    revenue_model,
    production_cost_usd,
    licence_fee_usd,
    unit_counted,
    net_per_unit_usd,
    break_even_units
from rpt_monetisation_breakeven
where
    scenario_id like '%.base'
    or moved_assumption = 'production_cost'
order by revenue_model, production_cost_usd
