-- Whether a load has answers for exactly the countries that were asked for.
with

asked_countries as (
    select unnest(countries) as country_code from asked
),

told as (
    select distinct country_code from load where country_code is not null
),

missing as (
    from asked_countries where country_code not in (from told)
),

unasked as (
    from told where country_code not in (from asked_countries)
)

select
    (select count(*) from missing) as missing_countries,
    (select list(m) from (from missing order by all limit 5) as m) as missing_countries_samples,
    (select count(*) from unasked) as unasked_countries,
    (select list(u) from (from unasked order by all limit 5) as u) as unasked_countries_samples
