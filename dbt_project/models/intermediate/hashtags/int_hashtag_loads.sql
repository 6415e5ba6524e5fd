select
    load_id,
    country_code,
    load_seq,
    said_at,
    accepted_at,
    -- Loads from before there was a second provider do not say whose they are.
    coalesce(provider, 'creative_center') as provider,
    is_sample
from {{ ref('stg_lake__load_coverage') }}
where dataset = 'tiktok.hashtags'
