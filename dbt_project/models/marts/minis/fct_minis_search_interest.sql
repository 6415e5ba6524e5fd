with

ordered as (
    select
        interest.*,
        dense_rank() over (
            partition by interest.market, interest.window_start_on, interest.window_end_on
            order by coverage.said_at desc nulls last, coverage.load_seq desc nulls last
        ) as recency
    from {{ ref('stg_minis__search_interest') }} as interest
    inner join {{ ref('stg_lake__load_coverage') }} as coverage
        on
            interest.load_id = coverage.load_id
            and coverage.dataset = 'minis.search_interest'
)

select
    subject,
    {{ geography_name('market') }} as market,
    window_start_on,
    window_end_on,
    cast(100 * growth_ratio as decimal(14, 4)) as growth_pct,
    growth_is_lower_bound,
    compared_with,
    in_top_100,
    hashtag_views,
    hashtag_views_is_lower_bound,
    published_on,
    source,
    load_id,
    said_at,
    is_sample
from ordered
where recency = 1
