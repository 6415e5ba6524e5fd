"""`shortdrama …`: what a person does without the Airflow UI."""

import sys
from typing import Never

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.markup import escape

from shortdrama.cli import (
    backfill,
    gate,
    inbox,
    lake,
    load,
    report,
    snapshots,
    sql,
    status,
    universe,
)
from shortdrama.cli.airflow import airflow
from shortdrama.cli.diff import diff
from shortdrama.cli.explore import explore
from shortdrama.cli.mcp import mcp
from shortdrama.cli.paths import paths
from shortdrama.cli.shared import err
from shortdrama.cli.watch import watch
from shortdrama.core.errors import Failure
from shortdrama.core.machine import local_machine

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=__doc__,
    # The long form prints local variables, and some of them are secrets.
    pretty_exceptions_enable=False,
)
app.add_typer(lake.app, name="lake")
app.add_typer(inbox.app, name="inbox")
app.add_typer(universe.app, name="universe")
app.add_typer(gate.app, name="gate")
app.add_typer(backfill.app, name="backfill")
app.add_typer(load.load_app, name="load")
app.add_typer(report.app, name="report")
app.command("status")(status.status)
app.command("doctor")(status.doctor)
app.command("watch")(watch)
app.command("plan")(load.plan)
app.command("replay")(load.replay)
app.command("sql")(sql.sql)
app.command("pull-marts")(sql.pull_marts)
app.command("mcp")(mcp)
app.command("paths")(paths)
app.command("explore")(explore)
app.command("snapshots")(snapshots.list_snapshots)
app.command("rollback")(snapshots.rollback)
app.command("release")(snapshots.release)
app.command("gc")(snapshots.collect)
app.command("diff")(diff)
app.command(
    "airflow",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)(airflow)
if (machine := local_machine()) is not None:
    machine.add_commands(app)


def main() -> None:
    """Run the command line; errors that a person can correct are printed without a traceback."""
    try:
        app()
    except Failure as error:
        _end_with(str(error))
    except (BotoCoreError, ClientError) as error:
        _end_with(f"the lake does not answer as it should: {error}. Try `shortdrama doctor`")


def _end_with(message: str) -> Never:
    err.print(f"[red]{escape(message)}[/red]")
    sys.exit(1)
