-- Which apps had the best places in the stores' charts of top-grossing apps?
-- The stores' own places in the last seven days that we have; they are not estimates. No row on a
-- covered day means not ranked.
with newest as (
    select max(ranked_on) as ranked_on
    from fct_app_ranks_daily
)

select
    apps.app_name,
    ranks.country_code,
    ranks.store,
    ranks.category_name,
    min(ranks.chart_rank) as best_rank,
    count(distinct ranks.ranked_on) as days_ranked
from fct_app_ranks_daily as ranks
inner join newest on ranks.ranked_on > newest.ranked_on - interval 7 day
inner join dim_app as apps on ranks.app_id = apps.app_id
where ranks.chart = 'topgrossing'
group by apps.app_name, ranks.country_code, ranks.store, ranks.category_name
order by best_rank asc, days_ranked desc, apps.app_name asc
limit 30
