-- Whose figures are gross and whose are net, and how do we know?
-- `stated` by the vendor, `inferred` by us from figures that fit, or `assumed`. Never mix them.
select
    vendor,
    revenue_basis,
    basis_evidence,
    currency,
    may_redistribute,
    may_share_aggregates,
    scope
from dim_vendor
order by vendor, revenue_basis
