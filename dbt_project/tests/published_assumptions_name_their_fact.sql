-- Ends that are called published but name no fact, or the reverse; and a middle that is called
-- published but equals neither end.
select
    assumption_id,
    source
from {{ ref('monetisation_assumptions') }}
where
    (low_certainty = 'published') <> (low_fact_id is not null)
    or (high_certainty = 'published') <> (high_fact_id is not null)
    or not (low <= middle and middle <= high)
    or (
        middle_certainty = 'published'
        and not (
            (low_certainty = 'published' and middle = low)
            or (high_certainty = 'published' and middle = high)
        )
    )
