"""Published snapshots on the command line: list, roll back, release, clean up."""

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from shortdrama.cli.shared import (
    Because,
    By,
    Json,
    open_store,
)
from shortdrama.core.settings import settings


def list_snapshots(
    as_json: Json = False,
) -> None:
    """List the published snapshots, newest first: which is current, held or cited by editions."""
    from shortdrama.reports.archive.editions import cited_snapshots
    from shortdrama.warehouse.snapshots.listing import listed_snapshots

    store = open_store()
    listed = listed_snapshots(store, cited_snapshots(store))
    if as_json:
        print(json.dumps([snapshot.model_dump(mode="json") for snapshot in listed]))
        return
    print(f"{'snapshot':25}  {'created (UTC)':16}  {'estimates to':12}  {'rows':>11}")
    for snapshot in listed:
        print(
            f"{snapshot.snapshot_id:25}  {snapshot.created_at:%Y-%m-%d %H:%M}"
            f"  {snapshot.estimates_as_of or 'none':12}  {snapshot.rows:11,}"
            + ("  current" if snapshot.is_current else "")
            + ("  staged" if snapshot.staged_by else "")
        )
        if snapshot.staged_by:
            print(f"  staged by backfill {snapshot.staged_by}; not published")
        if snapshot.hold:
            print(f"  {snapshot.hold}")
        if snapshot.editions:
            print(f"  cited by {', '.join(snapshot.editions)}")


def rollback(
    because: Because,
    by: By,
    snapshot_id: Annotated[
        str | None, typer.Argument(metavar="[SNAPSHOT]", help="Default: the previous one.")
    ] = None,
) -> None:
    """Give readers an earlier snapshot again, and hold publishing until it is released."""
    from shortdrama.warehouse.publish.hold import rollback as move_back

    store = open_store()
    pointer = move_back(store, settings().clock, snapshot_id, by=by, because=because)
    print(f"snapshot {pointer.snapshot_id} is current, {pointer.hold}")
    print('nothing is published until `shortdrama release --because "…"`')


def release(because: Because, by: By) -> None:
    """End the hold of a rollback: the next build publishes."""
    from shortdrama.warehouse.publish.hold import release as end_hold

    store = open_store()
    pointer = end_hold(store, settings().clock, by=by, because=because)
    print(f"released; snapshot {pointer.snapshot_id} stays until market_marts publishes the next")


def collect(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would go.")] = False,
    grace_days: Annotated[
        int, typer.Option(min=1, help="How long a replaced snapshot stays.")
    ] = 14,
    as_json: Json = False,
) -> None:
    """Remove snapshots that nobody needs any more, and leftovers of killed publishes."""
    from shortdrama.backfill.record import staged_snapshots
    from shortdrama.reports.archive.editions import cited_snapshots
    from shortdrama.warehouse.publish.garbage import collect_garbage, find_garbage

    act = find_garbage if dry_run else collect_garbage
    store = open_store()
    needed = cited_snapshots(store) | staged_snapshots(store)
    garbage = act(store, settings().clock, needed, timedelta(days=grace_days))
    if as_json:
        print(json.dumps(asdict(garbage)))
        return
    for snapshot_id in garbage.snapshot_ids:
        print(f"snapshot {snapshot_id}")
    print(f"{garbage} {'would be removed' if dry_run else 'removed'}")
