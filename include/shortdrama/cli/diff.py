"""Comparing two snapshots on the command line."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from shortdrama.cli.shared import Json, open_store
from shortdrama.core.settings import settings

if TYPE_CHECKING:
    from shortdrama.warehouse.compare.diff import MartDiff
    from shortdrama.warehouse.snapshots.manifest import SnapshotManifest


def diff(
    before: Annotated[
        str | None, typer.Argument(metavar="[A]", help="An id or a day. Default: the one before B.")
    ] = None,
    after: Annotated[
        str | None, typer.Argument(metavar="[B]", help="An id or a day. Default: the current one.")
    ] = None,
    top: Annotated[int, typer.Option(min=0, help="Moves to show, by mart and figure.")] = 3,
    as_json: Json = False,
) -> None:
    """Show how snapshot B differs from A: rows by mart, the largest moves, and why."""
    from shortdrama.warehouse.compare.diff import diff_snapshots
    from shortdrama.warehouse.snapshots.manifest import NothingPublished, wanted_manifest

    store = open_store()
    new = wanted_manifest(store, after)
    if before is None and new.previous is None:
        raise NothingPublished(
            f"there is no snapshot before {new.snapshot_id}; name another one to compare with"
        )
    old = wanted_manifest(store, before or new.previous)
    found = list(diff_snapshots(old, new, settings().s3, store, top))
    if as_json:
        marts = [mart.model_dump(mode="json") for mart in found]
        print(json.dumps({"before": old.snapshot_id, "after": new.snapshot_id, "marts": marts}))
    else:
        print("\n".join([*_heading(old, new), *_table(found), *_moves(found)]))


def _heading(before: "SnapshotManifest", after: "SnapshotManifest") -> list[str]:
    was, now = (
        {load for state in manifest.datasets.values() for load in state.load_ids}
        for manifest in (before, after)
    )
    return [
        *(f"{m.snapshot_id}  made {m.created_at:%Y-%m-%d %H:%M} UTC" for m in (before, after)),
        f"loads: {len(now - was)} added, {len(was - now)} removed;"
        f" code: {'changed' if before.code != after.code else 'same'};"
        f" universe: {'changed' if before.universe_version != after.universe_version else 'same'}",
    ]


def _table(marts: "list[MartDiff]") -> list[str]:
    if not marts:
        return ["", "no mart differs"]
    lines = ["", f"{'mart':32}{'added':>11}{'removed':>11}{'changed':>11}{'lineage':>11}"]
    for mart in marts:
        counts = (mart.added, mart.removed, mart.changed, mart.lineage)
        lines.append(f"{mart.mart:32}" + "".join(f"{count:11,}" for count in counts))
        lines += [f"  new column {name}" for name in mart.columns_added]
        lines += [f"  removed column {name}" for name in mart.columns_removed]
    return [*lines, "other marts are the same; lineage: the same figures from another load"]


def _moves(marts: "list[MartDiff]") -> list[str]:
    from shortdrama.warehouse.compare.words import WIDTH, move_words

    lines = []
    for mart in marts:
        if mart.moves:
            lines += ["", f"largest moves in {mart.mart}"]
        for move in mart.moves:
            row = ", ".join(str(value) for value in move.row.values())
            lines += [f"  {row}"[:WIDTH], f"    {move_words(move)}"]
    return lines
