with

vintages as (
    select distinct
        forecasts.publisher,
        forecasts.published_on,
        forecasts.load_id,
        coverage.said_at,
        coverage.load_seq
    from {{ ref('stg_omdia__forecasts') }} as forecasts
    inner join {{ ref('stg_lake__load_coverage') }} as coverage
        on
            forecasts.load_id = coverage.load_id
            and coverage.dataset = 'omdia.forecasts'
),

ordered as (
    select
        *,
        row_number() over (
            partition by publisher, published_on
            order by said_at desc nulls last, load_seq desc nulls last
        ) as recency
    from vintages
)

select
    forecasts.publisher,
    forecasts.published_on,
    substr(cast(forecasts.published_on as {{ type_string() }}), 1, 7) as vintage_label,
    forecasts.geography,
    forecasts.segment,
    forecasts.metric,
    forecasts.unit,
    forecasts.year,
    forecasts.value_kind,
    forecasts.value,
    forecasts.is_lower_bound,
    forecasts.value_basis,
    forecasts.basis_evidence,
    forecasts.file_name,
    forecasts.sheet,
    forecasts.cell,
    forecasts.load_id,
    forecasts.is_sample
from {{ ref('stg_omdia__forecasts') }} as forecasts
inner join ordered
    on
        forecasts.publisher = ordered.publisher
        and forecasts.published_on = ordered.published_on
        and forecasts.load_id = ordered.load_id
        and ordered.recency = 1
