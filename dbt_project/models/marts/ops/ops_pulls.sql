select
    outcome_id,
    dataset,
    pull_id,
    status,
    business_window,
    ended_at as recorded_at,
    planned_calls,
    used_calls,
    reused_answers,
    message
from {{ ref('stg_ops__pulls') }}
