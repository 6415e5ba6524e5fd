"""Gates on the command line: what was refused and why, and people's decisions about it."""

import json
import shutil
import textwrap
from typing import Annotated

import typer

from shortdrama.cli.shared import MAX_WIDTH, Because, By, Json, open_store
from shortdrama.core.settings import settings

app = typer.Typer(no_args_is_help=True, help="What the gates refused, and decisions about it.")

LISTED = 20

Subject = Annotated[
    str, typer.Argument(help="A load's id, or for marts the build's id (12 characters).")
]

MARTS_FOLLOW = "the next run of market_marts (at :30, or trigger it) publishes it"


@app.command()
def show(subject: Subject, as_json: Json = False) -> None:
    """Show what failed, what was known before, and what to do."""
    from shortdrama.gates.triage import page
    from shortdrama.ingest.triage import triage_of_load
    from shortdrama.warehouse.decide.overrides import is_build_id
    from shortdrama.warehouse.decide.triage import triage_of_build

    triage_of = triage_of_build if is_build_id(subject) else triage_of_load
    triage = triage_of(subject, settings(), open_store())
    if as_json:
        print(triage.model_dump_json())
        return
    print(page(triage, min(shutil.get_terminal_size().columns, MAX_WIDTH)), end="")


@app.command("list")
def list_refused(as_json: Json = False) -> None:
    """List what the gates refused lately, newest first, and its state now."""
    from shortdrama.warehouse.decide.refusals import refusals

    found = refusals(open_store())[:LISTED]
    if as_json:
        print(json.dumps([refusal.model_dump(mode="json") for refusal in found]))
        return
    for refusal in found:
        at = f"{refusal.at:%Y-%m-%d %H:%M}" if refusal.at else "waits"
        print(f"{refusal.subject}  {at}  {refusal.state}")
        print(f"  {refusal.about}")
        if refusal.reason:
            print(_indented(refusal.reason))
    if not found:
        print("nothing was refused")


def _indented(text: str) -> str:
    """The text in at most three lines of a screen."""
    return textwrap.fill(
        text,
        MAX_WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        max_lines=3,
        placeholder=" …",
        break_on_hyphens=False,
    )


@app.command()
def accept(subject: Subject, because: Because, by: By) -> None:
    """Accept a refused load, or publish a refused build; a reason is required."""
    from shortdrama.ingest.decisions import accept_load, load_open_to
    from shortdrama.warehouse.decide.overrides import accept_marts, is_build_id

    store = open_store()
    if is_build_id(subject):
        override = accept_marts(subject, because, by, settings(), store)
        print(f"build {override.subject} is accepted with {len(override.findings)} finding(s):")
        for finding in override.findings:
            print(f"- {finding.suite}: {finding.expectation}({finding.column or ''})")
        print(f"{MARTS_FOLLOW}, unless something else changes before that")
        return
    load_open_to("accepted", subject, store)
    record = accept_load(subject, because, by, settings(), store)
    if record.status == "staged":
        print(f"{record.dataset} load {record.load_id}: {record.rows:,} rows")
        print(f"it is staged, and counts when backfill {record.backfill} does")
        print(f"to go on with that:\n  shortdrama backfill show {record.backfill}")
        return
    print(f"{record.dataset} load {record.load_id} counts from now on: {record.rows:,} rows")
    print(MARTS_FOLLOW)
