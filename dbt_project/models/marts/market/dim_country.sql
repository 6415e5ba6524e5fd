select
    country_code,
    name_en as country_name_en,
    name_zh as country_name_zh,
    region,
    m49_subregion,
    {{ geography_level('country_code') }} as geography_level,
    source
from {{ ref('countries') }}
