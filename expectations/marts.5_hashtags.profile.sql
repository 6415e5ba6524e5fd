-- Hashtags: what the loads say, what the facts repeat, and the momentum computed once more.
create or replace temp macro evidence_of(daily_now, daily_before, views, views_before) as
case
    when daily_now is not null and daily_before is not null then 'daily_views'
    when views is not null and views_before is not null then 'snapshots'
end;

create or replace temp table week_windows as
select hashtag_id, country_code, provider, as_of_on, posts, views, rank, views_all_time,
    daily_views_until_on
from marts.fct_hashtag_snapshots
where window_days = 7
qualify row_number() over (partition by hashtag_id, country_code, as_of_on order by as_of_at desc)
    = 1;

create or replace temp table chart_days as
select *, lag(as_of_on) over (partition by country_code, provider order by as_of_on)
    as previous_as_of_on
from (select distinct country_code, provider, as_of_on from week_windows);

-- Seven days together, if all of them are known.
create or replace temp table whole_weeks as
select hashtag_id, country_code, provider, viewed_on as end_on, week_views
from (
    select *, sum(views) over days as week_views, count(*) over days as day_count
    from marts.fct_hashtag_views_daily
    window days as (
        partition by provider, hashtag_id, country_code order by viewed_on
        range between interval 6 day preceding and current row
    )
)
where day_count = 7;

create or replace temp table momentum as
with placed as (
    select hashtag_id, country_code, provider, as_of_on from week_windows
    union
    select windows.hashtag_id, days.country_code, days.provider, days.as_of_on
    from chart_days as days
    inner join week_windows as windows
        on
            windows.country_code = days.country_code
            and windows.provider = days.provider
            and windows.as_of_on = days.previous_as_of_on
    where windows.rank is not null
),

bases as (
    select
        placed.*,
        tags.hashtag_name,
        tags.kind,
        seen.posts,
        seen.views,
        seen.rank,
        seen.views_all_time,
        seen.daily_views_until_on as until_on,
        days.previous_as_of_on,
        previous.rank as previous_rank,
        week_before.views as snapshot_7d,
        month_before.views as snapshot_28d,
        week_before.views_all_time as all_time_7d
    from placed
    inner join marts.dim_hashtag as tags using (hashtag_id)
    inner join chart_days as days using (country_code, provider, as_of_on)
    left join week_windows as seen using (hashtag_id, country_code, provider, as_of_on)
    left join week_windows as previous
        on
            previous.hashtag_id = placed.hashtag_id
            and previous.country_code = placed.country_code
            and previous.provider = placed.provider
            and previous.as_of_on = days.previous_as_of_on
    left join week_windows as week_before
        on
            week_before.hashtag_id = placed.hashtag_id
            and week_before.country_code = placed.country_code
            and week_before.provider = placed.provider
            and week_before.as_of_on = placed.as_of_on - 7
    left join week_windows as month_before
        on
            month_before.hashtag_id = placed.hashtag_id
            and month_before.country_code = placed.country_code
            and month_before.provider = placed.provider
            and month_before.as_of_on = placed.as_of_on - 28
),

weeks as (
    select
        bases.*,
        now.week_views as daily_now,
        before_7.week_views as daily_7d,
        before_28.week_views as daily_28d
    from bases
    left join whole_weeks as now
        on
            now.hashtag_id = bases.hashtag_id
            and now.country_code = bases.country_code
            and now.provider = bases.provider
            and now.end_on = bases.until_on
    left join whole_weeks as before_7
        on
            before_7.hashtag_id = bases.hashtag_id
            and before_7.country_code = bases.country_code
            and before_7.provider = bases.provider
            and before_7.end_on = bases.until_on - 7
    left join whole_weeks as before_28
        on
            before_28.hashtag_id = bases.hashtag_id
            and before_28.country_code = bases.country_code
            and before_28.provider = bases.provider
            and before_28.end_on = bases.until_on - 28
)

-- Days where both weeks are known by day, else windows of snapshots; never one against the other.
select
    *,
    if(daily_now is not null and daily_7d is not null, daily_now, views) as after_7d,
    if(daily_now is not null and daily_7d is not null, daily_7d, if(views is null, null, snapshot_7d))
        as base_7d,
    if(daily_now is not null and daily_28d is not null, daily_now, views) as after_28d,
    if(daily_now is not null and daily_28d is not null, daily_28d, if(views is null, null, snapshot_28d))
        as base_28d,
    sum(views) filter (where kind in ('drama', 'brand')) over same_day as drama_views,
    sum(views) filter (where kind = 'game') over same_day as game_views,
    count(views) filter (where kind in ('drama', 'brand')) over same_day as drama_tags
from weeks
window same_day as (partition by country_code, as_of_on);

with

