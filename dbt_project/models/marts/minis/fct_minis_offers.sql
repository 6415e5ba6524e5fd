with

ordered as (
    select
        offers.*,
        dense_rank() over (
            partition by offers.market, offers.snapshot_on
            order by coverage.said_at desc nulls last, coverage.load_seq desc nulls last
        ) as recency
    from {{ ref('stg_minis__catalog') }} as offers
    inner join {{ ref('stg_lake__load_coverage') }} as coverage
        on
            offers.load_id = coverage.load_id
            and coverage.dataset = 'minis.catalog'
)

select
    mini_app_id,
    {{ geography_name('market') }} as market,
    snapshot_on as as_of_on,
    kind,
    evidence,
    apps,
    app_name,
    publisher,
    unified_app_id,
    unlock_model,
    free_episodes_min,
    free_episodes_max,
    beans_per_episode,
    beans_full_series,
    'gross' as price_basis,
    unlock_price_usd,
    unlock_price_is_lower_bound,
    monthly_price_low_usd,
    monthly_price_high_usd,
    discount_ratio,
    first_seen_on,
    last_seen_on,
    published_on,
    source,
    load_id,
    said_at,
    is_sample
from ordered
where recency = 1
