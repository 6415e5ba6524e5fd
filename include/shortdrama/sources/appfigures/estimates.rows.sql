-- One row per product, country and day that the vendor has an estimate for. The body names neither
-- country nor currency: the request and the header x-currency do, looked up once for each part.
-- Roll-up rows are left out.
with asked as (
    select
        uri,
        context['country_code'] as country_code,
        context['x-currency'] as currency
    from parts
)
select
    strict_integer(product_id, 'product_id', filename) as product_id,
    asked.country_code,
    strict_date(start_date, 'start_date', filename) as estimated_on,
    strict_integer(downloads, 'downloads', filename) as downloads,
    strict_money(revenue, 'revenue', filename) as revenue,
    coalesce(asked.currency, error(filename || ': no header x-currency')) as currency
from answers as answer
inner join asked on asked.uri = answer.filename
where rollup is null
