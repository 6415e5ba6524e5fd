-- Which assumption moves the break-even most?
-- One assumption at a time at its low or high value, the others at their middle; in percent of the
-- units needed. Look at its source before you trust the middle.
select distinct
    scenarios.revenue_model,
    scenarios.sensitivity_rank,
    scenarios.moved_assumption,
    scenarios.moved_to,
    round(scenarios.break_even_change_pct, 1) as break_even_change_pct,
    assumptions.middle,
    assumptions.low,
    assumptions.high,
    assumptions.unit
from rpt_monetisation_breakeven as scenarios
inner join dim_monetisation_assumption as assumptions
    on scenarios.moved_assumption = assumptions.assumption_id
where scenarios.sensitivity_rank <= 3
order by scenarios.revenue_model, scenarios.sensitivity_rank, scenarios.moved_to
