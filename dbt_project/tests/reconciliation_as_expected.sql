-- Facts whose comparison differs from what the reviewers of the seed expect.
{{ config(severity='warn') }}

select
    reconciliation.fact_id,
    reconciliation.status,
    reconciliation.expected_status,
    reconciliation.reason,
    expectations.reason as expected_reason
from {{ ref('rpt_vendor_reconciliation') }} as reconciliation
inner join {{ ref('reconciliation_expectations') }} as expectations
    on reconciliation.fact_id = expectations.fact_id
where
    reconciliation.status <> reconciliation.expected_status
    or coalesce(reconciliation.reason, '') <> coalesce(expectations.reason, '')
