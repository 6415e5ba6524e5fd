"""The mail with old and new figures side by side."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from babel.numbers import format_decimal

from shortdrama.reports.delivery.differences import Change
from shortdrama.reports.delivery.wording import COLONS, LANGUAGES, about, words
from shortdrama.reports.page import (
    Answer,
    Banner,
    Cell,
    Footer,
    Page,
    Phrase,
    Point,
    Sheet,
    Table,
)
from shortdrama.reports.reports import Period, Report
from shortdrama.reports.words.catalogue import Catalogue
from shortdrama.reports.words.formats import CLDR, Formats, LocaleName

SHOWN = 40
"""Changes in the mail; the workbook has them all."""


def correction_page(
    report: Report,
    period: Period,
    because: str,
    snapshot_id: str,
    changes: Sequence[Change],
    locale: LocaleName,
) -> Page:
    """The page of a correction; `because` is said to readers as it was given."""
    catalogue, edition = words(locale), about(report, period, locale)
    text, count = catalogue.text, len(changes)
    claim = "correction.claim.one" if count == 1 else "correction.claim"
    return Page(
        language=LANGUAGES[locale],
        sender_name=text("sender"),
        subject=text("correction.subject", **edition),
        preheader=text(claim, count=count, **edition),
        banners=(Banner("correction", text("correction.banner")),),
        title=text("correction.title", **edition),
        period=edition["days"],
        answer=Answer(
            claim=text(claim, count=count, **edition),
            context="",
            points=(
                Point(text("correction.why"), because),
                Point(text("correction.use"), text("correction.use.text")),
            ),
            scope="",
        ),
        blocks=tuple(_tables(changes, catalogue, locale)),
        pipeline=None,
        footer=Footer(
            method="",
            facts=(
                Phrase(text("fact.edition"), detail=f"{report.id}/{period.label}"),
                Phrase(text("fact.snapshot"), detail=snapshot_id),
            ),
            help=text("correction.help"),
        ),
        colon=COLONS[locale],
        sheets=(_sheet(changes, catalogue),),
    )


def _tables(changes: Sequence[Change], catalogue: Catalogue, locale: LocaleName) -> Iterator[Table]:
    """A table per sheet with changes, as far as there is room."""
    shown = changes[:SHOWN]
    more = catalogue.text("correction.more", shown=SHOWN, count=len(changes))
    sheets = list(dict.fromkeys(change.sheet for change in shown))
    for sheet in sheets:
        rows = [change for change in shown if change.sheet == sheet]
        is_cut = len(changes) > SHOWN and sheet == sheets[-1]
        yield Table(
            title=sheet,
            headings=tuple(
                catalogue.text(f"correction.{one}") for one in ("number", "figure", "old", "new")
            ),
            rows=tuple(
                (
                    Phrase(str(number)),
                    Phrase(_name(change)),
                    Phrase(_shown(change.old, catalogue, locale)),
                    Phrase(_shown(change.new, catalogue, locale)),
                )
                for number, change in enumerate(rows, start=1)
            ),
            none=catalogue.text("correction.none"),
            note=more if is_cut else "",
        )


def _sheet(changes: Sequence[Change], catalogue: Catalogue) -> Sheet:
    return Sheet(
        name=catalogue.text("correction.sheet"),
        headings=tuple(
            catalogue.text(f"correction.{one}") for one in ("table", "figure", "old", "new")
        ),
        rows=tuple((one.sheet, _name(one), one.old, one.new) for one in changes),
    )


def _name(change: Change) -> str:
    return " · ".join(filter(None, (change.row, change.heading)))


def _shown(cell: Cell, catalogue: Catalogue, locale: LocaleName) -> str:
    """A figure as it is, in the locale's habit; nothing is rounded."""
    if cell is None:
        return catalogue.text("correction.gone")
    if isinstance(cell, date):
        return Formats(locale).day(cell)
    if isinstance(cell, int | Decimal):
        return str(format_decimal(cell, locale=CLDR[locale], decimal_quantization=False))
    return cell
