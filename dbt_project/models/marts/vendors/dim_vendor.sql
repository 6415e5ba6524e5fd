-- The reviewed list first; a publisher that is not in it is described by the layout of its newest
-- accepted file.
with

brought as (
    select
        load_vendors.vendor,
        load_vendors.methodology,
        load_vendors.scope,
        load_vendors.revenue_basis,
        load_vendors.basis_evidence,
        load_vendors.currency,
        load_vendors.may_redistribute,
        load_vendors.source,
        row_number() over (
            partition by load_vendors.vendor
            order by load_vendors.said_at desc, load_vendors.load_seq desc
        ) as recency
    from {{ ref('stg_lake__load_vendors') }} as load_vendors
    where not exists (
        select 1 from {{ ref('vendors') }} as vendors
        where vendors.vendor = load_vendors.vendor
    )
)

select
    vendor,
    methodology,
    scope,
    revenue_basis,
    basis_evidence,
    currency,
    may_redistribute,
    may_share_aggregates,
    source
from {{ ref('vendors') }}
union all
select
    vendor,
    methodology,
    scope,
    revenue_basis,
    basis_evidence,
    currency,
    may_redistribute,
    cast(null as boolean) as may_share_aggregates,
    source
from brought
where recency = 1
