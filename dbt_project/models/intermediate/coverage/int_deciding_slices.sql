select
    slices.dataset,
    slices.country_code,
    slices.date_on,
    slices.load_id,
    slices.said_at,
    slices.is_sample,
    case
        when
            {{ datediff('slices.date_on', 'cast(slices.said_at as date)', 'day') }}
            < datasets.settles_after_days
            then 'provisional'
        else 'settled'
    end as maturity
from {{ ref('int_slice_versions') }} as slices
left join {{ ref('stg_ops__datasets') }} as datasets
    on slices.dataset = datasets.dataset
where slices.known_to_at is null
