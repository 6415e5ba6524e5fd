"""Backfills on the command line."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from shortdrama.cli.backfill_start import start
from shortdrama.cli.shared import Because, By, Json, open_store
from shortdrama.core.errors import AirflowAway
from shortdrama.core.settings import settings

if TYPE_CHECKING:
    from shortdrama.backfill.record import Backfill


class DatasetOrCommand(TyperGroup):
    """`backfill DATASET …` is short for `backfill start DATASET …`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names; every dataset has a dot in its name."""
        return super().resolve_command(ctx, ["start", *args] if "." in args[0] else args)


app = typer.Typer(
    cls=DatasetOrCommand,
    no_args_is_help=True,
    help="Pull a span of days: planned, staged, then published. `backfill DATASET …` starts one.",
)
app.command()(start)

Id = Annotated[str, typer.Argument(metavar="ID", help="Its id, e.g. appfigures.estimates-1.")]


@app.command("list")
def list_backfills(as_json: Json = False) -> None:
    """List all backfills, newest first."""
    from shortdrama.backfill.page import listed
    from shortdrama.backfill.record import all_backfills

    found = all_backfills(open_store())
    if as_json:
        print(json.dumps([{"state": one.state, **one.model_dump(mode="json")} for one in found]))
        return
    print(listed(found))


@app.command()
def show(backfill_id: Id, as_json: Json = False) -> None:
    """Show how far a backfill is, what it changed, and what can be done."""
    from shortdrama.backfill.page import document, page
    from shortdrama.backfill.record import read_backfill
    from shortdrama.backfill.run import window_states

    store = open_store()
    found = read_backfill(backfill_id, store)
    states = window_states(found, store)
    print(json.dumps(document(found, states)) if as_json else page(found, states))


@app.command()
def promote(
    backfill_id: Id,
    because: Because,
    by: By,
    digest: Annotated[
        str | None, typer.Option(help="What you looked at, if its days have changed since.")
    ] = None,
) -> None:
    """Accept all loads of a staged backfill, if they still give what was looked at."""
    from shortdrama.backfill.staging import promote as accept

    store = open_store()
    found = accept(backfill_id, because, by, settings(), store, print, digest=digest)
    print(f"backfill {found.backfill_id} is promoted: all its loads count from now on")
    print("the next run of market_marts (at :30, or trigger it) publishes them")


@app.command()
def discard(backfill_id: Id, because: Because, by: By) -> None:
    """Drop all loads of a backfill that does not count yet; that is final."""
    from shortdrama.backfill.staging import discard as drop

    found = drop(backfill_id, because, by, settings(), open_store())
    print(f"backfill {found.backfill_id} is discarded: nothing of it will count")


@app.command()
def cancel(backfill_id: Id, because: Because, by: By) -> None:
    """Stop a backfill. What it has pulled stays, so that it can go on."""
    from shortdrama.backfill.run import cancel as note_cancelled

    found = note_cancelled(backfill_id, because, by, settings(), open_store())
    print(f"backfill {found.backfill_id} is cancelled; nothing of it counts")
    print(_stopped(found))
    print("to go on, ask for the same again; to drop what it has pulled:")
    print(f'shortdrama backfill discard {found.backfill_id} --because "..."')


def _stopped(backfill: "Backfill") -> str:
    """Stop its runs in Airflow, if it answers; what became of them."""
    from shortdrama.health.airflow_session import AirflowSession
    from shortdrama.health.backfills import DAG, stop_runs

    try:
        runs = stop_runs(backfill, AirflowSession(settings().airflow))
    except AirflowAway as error:
        return (
            f"its run in Airflow was not stopped: {error}. To stop it, mark the run of the DAG"
            f" {DAG} as failed in Airflow's UI"
        )
    names = ", ".join(run.run_id for run in runs)
    return f"stopped in Airflow: {names}" if runs else "no run of it is on its way in Airflow"
