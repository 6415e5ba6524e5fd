with

built as (
    select {{ built_at() }} as built_at
),

newest as (
    select *
    from {{ ref('ops_loads') }}
    where is_newest
),

accepted as (
    select
        dataset,
        max(end_on) as as_of_on,
        max(said_at) as said_at,
        max(decided_at) as accepted_at,
        -- A backfill is accepted late, and says nothing about what was refused before.
        max(case when backfill is null then record_number end) as record_number,
        cast(count(*) as int) as accepted_loads,
        bool_or(is_sample) as is_sample
    from newest
    where status = 'accepted'
    group by dataset
),

refused as (
    select
        newest.dataset,
        cast(count(*) as int) as refused_loads,
        min(newest.decided_at) as refused_since_at,
        max(newest.record_number) as record_number
    from newest
    left join accepted
        on newest.dataset = accepted.dataset
    where
        newest.status = 'quarantined'
        and newest.backfill is null
        and newest.record_number > coalesce(accepted.record_number, 0)
    group by newest.dataset
)

select
    datasets.dataset,
    datasets.source,
    datasets.stale_after_days,
    accepted.as_of_on,
    accepted.said_at,
    accepted.accepted_at,
    cast(
        {{ datediff('accepted.as_of_on', 'cast(built.built_at as date)', 'day') }} as int
    ) as as_of_age_days,
    cast(
        {{ datediff('cast(accepted.said_at as date)', 'cast(built.built_at as date)', 'day') }}
        as int
    ) as said_age_days,
    coalesce(accepted.accepted_loads, 0) as accepted_loads,
    coalesce(refused.refused_loads, 0) as refused_loads,
    refused.refused_since_at,
    last_refused.reasons as last_refused_because,
    built.built_at,
    coalesce(accepted.is_sample, false) as is_sample
from {{ ref('stg_ops__datasets') }} as datasets
cross join built
left join accepted
    on datasets.dataset = accepted.dataset
left join refused
    on datasets.dataset = refused.dataset
left join newest as last_refused
    on
        refused.dataset = last_refused.dataset
        and refused.record_number = last_refused.record_number
