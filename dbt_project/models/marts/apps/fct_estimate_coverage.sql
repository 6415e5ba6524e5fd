select
    slices.country_code,
    {{ geography_level('slices.country_code') }} as geography_level,
    slices.date_on as covered_on,
    vendors.vendor,
    slices.known_from_at,
    slices.is_sample
from {{ ref('int_slice_versions') }} as slices
inner join {{ ref('vendors') }} as vendors
    on vendors.vendor = 'Appfigures'
where
    slices.dataset = 'appfigures.estimates'
    and slices.version_number = 1
