"""Takes the addresses out of send ledgers that were written before recipients had ids."""

from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.delivery import ledger
from shortdrama.reports.delivery.subscriptions import Addresses


def forget_addresses(store: ObjectStore, addresses: Addresses) -> list[str]:
    """Rewrite the ledgers that need it; their editions. It can be run twice and killed.

    Recipients whose address is known get their id, all others the digest of their address.
    """
    ids = addresses.ids_by_digest()
    return [
        edition_id
        for report in store.folders(keys.EDITIONS)
        for period in store.folders(f"{keys.EDITIONS}{report}/")
        if ledger.rename(store, edition_id := f"{report}/{period}", ids)
    ]
