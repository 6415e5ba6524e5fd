select
    outcome_id,
    dataset,
    subject,
    status,
    business_window,
    ended_at,
    rows as row_count,
    finding_number,
    suite,
    expectation,
    column_name,
    severity,
    unexpected_rows,
    checked_rows,
    expected,
    observed,
    reason
from {{ source('ops', 'gate_results') }}
