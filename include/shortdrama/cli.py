"""`shortdrama …`: what a person does without the Airflow UI."""

import json
import sys
from datetime import datetime
from pathlib import Path
from subprocess import run
from typing import Annotated, Never

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shortdrama.analysts import commands as analyst_commands
from shortdrama.clock import parse_instant
from shortdrama.commands import Json, open_store
from shortdrama.config import settings
from shortdrama.failure import Failure
from shortdrama.gates.commands import app as gate_app
from shortdrama.loads import commands as load_commands
from shortdrama.reports.commands import app as report_app
from shortdrama.simulator.command import serve
from shortdrama.universe.commands import app as universe_app
from shortdrama.warehouse import commands as snapshot_commands
from shortdrama.warehouse.diff_command import diff

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=__doc__,
    # The long form prints local variables, and some of them are secrets.
    pretty_exceptions_enable=False,
)
lake_app = typer.Typer(no_args_is_help=True, help="The lake itself.")
inbox_app = typer.Typer(no_args_is_help=True, help="Files that people hand in.")
app.add_typer(lake_app, name="lake")
app.add_typer(inbox_app, name="inbox")
app.add_typer(universe_app, name="universe")
app.add_typer(gate_app, name="gate")
app.add_typer(load_commands.load_app, name="load")
app.add_typer(report_app, name="report")
app.command("simulator")(serve)
app.command("plan")(load_commands.plan)
app.command("replay")(load_commands.replay)
app.command("sql")(analyst_commands.sql)
app.command("pull-marts")(analyst_commands.pull_marts)
app.command("snapshots")(snapshot_commands.list_snapshots)
app.command("rollback")(snapshot_commands.rollback)
app.command("release")(snapshot_commands.release)
app.command("gc")(snapshot_commands.collect)
app.command("diff")(diff)

out = Console()
err = Console(stderr=True)


@app.command()
def status(as_json: Json = False) -> None:
    """How old each dataset is, what was refused since, and what is published."""
    from shortdrama.loads.quota import quotas_of
    from shortdrama.warehouse.inputs import read_inputs
    from shortdrama.warehouse.pointer import read_pointer

    store = open_store()
    states = read_inputs(store).states()
    quotas = quotas_of(store, settings().clock.today())
    pointer, _ = read_pointer(store)
    current, hold = (pointer.snapshot_id, pointer.hold) if pointer else (None, None)
    if as_json:
        datasets = {name: state.model_dump(mode="json") for name, state in states.items()}
        quota = {told.source: told.model_dump(exclude={"source"}) for told in quotas}
        held = hold.model_dump(mode="json") if hold else None
        print(json.dumps({"snapshot": current, "hold": held, "datasets": datasets, "quota": quota}))
        return
    table = Table("dataset", "loads", "as of", "said at (UTC)", "refused")
    for name, state in states.items():
        said = f"{state.said_at:%Y-%m-%d %H:%M}" if state.said_at else "never"
        refused = str(len(state.refused_since) or "")
        table.add_row(name, str(len(state.load_ids)), state.as_of or "", said, refused)
    out.print(table)
    out.print(f"published snapshot: {current or 'none yet'}")
    if hold:
        out.print(f"publishing is {escape(str(hold))}")
    for told in quotas:
        out.print(str(told))
    for name, state in states.items():
        if state.refused_since:
            out.print(f"\n[bold]{name}[/bold] stays at its last accepted load; refused since:")
        for reason in state.refused_since:
            out.print(f"- {escape(reason)}")


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check endpoints, credentials, conditional puts, quota and the extension."""
    from shortdrama.doctor import examine

    checks = []
    for check in examine(settings()):
        checks.append(check)
        if not as_json:
            mark = "[green]ok[/green]  " if check.ok else "[red]FAIL[/red]"
            out.print(f"{mark} {check.name}: {check.detail}")
    if as_json:
        print(json.dumps([vars(check) for check in checks]))
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


@lake_app.command("init")
def lake_init() -> None:
    """Make the bucket if it is not there and mark the lake as SHORTDRAMA_LAKE_KIND says."""
    from shortdrama.lake.marker import ensure_lake
    from shortdrama.lake.store import ObjectStore

    store = ObjectStore.of(settings().s3)
    store.ensure_bucket()
    ensure_lake(store, settings().lake_kind)
    out.print(f"lake {store.bucket} is {settings().lake_kind}")


@inbox_app.command("put")
def inbox_put(
    source: Annotated[str, typer.Argument(help="The source, e.g. omdia.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
) -> None:
    """Drop a file into the inbox of a source."""
    from shortdrama.lake import keys
    from shortdrama.sources.inbox import SOURCES

    if source not in SOURCES:
        raise typer.BadParameter(f"{source!r} has no inbox; there are: {', '.join(SOURCES)}")
    key = keys.inbox(source) + file.name
    open_store().upload(file, key)
    out.print(f"{key} is in; its DAG takes it on its next run")


@inbox_app.command("template")
def inbox_template(
    dataset: Annotated[str, typer.Argument(help="The dataset, e.g. minis.catalog.")],
) -> None:
    """Print a file to fill in, with a remark on every column."""
    from shortdrama.sources.own_csv import template

    print(template(dataset), end="")


@app.command("omdia-workbooks")
def omdia_workbooks(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where to write them.")],
) -> None:
    """Make the two workbooks that hold Omdia's published figures."""
    from shortdrama.samples.omdia_workbooks import write_workbooks

    folder.mkdir(parents=True, exist_ok=True)
    for path in write_workbooks(folder):
        out.print(str(path))


