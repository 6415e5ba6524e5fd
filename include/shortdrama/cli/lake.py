"""The lake on the command line."""

import typer

from shortdrama.cli.shared import out
from shortdrama.core.settings import settings

app = typer.Typer(no_args_is_help=True, help="The lake itself.")


@app.command("init")
def lake_init() -> None:
    """Make the bucket if it does not exist, and mark the lake as SHORTDRAMA_LAKE_KIND says."""
    from shortdrama.lake.marker import ensure_lake
    from shortdrama.lake.store import ObjectStore

    store = ObjectStore.of(settings().s3)
    store.ensure_bucket()
    ensure_lake(store, settings().lake_kind)
    out.print(f"lake {store.bucket} is {settings().lake_kind}")