-- The newest accepted load about a day decides, also by what it does not have.
deciding as (
    select country_code, as_of_on, arg_max(load_id, (said_at, load_seq)) as load_id,
        arg_max(provider, (said_at, load_seq)) as provider, max(said_at) as said_at
    from (
        select * replace (coalesce(provider, 'creative_center') as provider),
            cast(unnest(range(start_on, end_on + 1, interval 1 day)) as date) as as_of_on
        from raw.load_coverage
        where dataset = 'tiktok.hashtags'
    )
    group by all
),

said as (
    select load_id, country_code, window_days, count(*) as tags, sum(views) as views,
        sum(hash(hashtag_id, hashtag_name, as_of_at, rank, rank_diff, rank_diff_type, posts, views,
            posts_all_time, views_all_time, is_promoted, industry, deciding.provider,
            deciding.said_at, len(curve), len(audience_ages)) % 1000003) as fingerprint
    from raw.tiktok_hashtags as loads
    inner join deciding using (load_id, country_code)
    where deciding.as_of_on = cast(as_of_at as date)
    group by all
),

kept as (
    select load_id, country_code, window_days, count(*) as tags, sum(views) as views,
        sum(hash(hashtag_id, hashtag_name, as_of_at, rank, rank_diff, rank_diff_type, posts, views,
            posts_all_time, views_all_time, is_promoted, industry, provider, said_at,
            cast(json_array_length(curve_json) as bigint),
            cast(json_array_length(audience_ages_json) as bigint)) % 1000003) as fingerprint
    from marts.fct_hashtag_snapshots
    group by all
),

snapshots_unlike_loads as (
    select load_id, country_code, window_days, kept.tags, said.tags as should_be,
        kept.views, said.views as views_should_be
    from kept
    full join said using (load_id, country_code, window_days)
    where (kept.tags, kept.fingerprint) is distinct from (said.tags, said.fingerprint)
),

moves_unlike_differences as (
    select hashtag_name, country_code, as_of_on, rank_diff, rank_diff_type, rank_movement
    from marts.fct_hashtag_snapshots
    where
        as_of_on is distinct from cast(as_of_at as date)
        or rank_movement is distinct from case
            when rank_diff_type = 4 then 'new'
            when rank_diff = 0 then 'unchanged'
            when rank_diff_type = 1 then 'up'
            when rank_diff_type in (2, 3) and rank_diff is not null then 'down'
            when rank_diff_type = 2 then 'unchanged'
        end
),

days_unlike_versions as (
    select country_code, provider, viewed_on, daily.views, newest.views as should_be
    from (
        select country_code, provider, viewed_on, count(*) as tags, sum(views) as views,
            sum(hash(hashtag_id, views, chart_rank)) as fingerprint
        from marts.fct_hashtag_views_daily
        group by all
    ) as daily
    full join (
        select country_code, provider, viewed_on, count(*) as tags, sum(views) as views,
            sum(hash(hashtag_id, views, chart_rank)) as fingerprint
        from marts.fct_hashtag_views_versions
        where known_to_at is null
        group by all
    ) as newest using (country_code, provider, viewed_on)
    where daily.fingerprint is distinct from newest.fingerprint
),

kinds_unlike_review as (
    select tags.hashtag_name, tags.kind, coalesce(kinds.kind, 'other') as should_be
    from marts.dim_hashtag as tags
    left join seeds.hashtag_kinds as kinds on kinds.hashtag_name = lower(tags.hashtag_name)
    where
        (tags.kind, tags.kind_reason)
        is distinct from
        (coalesce(kinds.kind, 'other'), coalesce(kinds.reason, 'not reviewed'))
),

-- A tag has the name of its newest snapshot.
seen_tags as (
    select
        hashtag_id,
        min(as_of_on) as first_seen_on,
        max(as_of_on) as last_seen_on,
        bool_or(
            audience_ages_json is not null
            or (
                provider = 'creative_center'
                and (views_all_time is not null or posts_all_time is not null)
            )
        ) as is_watched,
        arg_max(hashtag_name, as_of_at) as a_newest_name
    from marts.fct_hashtag_snapshots
    group by hashtag_id
),

tags_unlike_snapshots as (
    select hashtag_id, tags.hashtag_name, seen.a_newest_name as should_be, tags.first_seen_on,
        seen.first_seen_on as first_should_be, tags.last_seen_on, tags.is_watched
    from marts.dim_hashtag as tags
    full join seen_tags as seen using (hashtag_id)
    where
        (tags.first_seen_on, tags.last_seen_on, tags.is_watched)
        is distinct from (seen.first_seen_on, seen.last_seen_on, seen.is_watched)
        or lower(tags.hashtag_name) <> lower(seen.a_newest_name)
),

pairs as (
    select coalesce(reports.hashtag_name, momentum.hashtag_name) as hashtag_name,
        coalesce(reports.country_code, momentum.country_code)
        as country_code, coalesce(reports.as_of_on, momentum.as_of_on) as as_of_on,
        reports, momentum
    from marts.rpt_hashtag_momentum as reports
    full join momentum using (hashtag_id, country_code, as_of_on)
),

