"""Reports on the command line: what was made, to whom it was sent, and what to do about that."""

import json
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.markup import escape

from shortdrama.cli.shared import Because, By, Json, open_store, out
from shortdrama.core.settings import home, settings

if TYPE_CHECKING:
    from shortdrama.reports.archive.editions import Edition

app = typer.Typer(no_args_is_help=True, help="Reports: editions, readers, corrections.")

EditionId = Annotated[
    str, typer.Argument(metavar="EDITION", help="Report and period, e.g. weekly_brief/2025-W39.")
]
RecipientId = Annotated[str, typer.Argument(metavar="RECIPIENT", help="The reader's id.")]
Locale = Annotated[Literal["en", "zh"], typer.Option(help="Language.")]
Text = Annotated[bool, typer.Option("--text", help="Print the plain text instead.")]
WIDTH = 80


@app.command("list")
def list_editions(as_json: Json = False) -> None:
    """List the editions, the newest first, with their corrections."""
    from shortdrama.reports.archive.editions import all_editions, corrections_of

    store = open_store()
    editions = sorted(all_editions(store), key=lambda one: one.bound_at, reverse=True)
    rows = [(edition, corrections_of(store, edition.id)) for edition in editions]
    if as_json:
        print(json.dumps([_row(edition, len(found)) for edition, found in rows]))
        return
    for edition, found in rows:
        late = "  late" if edition.late_in else ""
        print(f"{edition.id:28}{edition.bound_at:%Y-%m-%d %H:%M}  {edition.snapshot_id}{late}")
        for one in found:
            out.print(
                f"  correction {one.number}, {one.at:%Y-%m-%d %H:%M}, by {escape(one.by)}:"
                f" {escape(one.because)}",
                highlight=False,
            )
    if not rows:
        print("there is no edition yet")


@app.command()
def show(edition: EditionId, locale: Locale = "en", text: Text = False) -> None:
    """Open an edition as it was sent, in the browser; a corrected one as corrected."""
    from shortdrama.reports.archive import parts
    from shortdrama.reports.archive.editions import corrections_of, part_in_force
    from shortdrama.reports.delivery.corrections import known_edition

    store = open_store()
    found = known_edition(edition, store)
    part = part_in_force(found, corrections_of(store, edition), locale)
    rendered = parts.read(store, edition, part)
    if text:
        print(rendered.text, end="")
        return
    name = f"{edition.replace('/', '-')}.{locale}.html"
    _open(_written(home() / "editions" / name, rendered.standalone))


@app.command()
def preview(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="E.g. weekly_brief.")],
    locale: Locale = "en",
    period: Annotated[
        str, typer.Option(help="Week, month or day. Default: the newest that is settled.")
    ] = "",
    snapshot: Annotated[str, typer.Option(help="Snapshot. Default: the current one.")] = "",
    to: Annotated[Path | None, typer.Option(help="The HTML file to write.")] = None,
    text: Text = False,
) -> None:
    """Make an edition into a file, for yourself; nothing is archived or sent."""
    from shortdrama.reports.delivery.press import the_press
    from shortdrama.reports.delivery.previews import preview_of

    asked = (report, period or None, snapshot or None, locale)
    rendered = preview_of(the_press(), settings(), open_store(), *asked)
    if text:
        print(rendered.text, end="")
        return
    path = _written(to or Path(f"{report}.{locale}.html"), rendered.standalone)
    print(f"{rendered.subject}\n{path}")


@app.command("sends")
def list_sends(edition: EditionId, as_json: Json = False) -> None:
    """List who was sent what of an edition, and for whom that is not known."""
    from shortdrama.lake.sends import read_sends
    from shortdrama.reports.delivery.ledger import state_at

    now = settings().clock.now()
    records = [one for _, one in sorted(read_sends(open_store(), edition).items())]
    if as_json:
        print(
            json.dumps(
                [one.model_dump(mode="json") | {"state": state_at(one, now)} for one in records]
            )
        )
        return
    for one in records:
        at = one.settled_at or one.claimed_at
        state = state_at(one, now)
        print(f"{state:9}{at:%Y-%m-%d %H:%M}  {one.locale}  {one.kind:13} {one.recipient}")
        if one.error:
            out.print(f"  {escape(one.error)}", highlight=False)
    if not records:
        print(f"of {edition} nothing was sent to anybody")


@app.command()
def release(
    edition: EditionId,
    recipient: RecipientId,
    kind: Annotated[str, typer.Option(help="What was sent: edition, late_note, …")] = "edition",
) -> None:
    """Try an unknown send again; do this only if you checked that no mail arrived."""
    from shortdrama.lake.sends import SendKey
    from shortdrama.reports.delivery import ledger

    clock = settings().clock
    ledger.release(
        open_store(), edition, SendKey(recipient, kind), clock.now(), is_frozen=clock.is_frozen
    )
    report, _, period = edition.partition("/")
    print(f"released: the next run of market_reports tries {recipient}, if it is still due.")
    print("For an older edition:")
    print("  shortdrama airflow dags trigger market_reports --conf \\")
    print(f"    '{json.dumps({'report': report, 'period': period})}'")


