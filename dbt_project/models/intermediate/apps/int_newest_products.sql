select *
from {{ ref('int_listed_products') }}
