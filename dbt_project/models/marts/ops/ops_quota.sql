select
    datasets.source,
    cast(pulls.ended_at as date) as used_on,
    cast(max(pulls.quota_used) as bigint) as used_calls,
    cast(max(pulls.quota_limit) as bigint) as limit_calls,
    cast(sum(pulls.used_calls) as bigint) as own_calls
from {{ ref('stg_ops__pulls') }} as pulls
inner join {{ ref('stg_ops__datasets') }} as datasets
    on pulls.dataset = datasets.dataset
where pulls.quota_limit is not null
group by datasets.source, cast(pulls.ended_at as date)
