-- A catalogue by itself, first ones too: its prices and kinds against what is published.
with

offers as (
    select
        *,
        cast(unlock_price_usd as double) as series_price,
        cast(monthly_price_low_usd as double) as month_price,
        beans_full_series / nullif(cast(unlock_price_usd as double), 0) as beans_per_dollar,
        coalesce(unlock_model, 'beans') in ('beans', 'subscription') as is_paid
    from load
),

apps as (
    select
        cast(sum(apps) as double) as apps,
        cast(sum(apps) filter (where kind = 'game') as double) as games,
        cast(sum(apps) filter (where kind = 'drama') as double) as dramas
    from load
),

-- The middle of a column: one app may have a price of its own, a column in cents has none.
middles as (
    select
        round(median(series_price), 2) as series_price,
        round(median(month_price), 2) as month_price,
        round(median(cast(discount_ratio as double)), 4) as discount,
        round(median(beans_per_dollar), 2) as beans_per_dollar,
        round(median(free_episodes_max) filter (where is_paid), 1) as free_episodes,
        count(month_price) as month_prices
    from offers
)

select
    (select series_price from middles) as unlock_price_median,
    (
        select list(o) from (
            select mini_app_id, unlock_price_usd from offers where unlock_price_usd is not null
            order by mini_app_id, columns(*) limit 5
        ) as o
    ) as unlock_price_median_samples,
    (select month_price from middles) as monthly_price_median,
    (
        select list(o) from (
            select mini_app_id, monthly_price_low_usd from offers
            where monthly_price_low_usd is not null order by mini_app_id, columns(*) limit 5
        ) as o
    ) as monthly_price_median_samples,
    (select discount from middles) as discount_median,
    (
        select list(o) from (
            select mini_app_id, discount_ratio from offers where discount_ratio is not null
            order by mini_app_id, columns(*) limit 5
        ) as o
    ) as discount_median_samples,
    (select beans_per_dollar from middles) as beans_per_dollar_median,
    (
        select list(o) from (
            select mini_app_id, beans_full_series, unlock_price_usd from offers
            where beans_per_dollar is not null order by mini_app_id, columns(*) limit 5
        ) as o
    ) as beans_per_dollar_median_samples,
    (select free_episodes from middles) as free_episodes_median,
    (
        select list(o) from (
            select mini_app_id, unlock_model, free_episodes_min, free_episodes_max from offers
            where free_episodes_max is not null and is_paid order by mini_app_id, columns(*) limit 5
        ) as o
    ) as free_episodes_median_samples,
    (
        select
            if(
                apps < 20, null,
                round(least(coalesce(games, 0), coalesce(dramas, 0)) / apps, 4)
            )
        from apps
    ) as smaller_kind_ratio,
    (select list(a) from apps as a) as smaller_kind_ratio_samples
