-- Which loads did the gates refuse, and what did people decide?
-- If a person accepted or revoked a load, the row says who and why.
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
where status in ('quarantined', 'revoked') or override_by is not null
order by decided_at desc, load_id asc
limit 30
