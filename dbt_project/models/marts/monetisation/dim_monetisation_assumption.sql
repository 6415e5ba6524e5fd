select
    assumption_id,
    middle,
    low,
    high,
    unit,
    middle_certainty,
    low_certainty,
    high_certainty,
    source
from {{ ref('monetisation_assumptions') }}
