"""Which products to ask about: those of the newest accepted load of products."""

from shortdrama.config import Settings
from shortdrama.datasets import PRODUCTS
from shortdrama.lake import duck
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.errors import TransientError


def listed_products(settings: Settings, store: ObjectStore) -> tuple[int, ...]:
    """Product ids, ascending; inactive ones too, or they would vanish from days pulled again.

    Raises TransientError while no load of products is accepted.
    """
    accepted = LoadLedger(store, PRODUCTS).accepted()
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
