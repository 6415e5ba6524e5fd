select
    outcome_id,
    dataset,
    pull_id,
    status,
    business_window,
    ended_at,
    planned_calls,
    used_calls,
    reused_answers,
    quota_used,
    quota_limit,
    message
from {{ source('ops', 'pulls') }}