@app.command("minis-files")
def minis_files(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where to write them.")],
) -> None:
    """Make the first catalogue of Minis and their search interest, from published facts."""
    from shortdrama.samples.minis_files import write_minis_files

    for path in write_minis_files(folder):
        out.print(str(path))


@app.command()
def demo() -> None:
    """The whole pipeline on this machine: load two quarters, publish, mail, answer."""
    from shortdrama.embedded.demo import run_demo

    raise typer.Exit(run_demo(out))


@app.command()
def up(
    clock: Annotated[
        datetime | None,
        typer.Option(parser=parse_instant, help="ISO instant at which the clock stands still."),
    ] = None,
) -> None:
    """Start the services of this machine and leave them running."""
    from shortdrama.embedded.airflow import USER
    from shortdrama.embedded.stack import start_stack

    machine = start_stack(clock, lambda what: out.print(f"starting {what} …"))
    out.print(f"Airflow    {machine.airflow_url}  ({USER} / {machine.airflow_password})")
    out.print(f"Simulator  {machine.simulator_url}/docs")
    out.print(f"S3         {machine.s3_url}")
    out.print(f"Mail       {machine.maildir}")
    out.print("stop with: make down")


@app.command()
def down() -> None:
    """Stop the services of this machine; what is stored stays."""
    from shortdrama.embedded.stack import stop_stack

    stop_stack()
    out.print("stopped")


@app.command()
def backfill(
    first: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Last day.")],
) -> None:
    """Pull a span of days anew through Airflow's backfill, then build and publish."""
    from shortdrama.embedded.backfill import backfill as run_backfill

    run_backfill(first.date(), last.date(), out.print)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def airflow(context: typer.Context) -> None:
    """Airflow's own command line, on this machine's Airflow."""
    from shortdrama.embedded.airflow import airflow_environment
    from shortdrama.embedded.machine import this_machine
    from shortdrama.embedded.process import tool

    env = airflow_environment(this_machine(), settings().frozen_clock)
    ended = run([tool("airflow"), *context.args], env=env, check=False)  # noqa: S603
    raise typer.Exit(ended.returncode)


def main() -> None:
    """Run the command line; what a person can mend is said without a traceback."""
    try:
        app()
    except Failure as error:
        _end_with(str(error))
    except (BotoCoreError, ClientError) as error:
        _end_with(f"the lake does not answer as it should: {error}. Try `shortdrama doctor`")


def _end_with(message: str) -> Never:
    err.print(f"[red]{escape(message)}[/red]")
    sys.exit(1)
