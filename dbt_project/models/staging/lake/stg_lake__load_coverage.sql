select
    dataset,
    load_id,
    load_seq,
    said_at,
    accepted_at,
    country_code,
    start_on,
    end_on,
    is_sample
from {{ source('lake', 'load_coverage') }}
