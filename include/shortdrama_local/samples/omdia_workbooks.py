"""Two vintages of an Omdia forecast workbook, made only from Omdia's published figures.

There is no licensed workbook here. These have the real figures of the facts file in the layout that
analyst houses use, so that the connector meets merged regions, footnote marks, units and years as
in real workbooks. Nothing is derived: what Omdia did not publish is `n/a` or `-`. The same facts
give the same bytes, so that a workbook dropped twice is recognised as the same.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shortdrama.core.settings import PUBLISHED_FIGURES
from shortdrama_local.samples.analyst_workbook import (
    Book,
    Entry,
    Line,
    Page,
    workbook_bytes,
)

YEARS = range(2025, 2031)
MICRODRAMAS = "Microdramas"
PAID_MICRODRAMAS = "Microdramas: subscription and transactional"
NOTES = (
    "¹ World is the sum of all markets, China included.",
    "² Rest of world is the world without China.",
    "³ Free ad-supported streaming television, for comparison.",
    "E: estimate, made after the year's end. F: forecast, made before it.",
    "These marks and the version are this project's: Omdia's announcements carry none.",
    "n/a: not published for this row. -: no figure of this year is published in this edition.",
)

Subject = tuple[str, str, str]
"""Geography, scope and metric, as in the facts file."""

REVENUES: dict[Subject, Line] = {
    ("World", "microdramas", "revenue"): Line("World", "World¹", MICRODRAMAS, "Revenue"),
    ("World ex-China", "microdramas", "revenue"): Line(
        "World", "Rest of world²", MICRODRAMAS, "Revenue"
    ),
    ("CN", "microdramas", "revenue"): Line("Asia & Oceania", "China", MICRODRAMAS, "Revenue"),
    ("US", "microdramas", "revenue"): Line(
        "North America", "United States", MICRODRAMAS, "Revenue"
    ),
    ("World", "FAST channels", "revenue"): Line("World", "World¹", "FAST channels³", "Revenue"),
}
SHARES: dict[Subject, Line] = {
    ("CN", "microdramas", "revenue_share"): Line(
        "Asia & Oceania", "China", MICRODRAMAS, "Share of world revenue"
    ),
    ("World", "microdramas: subscription and transactional", "revenue_share"): Line(
        "World", "World¹", PAID_MICRODRAMAS, "Share of segment revenue"
    ),
}


class Fact(BaseModel):
    """One figure of the facts file. Money in USD, shares 0-1; `period` is a year."""

    model_config = ConfigDict(frozen=True)

    fact_id: str
    metric: str
    scope: str
    geography: str
    period: int
    value: Decimal
    is_lower_bound: bool
    published_on: date
    source: str

    @property
    def subject(self) -> Subject:
        """What the figure is about, without its year."""
        return self.geography, self.scope, self.metric


@dataclass(frozen=True)
class MoneyUnit:
    """The number format of money in the sheet of revenues."""

    label: str
    dollars: int
    number_format: str


@dataclass(frozen=True)
class Vintage:
    """What differs between the editions, apart from their figures."""

    published_on: date
    version: str
    unit: MoneyUnit


OCTOBER = Vintage(date(2025, 10, 14), "2H25", MoneyUnit("US$m", 10**6, "#,##0"))
FEBRUARY = Vintage(date(2026, 2, 23), "1H26", MoneyUnit("US$bn", 10**9, "0.0"))
VINTAGES = (OCTOBER, FEBRUARY)


def omdia_facts() -> list[Fact]:
    """Omdia's figures from the facts file, in its order."""
    with PUBLISHED_FIGURES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["vendor"] == "Omdia"]
    return [Fact.model_validate(row) for row in rows]


def write_workbooks(folder: Path, by: date = date.max) -> list[Path]:
    """Write the vintages that were published by that day into the folder, older first.

    Every Omdia fact is in one of them.
    """
    facts = omdia_facts()
    _check_all_have_a_place(facts)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for vintage in (vintage for vintage in VINTAGES if vintage.published_on <= by):
        path = folder / f"omdia_microdramas_{vintage.published_on}.xlsx"
        path.write_bytes(workbook_bytes(_book(vintage, facts)))
        paths.append(path)
    return paths


def write_wrong_unit_workbook(path: Path) -> None:
    """Write the October edition with the press's error: World 2025 as 110 dollars, not 11 billion.

    It is a well-formed workbook: only the gate can see that its figure is not plausible.
    """
    in_dollars = replace(OCTOBER, unit=MoneyUnit("US$", 1, "#,##0"))
    _write_with_world(path, in_dollars, Decimal(110))


def write_deviating_workbook(path: Path) -> None:
    """Write the October edition with World 2025 as 12 billion dollars instead of 11.

    Nothing in it is implausible: only a comparison with the published figure shows the error.
    """
    _write_with_world(path, OCTOBER, Decimal(12_000_000_000))


def _write_with_world(path: Path, vintage: Vintage, world: Decimal) -> None:
    facts = [
        fact.model_copy(update={"value": world})
        if fact.subject == ("World", "microdramas", "revenue")
        else fact
        for fact in omdia_facts()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(workbook_bytes(_book(vintage, facts)))


def _check_all_have_a_place(facts: Sequence[Fact]) -> None:
    editions = {vintage.published_on for vintage in VINTAGES}
    for fact in facts:
        placed = fact.subject in REVENUES or fact.subject in SHARES
        if not placed or fact.period not in YEARS or fact.published_on not in editions:
            raise ValueError(
                f"{PUBLISHED_FIGURES.name}: {fact.fact_id} has no place in the workbooks; add a "
                f"line, a year or a vintage for {fact.subject}, {fact.period}, {fact.published_on}"
            )


def _book(vintage: Vintage, all_facts: Sequence[Fact]) -> Book:
    facts = [fact for fact in all_facts if fact.published_on == vintage.published_on]
    supersedes = [
        f"Supersedes the edition of {earlier.published_on:%d %b %Y}"
        for earlier in VINTAGES
        if earlier.published_on < vintage.published_on
    ]
    return Book(
        title="Microdramas: revenue and forecast",
        metadata=(
            "Source: Omdia",
            "Compiled by this project from Omdia's published figures; not an Omdia file",
            *supersedes,
            f"Publication date: {vintage.published_on:%d %b %Y}",
            f"Version {vintage.version}",
        ),
        made_on=vintage.published_on,
        pages=(
            _page("Revenue", vintage.unit.label, REVENUES, vintage, facts),
            _page("Shares", "%", SHARES, vintage, facts),
        ),
        notes=(*NOTES, *sorted({f"Published in: {fact.source}" for fact in facts})),
    )


def _page(
    title: str, unit: str, lines: dict[Subject, Line], vintage: Vintage, facts: Sequence[Fact]
) -> Page:
    published = {(fact.subject, fact.period): fact for fact in facts}
    last_year = max(fact.period for fact in facts)
    entries = {
        line: tuple(
            _entry(published[subject, year], vintage.unit)
            if (subject, year) in published
            else Entry("n/a" if year <= last_year else "-")
            for year in YEARS
        )
        for subject, line in lines.items()
    }
    return Page(title, unit, tuple(_year_label(year, vintage) for year in YEARS), entries)


def _year_label(year: int, vintage: Vintage) -> str:
    return f"{year}{'E' if year < vintage.published_on.year else 'F'}"


def _entry(fact: Fact, money: MoneyUnit) -> Entry:
    if fact.metric == "revenue":
        return Entry(fact.value / money.dollars, money.number_format)
    if fact.is_lower_bound:
        return Entry(f">{fact.value:.0%}")
    return Entry(fact.value, "0%")
