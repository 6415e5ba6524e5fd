"""Where other engines find the marts, on the command line."""

import json
from typing import Annotated

import typer

from shortdrama.cli.shared import Json, open_store
from shortdrama.cli.sql import Snapshot


def paths(
    mart: Annotated[
        str | None, typer.Argument(metavar="[MART]", help="Print only its path.")
    ] = None,
    snapshot: Snapshot = None,
    as_json: Json = False,
) -> None:
    """Print where each mart is for engines that read Iceberg, such as PyIceberg or polars."""
    from shortdrama.warehouse.snapshots.iceberg import read_tables
    from shortdrama.warehouse.snapshots.manifest import wanted_manifest

    store = open_store()
    manifest = wanted_manifest(store, snapshot)
    tables = read_tables(store, manifest.snapshot_id)
    if mart is not None:
        path = tables.path(mart)
        print(json.dumps(path) if as_json else path)
        return
    if as_json:
        print(tables.model_dump_json(exclude={"schema_version"}))
        return
    print(f"snapshot {manifest.snapshot_id}{' (sample data)' * manifest.is_sample}")
    for name, path in tables.tables.items():
        print(f"{name}\n  {path}")
    for name, reason in tables.left_out.items():
        print(f"{name} is no Iceberg table: {reason}")
