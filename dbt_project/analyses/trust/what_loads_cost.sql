-- What does each dataset cost in calls, and how much was loaded?
-- Calls of all recorded pulls. Answers that an earlier attempt had landed cost nothing again.
select
    dataset,
    count(*) as pulls,
    count(case when status = 'failed' then 1 end) as failed_pulls,
    sum(used_calls) as used_calls,
    sum(reused_answers) as reused_answers
from ops_pulls
group by dataset
order by used_calls desc nulls last, dataset asc