momentum_unlike_views as (
    select hashtag_name, country_code, as_of_on, reports.views, momentum.views as should_be,
        reports.views_change_7d_pct, change_of(momentum.after_7d, momentum.base_7d)
            as change_should_be
    from pairs
    where
        (reports.hashtag_name, reports.kind, reports.provider, reports.posts, reports.views,
        reports.views_all_time, reports.daily_views_until_on, reports.daily_views_7d,
        reports.views_change_7d, reports.views_change_28d, reports.views_all_time_change_7d,
        reports.change_7d_evidence, reports.change_28d_evidence)
        is distinct from
        (momentum.hashtag_name, momentum.kind, momentum.provider, momentum.posts, momentum.views,
        momentum.views_all_time, momentum.until_on, momentum.daily_now,
        momentum.after_7d - momentum.base_7d, momentum.after_28d - momentum.base_28d,
        momentum.views_all_time - momentum.all_time_7d,
        evidence_of(momentum.daily_now, momentum.daily_7d, momentum.views, momentum.snapshot_7d),
        evidence_of(momentum.daily_now, momentum.daily_28d, momentum.views, momentum.snapshot_28d))
        or differs(
            reports.views_change_7d_pct, change_of(momentum.after_7d, momentum.base_7d), 0.0002
        )
        or differs(
            reports.views_change_28d_pct, change_of(momentum.after_28d, momentum.base_28d), 0.0002
        )
        -- Below some views no tag breaks out, and above them each that doubles.
        or (reports.is_breakout and momentum.after_7d < 2 * momentum.base_7d)
        or (reports.is_breakout is null) <> (coalesce(momentum.base_7d, 0) = 0)
        or (
            not reports.is_breakout and momentum.after_7d >= 2 * momentum.base_7d
            and momentum.after_7d >= (
                select min(others.momentum.after_7d) from pairs as others
                where others.reports.is_breakout
            )
        )
),

charts_unlike_places as (
    select hashtag_name, country_code, as_of_on, reports.chart_rank, momentum.rank as should_be,
        reports.chart_movement, reports.previous_chart_rank
    from pairs
    where
        (reports.chart_rank, reports.previous_as_of_on, reports.previous_chart_rank)
        is distinct from (momentum.rank, momentum.previous_as_of_on, momentum.previous_rank)
        or reports.chart_movement is distinct from case
            when momentum.previous_as_of_on is null then null
            when momentum.rank is null then if(momentum.previous_rank is null, null, 'exit')
            when momentum.previous_rank is null then 'entry'
            when momentum.rank < momentum.previous_rank then 'up'
            when momentum.rank > momentum.previous_rank then 'down'
            else 'same'
        end
),

voices_unlike_views as (
    select hashtag_name, country_code, as_of_on, reports.share_of_voice_pct,
        reports.drama_views, momentum.drama_views as should_be
    from pairs
    where
        (reports.drama_tags, reports.drama_views, reports.game_views)
        is distinct from (momentum.drama_tags, momentum.drama_views, momentum.game_views)
        or differs(
            reports.share_of_voice_pct,
            case
                when momentum.kind in ('drama', 'brand')
                    then share_of(momentum.views, momentum.drama_views)
            end,
            0.0002
        )
        or differs(
            reports.drama_against_game_pct,
            share_of(momentum.drama_views, momentum.drama_views + momentum.game_views),
            0.0002
        )
)

select
    (select count(*) from kept) as row_count,
    (select count(*) from snapshots_unlike_loads) as snapshots_unlike_loads,
    (select list(s) from (from snapshots_unlike_loads order by all limit 5) as s)
        as snapshots_unlike_loads_samples,
    (select count(*) from moves_unlike_differences) as hashtag_moves_unlike_differences,
    (select list(s) from (from moves_unlike_differences order by all limit 5) as s)
        as hashtag_moves_unlike_differences_samples,
    (select count(*) from days_unlike_versions) as daily_views_unlike_versions,
    (select list(s) from (from days_unlike_versions order by all limit 5) as s)
        as daily_views_unlike_versions_samples,
    (select count(*) from kinds_unlike_review) as hashtag_kinds_unlike_review,
    (select list(s) from (from kinds_unlike_review order by all limit 5) as s)
        as hashtag_kinds_unlike_review_samples,
    (select count(*) from tags_unlike_snapshots) as hashtags_unlike_snapshots,
    (select list(s) from (from tags_unlike_snapshots order by all limit 5) as s)
        as hashtags_unlike_snapshots_samples,
    (select count(*) from momentum_unlike_views) as momentum_unlike_views,
    (select list(s) from (from momentum_unlike_views order by all limit 5) as s)
        as momentum_unlike_views_samples,
    (select count(*) from charts_unlike_places) as chart_moves_unlike_places,
    (select list(s) from (from charts_unlike_places order by all limit 5) as s)
        as chart_moves_unlike_places_samples,
    (select count(*) from voices_unlike_views) as voices_unlike_views,
    (select list(s) from (from voices_unlike_views order by all limit 5) as s)
        as voices_unlike_views_samples
