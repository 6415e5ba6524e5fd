-- How old is each dataset, and was anything refused since?
-- As of the build of this snapshot. A dataset with refused loads stays at its last accepted one.
select
    dataset,
    as_of_on,
    as_of_age_days,
    said_at,
    accepted_loads,
    refused_loads,
    last_refused_because,
    is_sample
from ops_freshness
order by dataset
