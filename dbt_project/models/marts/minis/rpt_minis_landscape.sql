with

dated as (
    select
        *,
        cast({{ date_trunc('month', 'as_of_on') }} as date) as month_start_on
    from {{ ref('fct_minis_offers') }}
),

-- A month is what its last snapshot shows.
newest as (
    select
        *,
        dense_rank() over (
            partition by market, month_start_on
            order by as_of_on desc nulls last
        ) as recency
    from dated
),

offers as (
    select
        *,
        kind = 'drama' as is_drama,
        case
            when kind <> 'drama' or unlock_price_usd is null then null
            when unlock_price_usd >= 10 then '10 and more'
            when unlock_price_is_lower_bound then 'unknown'
            when unlock_price_usd >= 5 then '5 to 10'
            else 'under 5'
        end as unlock_band
    from newest
    where recency = 1
),

landscapes as (
    select
        month_start_on,
        market,
        max(as_of_on) as as_of_on,
        cast(sum(case when is_drama then apps end) as int) as drama_apps,
        cast(sum(case when not is_drama then apps end) as int) as game_apps,
        cast(
            count(case when is_drama and evidence = 'named' then 1 end) as int
        ) as named_drama_apps,
        cast(
            count(case when not is_drama and evidence = 'named' then 1 end) as int
        ) as named_game_apps,
        min(case when is_drama then free_episodes_min end) as free_episodes_min,
        max(case when is_drama then free_episodes_max end) as free_episodes_max,
        min(price_basis) as price_basis,
        min(case when is_drama then unlock_price_usd end) as unlock_price_low_usd,
        max(case when is_drama then unlock_price_usd end) as unlock_price_high_usd,
        bool_or(
            case when is_drama then unlock_price_is_lower_bound end
        ) as unlock_price_has_lower_bound,
        {% for band, name in [
            ('under 5', 'under_5_usd'),
            ('5 to 10', '5_to_10_usd'),
            ('10 and more', '10_usd_and_more'),
            ('unknown', 'band_unknown'),
        ] %}
            cast(
                count(case when unlock_band = '{{ band }}' then 1 end) as int
            ) as unlock_{{ name }}_offers,
        {% endfor %}
        min(case when is_drama then monthly_price_low_usd end) as monthly_price_low_usd,
        max(case when is_drama then monthly_price_high_usd end) as monthly_price_high_usd,
        min(case when is_drama then discount_ratio end) as discount_low_ratio,
        max(case when is_drama then discount_ratio end) as discount_high_ratio,
        bool_or(is_sample) as is_sample
    from offers
    group by month_start_on, market
),

leaders as (
    select
        month_start_on,
    {% for status in ['present', 'absent', 'unknown'] %}
        cast(
            count(case when status = '{{ status }}' then 1 end) as int
        ) as leaders_{{ status }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('rpt_minis_leaders') }}
    where route = 'minis'
    group by month_start_on
)

select
    landscapes.month_start_on,
    landscapes.market,
    landscapes.as_of_on,
    landscapes.drama_apps,
    landscapes.game_apps,
    landscapes.named_drama_apps,
    landscapes.named_game_apps,
    coalesce(leaders.leaders_present, 0) as leaders_present,
    coalesce(leaders.leaders_absent, 0) as leaders_absent,
    coalesce(leaders.leaders_unknown, 0) as leaders_unknown,
    landscapes.free_episodes_min,
    landscapes.free_episodes_max,
    landscapes.price_basis,
    landscapes.unlock_price_low_usd,
    landscapes.unlock_price_high_usd,
    landscapes.unlock_price_has_lower_bound,
    landscapes.unlock_under_5_usd_offers,
    landscapes.unlock_5_to_10_usd_offers,
    landscapes.unlock_10_usd_and_more_offers,
    landscapes.unlock_band_unknown_offers,
    landscapes.monthly_price_low_usd,
    landscapes.monthly_price_high_usd,
    landscapes.discount_low_ratio,
    landscapes.discount_high_ratio,
    landscapes.is_sample
from landscapes
left join leaders
    on landscapes.month_start_on = leaders.month_start_on
