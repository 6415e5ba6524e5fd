-- Published figures without a review: they would be missing from the reconciliation.
select figures.fact_id
from {{ ref('published_figures') }} as figures
left join {{ ref('reconciliation_expectations') }} as expectations
    on figures.fact_id = expectations.fact_id
where expectations.fact_id is null
