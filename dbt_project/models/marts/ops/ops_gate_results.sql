select
    outcome_id,
    finding_number,
    coalesce(dataset, 'marts') as dataset,
    subject,
    status,
    business_window,
    ended_at,
    row_count,
    suite,
    expectation,
    column_name,
    severity,
    unexpected_rows,
    checked_rows,
    expected,
    observed,
    reason
from {{ ref('stg_ops__gate_results') }}
