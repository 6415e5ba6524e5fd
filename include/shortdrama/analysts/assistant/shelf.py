"""Snapshots as an assistant finds them: local copies that live as long as its session."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from shortdrama.analysts.local_copy import pull_marts
from shortdrama.core import machine
from shortdrama.core.settings import Settings
from shortdrama.datasets import headline
from shortdrama.lake import duck
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.described import Mart, described
from shortdrama.warehouse.snapshots.manifest import (
    NothingPublished,
    SnapshotManifest,
    wanted_manifest,
)

KEPT = 4
"""Snapshots that are kept at the same time; the one that nobody asked for longest goes first."""
NAME = re.compile(r"[0-9A-Za-z-]{1,64}")
"""Of a snapshot or a day: a name becomes part of a key in the lake."""
SIZES = "rpt_market_size_monthly"


@dataclass(frozen=True)
class OnShelf:
    """A snapshot on this machine; `basis` says what its money is."""

    manifest: SnapshotManifest
    views: Path
    marts: dict[str, Mart]
    basis: str

    def is_whole(self) -> bool:
        """False if a file is gone: systems clean their temporary folder after some days."""
        wanted = {(mart, f.sha256) for mart, files in self.manifest.marts.items() for f in files}
        there = len(list(self.views.parent.glob("files/*/*")))
        return self.views.exists() and there == len(wanted)

    def about(self) -> dict[str, Any]:
        """What every answer carries."""
        estimates = self.manifest.datasets.get(headline().id)
        return {
            "snapshot": self.manifest.snapshot_id,
            "published_at": f"{self.manifest.created_at:%Y-%m-%d %H:%M} UTC",
            "estimates_as_of": estimates.as_of if estimates else None,
            "basis": self.basis,
            "is_sample": self.manifest.is_sample,
            "mark": "SAMPLE data, made by a simulator: it says nothing about the real market"
            if self.manifest.is_sample
            else "real data",
        }


class Shelf:
    """Fetches snapshots into a folder of the session; `pinned` replaces the newest one."""

    def __init__(self, settings: Settings, folder: Path, pinned: str | None = None) -> None:
        self._settings, self._folder, self._pinned = settings, folder, pinned
        self._here: dict[str, OnShelf] = {}
        self._lock = Lock()

    def store(self) -> ObjectStore:
        """The lake; it gives up within seconds, for somebody waits. Raises NoCredentials."""
        machine.ensure_store()
        return ObjectStore.of(self._settings.s3, quick=True)

    def manifest(self, wanted: str | None) -> SnapshotManifest:
        """Of the snapshot by id or day, else the pinned or the newest; raises NothingPublished."""
        asked = wanted or self._pinned
        if asked is not None and not NAME.fullmatch(asked):
            raise NothingPublished(f"there is no snapshot {asked!r}; `list_snapshots` lists them")
        return wanted_manifest(self.store(), asked)

    def get(self, wanted: str | None, say: Callable[[str], None]) -> OnShelf:
        """The snapshot, fetched if it is not here; raises NothingPublished, PullFailed."""
        manifest = self.manifest(wanted)
        with self._lock:
            found = self._here.pop(manifest.snapshot_id, None)
            if found is None or not found.is_whole():
                found = self._fetch(manifest, say)
            self._here[manifest.snapshot_id] = found
            while len(self._here) > KEPT:
                oldest = self._here.pop(next(iter(self._here)))
                shutil.rmtree(oldest.views.parent, ignore_errors=True)
        return found

    def _fetch(self, manifest: SnapshotManifest, say: Callable[[str], None]) -> OnShelf:
        folder = self._folder / manifest.snapshot_id
        copy = pull_marts(folder, self._settings, manifest.snapshot_id, say)
        with duck.connect() as connection:
            connection.execute(f"attach {duck.quoted(str(copy.views))} as marts (read_only)")
            marts = described(connection)
            bases = (
                connection.execute(
                    "select distinct vendor, revenue_basis from marts.rpt_market_size_monthly"
                    " where vendor is not null order by all"
                ).fetchall()
                if SIZES in marts and {"vendor", "revenue_basis"} <= marts[SIZES].names
                else []
            )
        said = "; ".join(f"{vendor}: {basis or 'unknown'}" for vendor, basis in bases)
        return OnShelf(copy.manifest, copy.views, marts, f"money by vendor: {said or 'no figures'}")
