"""Backfills on the command line."""

import json
from datetime import datetime
from typing import Annotated

import typer

from shortdrama.cli.shared import Because, By, Json, open_store
from shortdrama.core.settings import settings

app = typer.Typer(
    no_args_is_help=True, help="Pull a span of days again: planned, staged, then published."
)

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
    from shortdrama.backfill.page import page
    from shortdrama.backfill.record import read_backfill
    from shortdrama.backfill.run import window_states

    store = open_store()
    found = read_backfill(backfill_id, store)
    states = window_states(found, store)
    if as_json:
        windows = [one.model_dump(mode="json") for one in states]
        document = {**found.model_dump(mode="json"), "state": found.state, "loads": windows}
        print(json.dumps(document))
        return
    print(page(found, states))


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
def plan(
    dataset: Annotated[str, typer.Argument(help="The dataset, e.g. appfigures.estimates.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")],
    because: Annotated[str, typer.Option(help="Why. It is kept, and others will read it.")],
    countries: Annotated[
        str, typer.Option(help="Country codes, with commas. Default: all that are asked for.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--all/--missing", help="All days again, or only what is missing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what a backfill would pull and cost, without starting it or asking the source."""
    from shortdrama.backfill.asking import checked, dataset_for_backfill
    from shortdrama.backfill.outlook import countries_of, known_for
    from shortdrama.backfill.plan import plan as make_plan
    from shortdrama.backfill.shown import shown_plan

    store = open_store()
    asked = checked(
        dataset,
        first.date(),
        last.date(),
        [code for code in countries.split(",") if code.strip()],
        "all" if again else "missing",
        because,
        known=countries_of(dataset_for_backfill(dataset), settings(), store),
        today=settings().clock.today(),
    )
    made = make_plan(asked, known_for(asked, settings(), store))
    print(made.as_json() if as_json else shown_plan(made))
