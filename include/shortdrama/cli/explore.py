"""`shortdrama explore`: the market page of a snapshot."""

import json
import webbrowser
from pathlib import Path
from typing import Annotated, Literal

import typer

from shortdrama.cli.shared import Json, open_store
from shortdrama.cli.sql import Snapshot
from shortdrama.core.settings import home, settings


def explore(
    snapshot: Snapshot = None,
    language: Annotated[Literal["en", "zh"], typer.Option(help="Language of the page.")] = "en",
    to: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write it to this file; open nothing.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Only list the pages.")] = False,
    as_json: Json = False,
) -> None:
    """Open the market page of a snapshot: its figures as charts, in one file to pass on.

    A snapshot that has no page gets one now, on this machine only.
    """
    if listed or as_json:
        _list(as_json)
        return
    from shortdrama.market_page.archive import find_page, made_now
    from shortdrama.warehouse.snapshots.manifest import wanted_manifest

    store = open_store()
    manifest = wanted_manifest(store, snapshot)
    body = find_page(store, manifest.snapshot_id, language)
    if body is None:
        print(f"snapshot {manifest.snapshot_id} has no page in {language}; making it here")
        body = made_now(settings(), manifest, language)
    path = to or home() / "pages" / manifest.snapshot_id / f"market-{language}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    print(path)
    if to is None and not webbrowser.open(path.resolve().as_uri()):
        print("no browser was found: open this file in one, or write it elsewhere with --to FILE")


def _list(as_json: bool) -> None:
    from shortdrama.market_page.archive import languages_of
    from shortdrama.warehouse.snapshots.manifest import current_snapshot_id

    store = open_store()
    current, pages = current_snapshot_id(store), languages_of(store)
    if as_json:
        print(json.dumps([
            {"snapshot_id": snapshot_id, "languages": pages[snapshot_id],
             "is_current": snapshot_id == current}
            for snapshot_id in sorted(pages, reverse=True)
        ]))  # fmt: skip
        return
    if not pages:
        print("no snapshot has a page yet; `shortdrama explore` makes one on this machine")
        return
    print(f"{'snapshot':25}  pages")
    for snapshot_id in sorted(pages, reverse=True):
        mark = "  current" if snapshot_id == current else ""
        print(f"{snapshot_id:25}  {', '.join(sorted(pages[snapshot_id]))}{mark}")
