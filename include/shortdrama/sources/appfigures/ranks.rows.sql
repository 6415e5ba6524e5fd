-- One row per product, country, chart and day on which it is ranked. Positions are aligned with the
-- answer's dates; null is "not ranked", and so is no row.
with series as (
    select dates, unnest(data) as series, filename as part from rank_answers
),
aligned as (
    select
        series,
        series -> '$.category' as category,
        part,
        dates,
        case
            when json_type(series -> '$.positions') = 'ARRAY'
                and json_array_length(series -> '$.positions') = len(dates)
                then cast(series -> '$.positions' as json[])
            else error(part || ': field "positions" should have a place for each of the '
                || len(dates) || ' dates')
        end as positions
    from series
),
places as (
    select
        series,
        category,
        part,
        unnest(dates) as ranked_on,
        unnest(positions) as place
    from aligned
)
select
    strict_integer(series -> '$.product_id', 'product_id', part) as product_id,
    strict_text(series -> '$.country', 'country', part) as country_code,
    strict_integer(category -> '$.id', 'category.id', part) as category_id,
    strict_text(category -> '$.name', 'category.name', part) as category_name,
    strict_text(category -> '$.device', 'category.device', part) as device,
    strict_text(category -> '$.subtype', 'category.subtype', part) as subtype,
    strict_date(ranked_on, 'dates', part) as ranked_on,
    strict_integer(place, 'positions', part) as rank
from places
where json_type(place) <> 'NULL'
