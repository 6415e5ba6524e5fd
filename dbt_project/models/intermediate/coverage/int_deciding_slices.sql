select
    dataset,
    country_code,
    date_on,
    load_id,
    said_at,
    is_sample,
    case
        when {{ datediff('date_on', 'cast(said_at as date)', 'day') }} < {{ var('settle_days') }}
            then 'provisional'
        else 'settled'
    end as maturity
from {{ ref('int_slice_versions') }}
where known_to_at is null
