"""Loads on the command line."""

import json
import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from shortdrama.cli.shared import MAX_WIDTH, Because, By, Json, can_answer, open_store
from shortdrama.core.errors import DecisionRefused
from shortdrama.core.settings import settings

if TYPE_CHECKING:
    from shortdrama.ingest.revoking import Effect
    from shortdrama.lake.ledger import LoadRecord
    from shortdrama.lake.store import ObjectStore

load_app = typer.Typer(no_args_is_help=True, help="Loads: their answers, and decisions.")

Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]


def plan(
    dataset: Annotated[str, typer.Argument(help="The dataset, e.g. appfigures.estimates.")],
    start: Day,
    end: Day,
    as_json: Json = False,
) -> None:
    """Show what a span of days would cost in calls and credits, without making any call."""
    from shortdrama.core.windows import Window
    from shortdrama.ingest.plan import planned_calls
    from shortdrama.ingest.quota import credits_of
    from shortdrama.sources.connector import PullRequest

    dataset_id = dataset if "." in dataset else f"appfigures.{dataset}"
    if end < start:
        raise typer.BadParameter(f"the span ends ({end:%Y-%m-%d}) before it starts")
    store = open_store()
    calls: dict[str, int | None] = {}
    for window in Window(start=start.date(), end=end.date()).split():
        request = PullRequest(dataset=dataset_id, run_key="plan", window=window)
        try:
            calls[str(window)] = planned_calls(request, settings(), store)
        except KeyError as error:
            raise typer.BadParameter(str(error.args[0])) from None
    known = {span: number for span, number in calls.items() if number is not None}
    total = sum(known.values())
    paid = credits_of(store, dataset_id, settings().clock.today())
    if as_json:
        cost = {"planned": paid.of(total), "left": paid.left} if paid and known else None
        print(json.dumps({"dataset": dataset_id, "calls": calls, "credits": cost}))
        return
    if not known:
        print(f"{dataset_id} says only in its answers how many calls it takes")
        return
    for span, number in known.items():
        print(f"{span}  {number:5} calls")
    print(f"{dataset_id} {start:%Y-%m-%d}..{end:%Y-%m-%d}: {total} calls planned")
    if paid:
        left = "" if paid.left is None else f"; {paid.left} left then"
        print(
            f"about {paid.of(total)} credits, at the price of the pull of {paid.said_on}"
            f" ({paid.spent} for {paid.calls} calls){left}"
        )


def replay(
    load_id: Annotated[str | None, typer.Argument(help="One load's id.")] = None,
    dataset: Annotated[str | None, typer.Option(help="All loads of a dataset.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="With --dataset: only what was said since then."),
    ] = None,
) -> None:
    """Make loads again from landing, after a parser was fixed; no source is asked."""
    from shortdrama.core.errors import LoadRefused
    from shortdrama.datasets import dataset_named
    from shortdrama.ingest.history import load_history
    from shortdrama.ingest.replay import loads_to_replay, replay_all

    if (load_id is None) == (dataset is None) or (since is not None and dataset is None):
        raise typer.BadParameter("give either a load's id, or --dataset with an optional --since")
    store = open_store()
    if load_id is not None:
        records = load_history(load_id, store)[-1:]
    else:
        try:
            known = dataset_named(str(dataset))
        except KeyError as error:
            raise typer.BadParameter(str(error.args[0])) from None
        records = loads_to_replay(known, since.date() if since else None, store)
    refused = 0
    for record, became in replay_all(records, settings(), store):
        if isinstance(became, LoadRefused):
            refused += 1
            print(f"{record.load_id}  refused: {became}")
        else:
            print(f"{record.load_id}  accepted as {became.load_id}: {became.rows} rows")
    print(f"{len(records) - refused} replayed, {refused} refused; the next build includes them")
    if refused:
        raise typer.Exit(1)


@load_app.command()
def answers(
    load_id: Annotated[str, typer.Argument(help="The load's id.")], as_json: Json = False
) -> None:
    """Show what a load asked its source for and was answered, by call and country."""
    from shortdrama.datasets import dataset_named
    from shortdrama.gates.answered import table
    from shortdrama.ingest.answers import answers_before, find_answers
    from shortdrama.ingest.history import load_history

    store = open_store()
    record = load_history(load_id, store)[-1]
    dataset = dataset_named(record.dataset)
    found = find_answers(dataset, load_id, store)
    if as_json:
        print("null" if found is None else found.model_dump_json())
    elif found is None:
        print(f"{load_id} has no record of its answers: it is a file, or of an older release")
    else:
        print("\n".join(table(found, answers_before(record, dataset, store))))


@load_app.command()
def revoke(
    load_id: Annotated[str, typer.Argument(help="The load's id.")],
    because: Because,
    by: By,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would follow.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, for scripts.")] = False,
    as_json: Json = False,
) -> None:
    """Take an accepted load out again; this is final. It says what follows, and asks."""
    from shortdrama.ingest.decisions import load_open_to, revoke_load
    from shortdrama.lake.overrides import said_who, said_why
    from shortdrama.reports.archive.citing import citations_of

    store = open_store()
    # Before the question: nobody wants to answer it and be refused then.
    because, by = said_why(because), said_who(by)
    standing = load_open_to("revoked", load_id, store)
    effect = _effect(standing, store)
    citations = citations_of(load_id, standing.dataset, store)
    if not as_json:
        print(f"{standing.dataset} {standing.coverage.window}, load {load_id}")
        print(textwrap.fill(effect.text if effect else OF_EDITIONS, MAX_WIDTH))
        print("\n".join(citations.lines()))
    if not dry_run:
        if not yes:
            _ask(as_json)
        revoke_load(load_id, because, by, settings(), store)
        # Reports may have been made while somebody thought about the answer.
        citations = citations_of(load_id, standing.dataset, store)
    to_correct = citations.uncorrected if effect is None or effect.decided else ()
    if as_json:
        told = standing.model_dump(mode="json", include={"load_id", "dataset"})
        found = citations.model_dump(mode="json") | {"to_correct": to_correct}
        changed = effect and effect.model_dump()
        print(json.dumps({**told, "revoked": not dry_run, "effect": changed, **found}))
    elif dry_run:
        print("nothing was revoked (--dry-run)")
    else:
        _print_revoked(standing, to_correct)


def _ask(as_json: bool) -> None:
    """Go on only if a person says so; raises DecisionRefused if there is nobody to ask."""
    if as_json or not can_answer():
        raise DecisionRefused(
            "nothing was revoked: there is nobody to ask. Give --yes to revoke without a question,"
            " or --dry-run to see only what would follow"
        )
    typer.confirm("Take it out? That is final.", abort=True)


OF_EDITIONS = (
    "Without it, its editions are as earlier files gave them; those that only it has are gone."
)


def _effect(standing: "LoadRecord", store: "ObjectStore") -> "Effect | None":
    from shortdrama.datasets import dataset_named
    from shortdrama.ingest.revoking import effect_of
    from shortdrama.lake.ledger import LoadLedger

    accepted = LoadLedger(store, standing.dataset).accepted()
    return effect_of(standing, dataset_named(standing.dataset), accepted)


def _print_revoked(standing: "LoadRecord", to_correct: Sequence[str]) -> None:
    print(f"{standing.dataset} load {standing.load_id} no longer counts")
    print("the next run of market_marts (at :30, or trigger it) publishes marts without it")
    if not to_correct:
        return
    print("Readers of these editions may have wrong figures. When the marts are published, look")
    print("at what has changed, and send it to them without --dry-run:")
    for edition in to_correct:
        print(f'  shortdrama report correct {edition} --because "…" --dry-run')
