select
    dataset,
    record_number,
    load_id,
    status,
    start_on,
    end_on,
    countries,
    rows as row_count,
    said_at,
    decided_at,
    is_sample,
    reasons,
    warnings,
    override_by,
    override_because
from {{ source('ops', 'loads') }}