@app.command()
def correct(
    edition: EditionId,
    because: Because,
    by: By,
    dry_run: Annotated[bool, typer.Option(help="Only show what has changed.")] = False,
) -> None:
    """Compare an edition with what is published now, and send its readers what changed.

    Old and new figures go to everybody who had the edition, and to nobody else. If it was stopped
    before it reached everybody, the same command goes on.
    """
    from shortdrama.reports.delivery.correcting import Correcting

    correcting = Correcting(settings(), open_store(), edition)
    left = correcting.unsent()
    if left:
        print(f"the last correction has not reached {len(left)} readers; sending it to them")
        _print_outcomes(correcting.send())
    draft = correcting.draft()
    for change in draft.changes["en"]:
        row = " · ".join(filter(None, (change.sheet, change.row, change.heading)))
        out.print(escape(f"{row}: {change.old} → {change.new}"), highlight=False)
    if not draft.has_changes:
        print(f"no figure of {edition} has changed: nothing is sent")
        return
    if dry_run:
        print("nothing was sent (--dry-run)")
        return
    correction = correcting.record(draft, because, by)
    figures = "1 figure" if correction.changes == 1 else f"{correction.changes} figures"
    print(f"correction {correction.number} of {edition}: {figures}")
    _print_outcomes(correcting.send())
    for one in correcting.unreachable():
        print(f"{one} had the edition and cannot be reached: suppressed, or no address")


@app.command("send")
def send_test(
    edition: EditionId,
    to: Annotated[str, typer.Option(help="The id of the one who gets it.")],
    test: Annotated[bool, typer.Option("--test", help="Send it, marked as a test.")] = False,
    locale: Locale = "en",
) -> None:
    """Send an archived edition to one recipient as a test, which no ledger records."""
    from shortdrama.reports.delivery.previews import send_as_test

    if not test:
        raise typer.BadParameter(
            "editions are sent by the DAG market_reports when they are due; to send a test,"
            " add --test"
        )
    subject = send_as_test(settings(), open_store(), edition, to, locale)
    print(f"sent to {to}: {subject}")


@app.command("suppressed")
def list_suppressed(
    lift: Annotated[str, typer.Option(metavar="RECIPIENT", help="Send to this one again.")] = "",
    add: Annotated[str, typer.Option(metavar="RECIPIENT", help="Send nothing to this one.")] = "",
    as_json: Json = False,
) -> None:
    """List the readers who get nothing any more, and why."""
    from shortdrama.reports.delivery import suppression
    from shortdrama.reports.delivery.subscriptions import subscriptions_of

    store = open_store()
    if lift:
        suppression.lift(store, lift)
        if not as_json:
            print(f"{lift} gets reports again, also those of the last weeks. If they want")
            print("only later ones, give them a `since` in the subscriptions")
    if add:
        known = subscriptions_of(settings()).ids
        suppression.suppress_by_hand(store, add, known, settings().clock.now())
    entries = suppression.read_suppressed(store)
    if as_json:
        print(json.dumps([one.model_dump(mode="json") for one in entries]))
        return
    for one in entries:
        print(f"{one.recipient:24}{one.reason:14}{one.at:%Y-%m-%d %H:%M}")
    if not entries:
        print("nobody is suppressed")


@app.command("subscriptions")
def check_subscriptions(as_json: Json = False) -> None:
    """Check the file of subscriptions, and say who gets what and who has no address."""
    from shortdrama.reports.delivery.subscriptions import subscriptions_of

    found = subscriptions_of(settings())
    missing = set(found.without_address())
    if as_json:
        print(json.dumps([one.model_dump(mode="json") for one in found.entries]))
        return
    for entry in found.entries:
        print(f"{entry.report:16}{entry.locale}  {entry.time_zone}, since {entry.since}")
        for one in entry.people:
            print(f"  {one.id}" + ("  (no address)" if one.id in missing else ""))


@app.command()
def migrate() -> None:
    """Take the addresses out of the send ledgers of editions from before subscriptions."""
    from shortdrama.reports.delivery.migration import forget_addresses
    from shortdrama.reports.delivery.subscriptions import subscriptions_of

    changed = forget_addresses(open_store(), subscriptions_of(settings()).addresses)
    print(f"{len(changed)} ledgers changed" + (f": {', '.join(changed)}" if changed else ""))


def _row(edition: "Edition", corrections: int) -> Mapping[str, Any]:
    kept = edition.model_dump(mode="json", exclude={"parts", "schema_version"})
    return {"id": edition.id, **kept, "corrections": corrections}


def _print_outcomes(outcomes: list[Any]) -> None:
    for one in outcomes:
        print(f"{one.state:9}{one.letter.kind:14}{one.letter.recipient}")
        if one.detail:
            out.print(f"  {escape(one.detail)}", highlight=False)


def _written(path: Path, body: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def _open(path: Path) -> None:
    print(path)
    webbrowser.open(path.resolve().as_uri())
