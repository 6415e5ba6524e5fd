"""The products that a report asks about, and how many of them fit into one call."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from urllib.parse import quote

from shortdrama.core.errors import TransientError
from shortdrama.core.settings import Settings
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.lake import duck
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore

LONGEST_IDS = 3_500
"""Characters of a call's product ids, so that the whole URL stays under 4 kB."""

ListProducts = Callable[[], Sequence[int]]
"""Gives the product ids to ask about, ascending; raises SourceError when it cannot."""


def listing(settings: Settings, store: ObjectStore) -> ListProducts:
    """Lists the products, once: a load accepted meanwhile must not change what was planned."""
    return cache(lambda: listed_products(settings, store))


def listed_products(settings: Settings, store: ObjectStore) -> tuple[int, ...]:
    """Product ids, ascending; inactive ones too, or they would vanish from days pulled again.

    Raises TransientError while no load of products is accepted.
    """
    accepted = LoadLedger(store, PRODUCTS.id).accepted()
    if not accepted:
        raise TransientError(
            "no load of appfigures.products is accepted yet, so nobody knows which products to ask"
            " about. The same run pulls them: try again when they are accepted"
        )
    newest = max(accepted, key=lambda record: (record.said_at, record.seq))
    with duck.connect(settings.s3) as connection:
        found = connection.execute(
            "select distinct product_id from read_parquet(?) order by product_id",
            [store.uri(newest.key)],
        ).fetchall()
    return tuple(product_id for (product_id,) in found)


def chunks(ids: Sequence[int], separator: str, most: int | None = None) -> Iterator[str]:
    """The ids in joined runs that fit into a URL, at most so many in each; every id is in one."""
    run: list[str] = []
    length = 0
    glue = len(quote(separator, safe=""))
    for text in map(str, ids):
        if run and (length + glue + len(text) > LONGEST_IDS or len(run) == most):
            yield separator.join(run)
            run, length = [], 0
        length += len(text) + (glue if run else 0)
        run.append(text)
    if run:
        yield separator.join(run)
