-- Which loads did the gates refuse, and what did people decide?
-- A load that was accepted or revoked by a person says who and why.
select
    dataset,
    load_id,
    status,
    start_on,
    end_on,
    decided_at,
    reasons,
    override_by,
    override_because
from ops_loads
where status <> 'accepted' or override_by is not null
order by decided_at desc, load_id asc
limit 30
