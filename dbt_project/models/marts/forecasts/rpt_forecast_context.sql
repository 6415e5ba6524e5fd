with

markets as (
    select *
    from {{ ref('rpt_market_size_monthly') }}
),

-- A run-rate is made only of complete and settled months.
months as (
    select
        markets.*,
        cast(extract(year from markets.period_start_on) as int) as year,
        {{ datediff('markets.period_start_on', 'markets.period_end_on', 'day') }} + 1 as month_days
    from markets
    where {{ is_whole('markets') }}
),

ours as (
    select
        geography,
        year,
        vendor,
        revenue_basis,
        currency,
        cast(count(*) as int) as our_months,
        min(period_start_on) as our_first_month_on,
        max(period_start_on) as our_last_month_on,
        cast(sum(revenue_usd) as decimal(18, 2)) as our_revenue_usd,
        cast(sum(month_days) as int) as our_days,
        bool_or(is_sample) as is_sample
    from months
    group by geography, year, vendor, revenue_basis, currency
),

-- Assume that every day of the year is like those of the months that we have.
run_rates as (
    select
        *,
        cast(
            our_revenue_usd * case when mod(year, 4) = 0 then 366 else 365 end
            / nullif(our_days, 0) as decimal(18, 2)
        ) as our_run_rate_usd
    from ours
),

forecasts as (
    select
        *,
        row_number() over (
            partition by publisher, geography, segment, year, value_basis
            order by published_on desc nulls last
        ) = 1 as is_newest_vintage
    from {{ ref('fct_market_forecasts') }}
    where metric = 'revenue' and unit = 'USD' and segment <> 'FAST channels'
),

judged as (
    select
        forecasts.publisher,
        forecasts.published_on,
        forecasts.is_newest_vintage,
        forecasts.geography,
        forecasts.segment,
        forecasts.year,
        forecasts.value_kind,
        forecasts.value as forecast_usd,
        forecasts.value_basis as forecast_basis,
        forecasts.basis_evidence,
        forecasts.source,
        vendors.vendor as our_vendor,
        vendors.revenue_basis as our_basis,
        coalesce(run_rates.our_months, 0) as our_months,
        run_rates.our_first_month_on,
        run_rates.our_last_month_on,
        run_rates.our_revenue_usd,
        run_rates.our_run_rate_usd,
        case
            when run_rates.geography is null then 'no_data'
            when forecasts.segment <> 'short-drama apps' then 'scope'
            when forecasts.value_basis <> vendors.revenue_basis then 'basis'
            when run_rates.our_months < 12 then 'window'
            when forecasts.is_lower_bound then 'lower_bound'
        end as reason,
        forecasts.value_basis = vendors.revenue_basis as is_same_basis,
        forecasts.is_sample or coalesce(run_rates.is_sample, false) as is_sample
    from forecasts
    inner join {{ ref('vendors') }} as vendors
        on vendors.vendor = 'Appfigures'
    left join run_rates
        on
            forecasts.geography = run_rates.geography
            and forecasts.year = run_rates.year
            and vendors.vendor = run_rates.vendor
            and vendors.revenue_basis = run_rates.revenue_basis
)

select
    publisher,
    published_on,
    is_newest_vintage,
    geography,
    segment,
    year,
    value_kind,
    forecast_usd,
    forecast_basis,
    basis_evidence,
    source,
    our_vendor,
    our_basis,
    our_months,
    our_first_month_on,
    our_last_month_on,
    our_revenue_usd,
    our_run_rate_usd,
    reason is null as comparable,
    reason,
    is_same_basis,
    case when reason is null then {{ change_pct('our_run_rate_usd', 'forecast_usd') }} end
        as difference_pct,
    is_sample
from judged
