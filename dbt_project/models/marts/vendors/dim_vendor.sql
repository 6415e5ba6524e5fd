select
    vendor,
    methodology,
    scope,
    revenue_basis,
    basis_evidence,
    currency,
    may_redistribute,
    source
from {{ ref('vendors') }}
