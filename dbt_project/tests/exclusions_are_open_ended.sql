-- An app has one span in the universe: an exclusion between two days would make two.
select
    app_id,
    from_on,
    to_on
from {{ ref('universe_overrides') }}
where decision = 'exclude' and from_on is not null and to_on is not null
