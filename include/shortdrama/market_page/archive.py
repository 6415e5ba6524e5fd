"""Market pages in the lake: made once for each published snapshot, beside it and not part of it."""

from collections.abc import Callable
from contextlib import closing
from typing import get_args

from shortdrama.core.settings import Settings
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.market_page.compose import compose
from shortdrama.market_page.render import html
from shortdrama.reports.words.formats import LocaleName
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest, read_manifest
from shortdrama.warehouse.snapshots.read import connect

LOCALES: tuple[LocaleName, ...] = get_args(LocaleName)
CONTENT_TYPE = "text/html; charset=utf-8"


def make_pages(settings: Settings, store: ObjectStore, say: Callable[[str], None]) -> list[str]:
    """Make the pages that the current snapshot lacks; their keys.

    A page that is there is never written again: somebody may have sent its address. Raises
    NothingPublished before the first publish, MartsUnreadable.
    """
    manifest = read_manifest(store)
    made = []
    for locale in LOCALES:
        key = keys.market_page(manifest.snapshot_id, locale)
        if store.exists(key):
            continue
        body = made_now(settings, manifest, locale)
        store.put(key, body, content_type=CONTENT_TYPE)
        say(f"{key}: {len(body) / 1e6:.1f} MB")
        made.append(key)
    return made


def made_now(settings: Settings, manifest: SnapshotManifest, locale: LocaleName) -> bytes:
    """The page of any snapshot, from its marts; nothing is kept."""
    with closing(connect(settings, manifest.snapshot_id)) as marts:
        return html(compose(marts, manifest, locale)).encode()


def find_page(store: ObjectStore, snapshot_id: str, locale: LocaleName) -> bytes | None:
    """The page as it was made with the snapshot, if it was."""
    key = keys.market_page(snapshot_id, locale)
    return store.get(key) if store.exists(key) else None


def languages_of(store: ObjectStore) -> dict[str, list[str]]:
    """The languages of the pages that are kept, by snapshot. It lists keys: only for people."""
    found: dict[str, list[str]] = {}
    for key in store.list(keys.MARKET_PAGES):
        snapshot_id, _, name = key.removeprefix(keys.MARKET_PAGES).partition("/")
        found.setdefault(snapshot_id, []).append(name.removeprefix("market-").removesuffix(".html"))
    return found
