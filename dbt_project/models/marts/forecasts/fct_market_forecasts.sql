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
),

-- What a publisher's workbook says.
loaded as (
    select forecasts.*
    from {{ ref('stg_omdia__forecasts') }} as forecasts
    inner join ordered
        on
            forecasts.publisher = ordered.publisher
            and forecasts.published_on = ordered.published_on
            and forecasts.load_id = ordered.load_id
            and ordered.recency = 1
),

-- Quoted figures of publishers without a workbook. Omdia's quotes are left out, because its
-- workbooks say the same.
quoted as (
    select
        *,
        cast(period as int) as year
    from {{ ref('published_figures') }}
    where
        vendor <> 'Omdia'
        and period_type = 'year'
        and scope = 'microdramas'
),

figures as (
    select
        publisher,
        published_on,
        geography,
        segment,
        metric,
        unit,
        year,
        value_kind,
        value,
        is_lower_bound,
        value_basis,
        basis_evidence,
        file_name as source,
        file_name,
        sheet,
        cell,
        load_id,
        is_sample
    from loaded

    union all

    select
        vendor as publisher,
        published_on,
        geography,
        scope as segment,
        metric,
        unit,
        year,
        -- Before its year has ended a figure is a forecast; no source calls it an actual.
        case
            when year >= extract(year from published_on) then 'forecast'
            else 'estimate'
        end as value_kind,
        cast(value as decimal(20, 4)) as value,
        is_lower_bound,
        value_basis,
        basis_evidence,
        source,
        cast(null as {{ type_string() }}) as file_name,
        cast(null as {{ type_string() }}) as sheet,
        cast(null as {{ type_string() }}) as cell,
        cast(null as {{ type_string() }}) as load_id,
        false as is_sample
    from quoted
)

select
    publisher,
    published_on,
    substr(cast(published_on as {{ type_string() }}), 1, 7) as vintage_label,
    geography,
    segment,
    metric,
    unit,
    year,
    value_kind,
    value,
    is_lower_bound,
    value_basis,
    basis_evidence,
    source,
    file_name,
    sheet,
    cell,
    load_id,
    is_sample
from figures
