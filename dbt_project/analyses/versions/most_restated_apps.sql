-- Whose estimates were restated most?
-- Only countries. A row of the versions with version_number above 1 is a change: another figure, a
-- return, or, with is_vanished, an estimate that was taken back.
select
    apps.app_name,
    count(*) as changes,
    count(case when versions.is_vanished then 1 end) as taken_back,
    count(distinct versions.estimated_on) as days_touched,
    max(versions.known_from_at) as last_changed_at
from fct_app_estimates_versions as versions
inner join dim_app as apps on versions.app_id = apps.app_id
where
    versions.version_number > 1
    and versions.geography_level = 'country'
group by apps.app_name
order by changes desc, apps.app_name asc
limit 20
