with

numbered as (
    select
        *,
        row_number() over (
            partition by dataset, load_id
            order by record_number desc nulls last
        ) as recency
    from {{ ref('stg_ops__loads') }}
)

select
    dataset,
    record_number,
    load_id,
    status,
    recency = 1 as is_newest,
    start_on,
    end_on,
    countries,
    row_count,
    said_at,
    decided_at,
    reasons,
    warnings,
    override_by,
    override_because,
    backfill,
    is_sample
from numbered
