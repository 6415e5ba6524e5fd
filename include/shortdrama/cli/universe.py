"""The universe on the command line: apps to look at, and whether the reviewed file is in order."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from shortdrama.cli.shared import open_store
from shortdrama.core import machine
from shortdrama.core.settings import settings

app = typer.Typer(no_args_is_help=True, help="Which apps count as short-drama apps.")

USUAL_DAYS = 30


@app.command("candidates")
def list_candidates(
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="New or changed since then. Default: 30 days ago."),
    ] = None,
) -> None:
    """List apps for review, the largest first, each with a line for the reviewed file."""
    from shortdrama.universe.candidates import read_candidates
    from shortdrama.universe.overrides import OVERRIDES, decided_apps

    store = open_store()
    today = settings().clock.today()
    day = since.date() if since else today - timedelta(days=USUAL_DAYS)
    found = read_candidates(settings(), store, day, decided_apps())
    for candidate in found:
        size = (
            "no published estimate"
            if candidate.revenue_usd is None
            else f"{candidate.revenue_usd:,.0f} USD net, {candidate.downloads:,} downloads in 28 d"
        )
        publisher = candidate.publisher or "unknown publisher"
        print(f"{candidate.kind}: {candidate.app_name} ({publisher}), {candidate.why}")
        print(f"  first seen {candidate.first_seen_on}; {size}")
        print(f"  {candidate.line}")
    print(f"{len(found)} to review since {day}. Write decisions into {OVERRIDES.name}")


@app.command()
def check() -> None:
    """Check the reviewed file; say what is wrong, by line and column."""
    from shortdrama.universe.candidates import known_apps
    from shortdrama.universe.overrides import OVERRIDES, problems

    machine.ensure_store()
    known = known_apps(settings())
    with OVERRIDES.open(encoding="utf-8", newline="") as lines:
        found = problems(lines, known)
    for problem in found:
        print(f"{OVERRIDES.name} {problem}")
    if known is None:
        print("nothing is published yet, so whether the apps are known was not checked")
    if found:
        raise typer.Exit(1)
    print(f"{OVERRIDES.name} is in order")
