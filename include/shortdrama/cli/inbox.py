"""The inboxes on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from shortdrama.cli.shared import open_store, out

app = typer.Typer(no_args_is_help=True, help="Files that people hand in.")


@app.command("put")
def inbox_put(
    source: Annotated[str, typer.Argument(help="The source, e.g. omdia.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
) -> None:
    """Drop a file into the inbox of a source."""
    from shortdrama.datasets import sources_by
    from shortdrama.datasets.model import Inbox
    from shortdrama.lake import keys

    sources = sources_by(Inbox)
    if source not in sources:
        raise typer.BadParameter(f"{source!r} has no inbox; there are: {', '.join(sources)}")
    key = keys.inbox(source) + file.name
    open_store().upload(file, key)
    out.print(f"{key} is in the inbox; its DAG takes it on its next run")


@app.command("template")
def inbox_template(
    dataset: Annotated[str, typer.Argument(help="The dataset, e.g. minis.catalog.")],
) -> None:
    """Print a file to fill in, with a comment on every column."""
    from shortdrama.sources.files.own_csv import template

    print(template(dataset), end="")
