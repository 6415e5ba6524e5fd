"""The lake on the command line."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from shortdrama.cli.shared import Json, open_store, out
from shortdrama.core.settings import settings

app = typer.Typer(no_args_is_help=True, help="The lake itself.")

Folder = Annotated[Path, typer.Argument(file_okay=False, help="The folder of the back-ups.")]


@app.command("init")
def lake_init() -> None:
    """Make the bucket if it does not exist, and mark the lake as SHORTDRAMA_LAKE_KIND says."""
    from shortdrama.lake.marker import ensure_lake
    from shortdrama.lake.store import ObjectStore

    store = ObjectStore.of(settings().s3)
    store.ensure_bucket()
    ensure_lake(store, settings().lake_kind)
    out.print(f"lake {store.bucket} is {settings().lake_kind}")


@app.command("backup")
def back_up(
    folder: Folder,
    name: Annotated[
        str | None,
        typer.Option(help="Its name. Default: the present instant.", metavar="NAME"),
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Remove all but the last N.", metavar="N")
    ] = None,
    as_json: Json = False,
) -> None:
    """Copy all objects into a folder, also while the pipeline runs; unchanged ones only once."""
    from shortdrama.lake import backup

    folder.mkdir(parents=True, exist_ok=True)
    made = backup.back_up(open_store(), folder, name or f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    removed = backup.prune(folder, keep) if keep else []
    count, size = len(made.inventory.entries), made.inventory.size
    if as_json:
        said = {"name": made.name, "objects": count, "bytes": size, "copied": made.copied}
        print(json.dumps({**said, "removed": removed}))
        return
    print(f"back-up {made.name}: {count:,} objects, {size / 1e6:,.1f} MB, all checked by SHA-256")
    print(f"{made.copied:,} were copied now, the others are of earlier back-ups")
    if removed:
        print(f"{len(removed)} older back-ups were removed")


@app.command("restore")
def restore(
    folder: Folder,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Default: the newest back-up.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Lose what the bucket has and the back-up has not.")
    ] = False,
) -> None:
    """Bring the bucket to the objects of a back-up. The pipeline must not run meanwhile."""
    from shortdrama.health.loads import accepted_loads
    from shortdrama.lake import backup

    inventory = backup.read(folder, name)
    if inventory.kind != settings().lake_kind:
        raise backup.OtherLake(
            f"the back-up is of a {inventory.kind} lake, and SHORTDRAMA_LAKE_KIND is"
            f" {settings().lake_kind}. Nothing was changed: set it to {inventory.kind}"
        )
    store = open_store()
    store.ensure_bucket()
    done = backup.restore(store, folder, inventory, replace=replace)
    print(f"restored the lake as of {inventory.begun_at:%Y-%m-%d %H:%M:%S} UTC")
    print(f"{done.written:,} objects written, {done.left:,} were there, {done.removed:,} removed")
    loads = accepted_loads(store)
    loads.refuse_damaged()
    print(f"{len(loads.etags):,} accepted loads are in the lake as they were accepted")
    print(f"Mails sent after {inventory.begun_at:%Y-%m-%d %H:%M} UTC are not known to this lake.")
