-- What the pipeline did: the records of the lake, and freshness and quota computed once more.
with

loads as (
    select dataset, record_number, load_id, status, start_on, end_on, countries, row_count,
        said_at, decided_at, reasons, warnings, override_by, override_because, backfill, is_sample
    from marts.ops_loads
),

said_loads as (
    select dataset, record_number, load_id, status, start_on, end_on, countries,
        "rows" as row_count, said_at, decided_at, reasons, warnings, override_by,
        override_because, backfill, is_sample
    from raw.ops_loads
),

newest_records as (
    select dataset, load_id, max(record_number) as record_number
    from said_loads
    group by all
),

loads_unlike_ledger as (
    select dataset, load_id, record_number, 'in the mart' as stands
    from (from loads except all from said_loads)
    union all
    select dataset, load_id, record_number, 'in the ledger' as stands
    from (from said_loads except all from loads)
    union all
    select dataset, load_id, record_number, 'the newest' as stands
    from marts.ops_loads as reports
    where
        is_newest is distinct from (
            (dataset, load_id, record_number) in (from newest_records)
        )
),

newest as (
    from said_loads
    semi join newest_records using (dataset, load_id, record_number)
),

accepted as (
    select
        dataset,
        max(end_on) as as_of_on,
        max(said_at) as said_at,
        max(decided_at) as accepted_at,
        -- A backfill says nothing about what was refused before it.
        max(record_number) filter (where backfill is null) as record_number,
        count(*) as accepted_loads,
        bool_or(is_sample) as is_sample
    from newest
    where status = 'accepted'
    group by dataset
),

refused as (
    select
        dataset,
        count(*) as refused_loads,
        min(decided_at) as refused_since_at,
        arg_max(reasons, newest.record_number) as reasons
    from newest
    left join accepted using (dataset)
    where
        status = 'quarantined'
        and backfill is null
        and newest.record_number > coalesce(accepted.record_number, 0)
    group by dataset
),

freshness_unlike_loads as (
    select
        coalesce(reports.dataset, datasets.dataset) as dataset,
        reports.as_of_on,
        accepted.as_of_on as should_be,
        reports.as_of_age_days,
        reports.refused_loads,
        refused.refused_loads as refused_should_be
    from marts.ops_freshness as reports
    full join raw.ops_datasets as datasets on datasets.dataset = reports.dataset
    left join accepted on accepted.dataset = datasets.dataset
    left join refused on refused.dataset = datasets.dataset
    where
        (reports.source, reports.stale_after_days, reports.as_of_on, reports.said_at,
        reports.accepted_at, reports.accepted_loads, reports.refused_loads,
        reports.refused_since_at, reports.last_refused_because, reports.is_sample)
        is distinct from
        (datasets.source, datasets.stale_after_days, accepted.as_of_on, accepted.said_at,
        accepted.accepted_at, coalesce(accepted.accepted_loads, 0),
        coalesce(refused.refused_loads, 0), refused.refused_since_at, refused.reasons,
        coalesce(accepted.is_sample, false))
        or (reports.as_of_age_days, reports.said_age_days)
        is distinct from
        (cast(built_at as date) - accepted.as_of_on,
        cast(built_at as date) - cast(accepted.said_at as date))
        or built_at is distinct from (select max(built_at) from marts.ops_freshness)
),

findings as (
    select outcome_id, finding_number, dataset, subject, status, business_window, ended_at,
        row_count, suite, expectation, column_name, severity, unexpected_rows, checked_rows,
        expected, observed, reason
    from marts.ops_gate_results
),

said_findings as (
    select outcome_id, finding_number, coalesce(dataset, 'marts'), subject, status,
        business_window, ended_at, "rows", suite, expectation, column_name, severity,
        unexpected_rows, checked_rows, expected, observed, reason
    from raw.ops_gate_results
),

findings_unlike_outcomes as (
    select outcome_id, finding_number, 'in the mart' as stands
    from (from findings except all from said_findings)
    union all
    select outcome_id, finding_number, 'in the outcomes' as stands
    from (from said_findings except all from findings)
),

-- Steps without findings, each with all that is said about it.
steps as (
    select 'ops_pulls' as mart, outcome_id as step, cast(row(
        dataset, pull_id, status, business_window, recorded_at, planned_calls, used_calls,
        reused_answers, message
    ) as varchar) as details
    from marts.ops_pulls
    union all
    select 'ops_builds', outcome_id, cast(row(
        fingerprint, status, began_at, message
    ) as varchar)
    from marts.ops_builds
    union all
    select 'ops_snapshots', snapshot_id, cast(row(
        published_at, fingerprint, previous_snapshot_id, warnings
    ) as varchar)
    from marts.ops_snapshots
    union all
    select 'ops_sends', edition, cast(row(
        recipient_id, kind, locale, state, claimed_at, settled_at
    ) as varchar)
    from marts.ops_sends
),

said_steps as (
    select 'ops_pulls' as mart, outcome_id as step, cast(row(
        dataset, pull_id, status, business_window, ended_at, planned_calls, used_calls,
        reused_answers, message
    ) as varchar) as details
    from raw.ops_pulls
    union all
    select 'ops_builds', outcome_id, cast(row(
        fingerprint, status, ended_at, message
    ) as varchar)
    from raw.ops_builds
    union all
    select 'ops_snapshots', snapshot_id, cast(row(
        published_at, fingerprint, previous_snapshot_id, warnings
    ) as varchar)
    from raw.ops_snapshots
    union all
    select 'ops_sends', edition, cast(row(
        recipient_id, kind, locale, state, claimed_at, settled_at
    ) as varchar)
    from raw.ops_sends
),

steps_unlike_records as (
    select *, 'in the mart' as stands from (from steps except all from said_steps)
    union all
    select *, 'in the records' as stands from (from said_steps except all from steps)
),

quotas as (
    -- The source counts its calls itself: the highest count of a day is the newest.
    select
        datasets.source,
        cast(ended_at as date) as used_on,
        max(quota_used) as used_calls,
        max(quota_limit) as limit_calls,
        sum(used_calls) as own_calls
    from raw.ops_pulls as pulls
    inner join raw.ops_datasets as datasets using (dataset)
    where quota_limit is not null
    group by all
),

quota_unlike_pulls as (
    select source, used_on, reports.used_calls, quotas.used_calls as should_be, reports.own_calls
    from marts.ops_quota as reports
    full join quotas using (source, used_on)
    where
        (reports.used_calls, reports.limit_calls, reports.own_calls)
        is distinct from (quotas.used_calls, quotas.limit_calls, quotas.own_calls)
)

select
    (select count(*) from marts.ops_freshness) as row_count,
    (select count(*) from loads_unlike_ledger) as loads_unlike_ledger,
    (select list(s) from (from loads_unlike_ledger order by all limit 5) as s)
        as loads_unlike_ledger_samples,
    (select count(*) from freshness_unlike_loads) as freshness_unlike_loads,
    (select list(s) from (from freshness_unlike_loads order by all limit 5) as s)
        as freshness_unlike_loads_samples,
    (select count(*) from findings_unlike_outcomes) as findings_unlike_outcomes,
    (select list(s) from (from findings_unlike_outcomes order by all limit 5) as s)
        as findings_unlike_outcomes_samples,
    (select count(*) from steps_unlike_records) as steps_unlike_records,
    (select list(s) from (from steps_unlike_records order by all limit 5) as s)
        as steps_unlike_records_samples,
    (select count(*) from quota_unlike_pulls) as quota_unlike_pulls,
    (select list(s) from (from quota_unlike_pulls order by all limit 5) as s)
        as quota_unlike_pulls_samples
