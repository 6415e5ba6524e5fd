"""Products: the whole list every day. What leaves the stores stays in it, as inactive."""

from datetime import date

from ordinary.loads import OrdinaryLoad, at_noon
from ordinary.market import PRODUCTS
from shortdrama.core.windows import Window


def load(said_on: date, restless: float = 1.0) -> OrdinaryLoad:
    """The list of a day; `restless` renames more apps."""
    renamed = 0.002 * restless
    sql = f"""
select
    product_id,
    'ua_' || app,
    'Drama App ' || app,
    'Publisher ' || (app % 60),
    'Drama App ' || app || if(
        hash(app, 'renamed') % 1000 < {1000 * renamed} * date_diff(
            'month', date '2025-01-01', date '{said_on}'
        ),
        ': Short Dramas', ' - Short Drama'
    ),
    'Developer ' || (app % 60),
    store,
    if(store = 'apple', 'apple:ios', 'google_play'),
    if(store = 'apple', cast(6440000000 + app as varchar), 'com.example.drama' || app),
    'app',
    launched_on,
    cast(launched_on + 20 as date),
    left_on > date '{said_on}'
from ({PRODUCTS}) as products
where launched_on + 20 <= date '{said_on}'
"""
    return OrdinaryLoad(sql, Window(start=said_on, end=said_on), (), at_noon(said_on))
