with

products as (
    select
        *,
        row_number() over (
            partition by app_id
            order by said_at desc nulls last, load_seq desc nulls last, product_id asc nulls last
        ) as recency
    from {{ ref('int_newest_products') }}
),

listings as (
    select distinct
        app_id,
        store
    from products
),

app_stores as (
    select
        app_id,
        {{ listagg('store', "', '", 'order by store') }} as stores
    from listings
    group by app_id
),

decisions as (
    select
        app_id,
        decision = 'exclude' and from_on is null and to_on is null as is_never_in,
        case
            when decision = 'include' then from_on
            else cast({{ dateadd('day', 1, 'to_on') }} as date)
        end as in_from_on,
        case
            when decision = 'include' then to_on
            else cast({{ dateadd('day', -1, 'from_on') }} as date)
        end as in_to_on,
        reason
    from {{ ref('universe_overrides') }}
)

select
    products.app_id,
    products.app_name,
    products.publisher,
    app_stores.stores,
    coalesce(decisions.is_never_in, false) as is_never_in,
    decisions.in_from_on,
    decisions.in_to_on,
    coalesce(decisions.reason, 'listed by the source') as universe_reason,
    products.is_sample
from products
inner join app_stores
    on products.app_id = app_stores.app_id
left join decisions
    on products.app_id = decisions.app_id
where products.recency = 1
