"""`shortdrama backfill DATASET …`: planned here, run by Airflow, and followed."""

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shortdrama.cli.shared import Json, can_answer, err, open_store, out
from shortdrama.core.errors import AirflowAway, BackfillRefused
from shortdrama.core.settings import settings

if TYPE_CHECKING:
    from shortdrama.backfill.plan import Asked
    from shortdrama.health.airflow_session import AirflowSession, Run
    from shortdrama.health.backfills import Sight
    from shortdrama.lake.store import ObjectStore

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended."""


def start(
    dataset: Annotated[str, typer.Argument(help="The dataset, e.g. appfigures.estimates.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")],
    countries: Annotated[
        str, typer.Option(help="Country codes, with commas. Default: all that are asked for.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--all/--missing", help="All days again, or only what is missing.")
    ] = False,
    publish: Annotated[
        bool, typer.Option("--publish/--stage", help="Publish at once, or let a person look first.")
    ] = False,
    because: Annotated[
        str | None, typer.Option(help="Why. It is kept, and others will read it.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the plan.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Start it without asking.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Do not wait for its end.")] = False,
    as_json: Json = False,
) -> None:
    """Show the plan, ask, start the backfill in Airflow, and show how it goes."""
    from shortdrama.backfill.run import foreseen
    from shortdrama.backfill.shown import shown_plan

    if not (yes or dry_run or can_answer()):
        raise BackfillRefused(
            "there is no terminal to ask on. To start it without being asked, give --yes; to see"
            " only the plan, --dry-run"
        )
    store = open_store()
    days = (first.date(), last.date())
    asked = _asked(dataset, days, countries, again, because or _reason(dry_run, yes), store)
    earlier, plan = foreseen(asked, settings(), store)
    if as_json and dry_run:
        print(plan.as_json())
        return
    if not (as_json and yes):
        # Who is asked has to see it, but the document is alone on stdout.
        where = sys.stderr if as_json else sys.stdout
        if earlier is not None:
            print(
                f"goes on with backfill {earlier.backfill_id}, which is {earlier.state}", file=where
            )
        print(shown_plan(plan), file=where)
    if dry_run:
        return
    if earlier is not None and earlier.state == "staged":
        raise BackfillRefused(
            f"backfill {earlier.backfill_id} is complete and staged. Look at it, then promote or"
            f" discard it: `shortdrama backfill show {earlier.backfill_id}`"
        )
    _run(asked, store, is_reviewed=not publish, yes=yes, detach=detach, as_json=as_json)


def _reason(dry_run: bool, yes: bool) -> str:
    """Why, from a person who can say it; the reason is checked with everything else."""
    if dry_run:
        return "only a plan"
    if yes or not can_answer():
        return ""
    said: str = typer.prompt("Why? It is kept, and others will read it", err=True)
    return said


def _asked(
    dataset: str,
    days: tuple[Any, Any],
    countries: str,
    again: bool,
    because: str,
    store: "ObjectStore",
) -> "Asked":
    from shortdrama.backfill.asking import checked, dataset_for_backfill
    from shortdrama.backfill.outlook import countries_of

    return checked(
        dataset,
        *days,
        [code for code in countries.split(",") if code.strip()],
        "all" if again else "missing",
        because,
        known=countries_of(dataset_for_backfill(dataset), settings(), store),
        today=settings().clock.today(),
    )


def _run(
    asked: "Asked",
    store: "ObjectStore",
    *,
    is_reviewed: bool,
    yes: bool,
    detach: bool,
    as_json: bool,
) -> None:
    """Start a run, or find the one that is on its way, and follow it."""
    from shortdrama.backfill.form import filled_form
    from shortdrama.health import backfills
    from shortdrama.health.airflow_session import AirflowSession

    airflow = settings().airflow
    session = AirflowSession(airflow)
    run = backfills.run_asking(asked, session)
    if run is not None:
        err.print("a run that asks for the same is on its way already", highlight=False)
    else:
        backfills.check_ready(session, airflow, is_reviewed=is_reviewed)
        if not yes:
            typer.confirm("Start it?", abort=True, err=True)
        run = session.trigger(backfills.DAG, filled_form(asked, is_reviewed=is_reviewed))
    url = backfills.page_of_run(run, airflow)
    if detach:
        print(json.dumps({"run_id": run.run_id, "url": url}) if as_json else f"started: {url}")
        return
    if not as_json:
        out.print(url, soft_wrap=True, highlight=False)
    _end(_followed(run, url, session, store, as_json), run, session, store, as_json)


def _followed(
    run: "Run", url: str, session: "AirflowSession", store: "ObjectStore", as_json: bool
) -> "Sight":
    from shortdrama.cli.following import Lines, Live, Shown
    from shortdrama.health.backfills import follow

    shown = Shown() if as_json else Live(out) if out.is_terminal else Lines(out)
    try:
        with shown:
            return follow(run, session, store, shown.show)
    except KeyboardInterrupt:
        err.print(f"\nit goes on in Airflow: {url}", soft_wrap=True, highlight=False)
        name = shown.backfill_id or "ID"
        err.print(f"to look at it: shortdrama backfill show {name}", highlight=False)
        err.print("to follow it again: ask for the same again", highlight=False)
        err.print(
            f'to cancel it: shortdrama backfill cancel {name} --because "..."', highlight=False
        )
        raise typer.Exit(INTERRUPTED) from None
    except AirflowAway as error:
        raise AirflowAway(f"{error}. The run was started and may go on: {url}") from None
    except BackfillRefused as error:
        raise BackfillRefused(
            f"{error}. Airflow has begun it, so check that SHORTDRAMA_S3__… of this shell and of"
            f" Airflow name the same lake. The run may go on: {url}"
        ) from None


def _end(
    seen: "Sight", run: "Run", session: "AirflowSession", store: "ObjectStore", as_json: bool
) -> None:
    """Say what became of it; the exit code is 1 if its run failed."""
    from shortdrama.backfill.page import document, page
    from shortdrama.backfill.run import window_states
    from shortdrama.backfill.shown import printed

    has_failed = seen.run_state == "failed"
    failures = session.failures(run) if has_failed else []
    found = seen.backfill
    states = window_states(found, store) if found else []
    if as_json:
        told = document(found, states) if found else {}
        failed = [{"task": task, "error": error} for task, error in failures]
        about = {"run_id": run.run_id, "state": seen.run_state, "failed_tasks": failed}
        print(json.dumps({**told, "run": about}))
    else:
        for task, error in failures:
            print(printed(f"task {task} failed: {error}"))
        if found is not None:
            print(page(found, states))
    if has_failed:
        raise typer.Exit(1)
