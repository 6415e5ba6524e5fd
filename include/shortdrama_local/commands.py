"""The commands that this extra adds to `shortdrama`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from shortdrama.cli.shared import out
from shortdrama.core.clock import parse_instant


def omdia_workbooks(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where to write them.")],
) -> None:
    """Make the two workbooks with Omdia's published figures."""
    from shortdrama_local.samples.omdia_workbooks import write_workbooks

    folder.mkdir(parents=True, exist_ok=True)
    for path in write_workbooks(folder):
        out.print(str(path))


def minis_files(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where to write them.")],
) -> None:
    """Make the first catalogue of Minis and the search interest, from published facts."""
    from shortdrama_local.samples.minis_files import write_minis_files

    for path in write_minis_files(folder):
        out.print(str(path))


def demo() -> None:
    """Run the whole pipeline on this machine: load two quarters, publish, mail, print answers."""
    from shortdrama_local.embedded.demo import run_demo

    raise typer.Exit(run_demo(out))


def up(
    clock: Annotated[
        datetime | None,
        typer.Option(parser=parse_instant, help="Freeze the clock at this ISO instant."),
    ] = None,
) -> None:
    """Start the services of this machine and leave them running."""
    from shortdrama_local.embedded.airflow import USER
    from shortdrama_local.embedded.stack import start_stack

    machine = start_stack(clock, lambda what: out.print(what, soft_wrap=True, highlight=False))
    out.print(f"Airflow    {machine.airflow_url}  ({USER} / {machine.airflow_password})")
    out.print(f"Simulator  {machine.simulator_url}/docs")
    out.print(f"S3         {machine.s3_url}  (to read: {machine.reader_access_key_id}")
    out.print(f"           {machine.reader_secret_access_key})")
    out.print(f"Mail       {machine.maildir}")
    out.print("stop with: make down")


def down() -> None:
    """Stop the services of this machine; stored data stays."""
    from shortdrama_local.embedded.stack import stop_stack

    stop_stack()
    out.print("stopped")


def airflow_backfill(
    first: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Last day.")],
) -> None:
    """Pull a span of days through Airflow's own backfill, one run a day, then build and publish."""
    from shortdrama_local.embedded.backfill import backfill

    backfill(first.date(), last.date(), out.print)
