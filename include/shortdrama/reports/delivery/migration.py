"""Takes the addresses out of send ledgers that were written before recipients had ids."""

from collections import Counter

from shortdrama.lake import keys
from shortdrama.lake.sends import digest_of
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.delivery import ledger
from shortdrama.reports.delivery.subscriptions import Addresses


def forget_addresses(store: ObjectStore, addresses: Addresses) -> list[str]:
    """Rewrite the ledgers that need it; their editions. It can be run twice and killed.

    Recipients whose address is known get their id, all others the digest of their address. So do
    two ids of one address: under one of them, the send would not count for the other.
    """
    shared = Counter(map(digest_of, addresses.values()))
    ids = {digest: one for digest, one in addresses.ids_by_digest().items() if shared[digest] == 1}
    return [
        edition_id
        for report in store.folders(keys.EDITIONS)
        for period in store.folders(f"{keys.EDITIONS}{report}/")
        if ledger.rename(store, edition_id := f"{report}/{period}", ids)
    ]
