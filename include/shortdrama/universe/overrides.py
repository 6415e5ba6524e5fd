"""Checks the reviewed file of the universe before dbt reads it."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date

from shortdrama.core.settings import REPOSITORY

OVERRIDES = REPOSITORY / "dbt_project" / "seeds" / "universe_overrides.csv"
COLUMNS = ("decision", "app_id", "from_on", "to_on", "reason", "reviewer")
DECISIONS = ("include", "exclude")

Row = dict[str, str]
Problem = tuple[str, str]


def problems(lines: Iterable[str], known_apps: set[str] | None) -> list[str]:
    """What is wrong in the file, each with its line and column; nothing if it is in order.

    `known_apps` are the ids of all apps in the marts, or None if they are not known.
    """
    reader = csv.reader(lines)
    header = tuple(next(reader, ()))
    if header != COLUMNS:
        return [f"line 1: the columns should be {','.join(COLUMNS)}, but are {','.join(header)}"]
    found: list[str] = []
    seen: dict[str, int] = {}
    for cells in reader:
        line = reader.line_num
        if not cells:
            continue
        if len(cells) != len(COLUMNS):
            found.append(
                f"line {line}: {len(cells)} cells instead of {len(COLUMNS)}; put a reason that"
                " holds a comma into double quotes"
            )
            continue
        row = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
        told = [*_blanks(row), *_dates(row), *_app(row, seen, known_apps)]
        found += [f"line {line}, column {column}: {problem}" for column, problem in told]
        seen.setdefault(row["app_id"], line)
    return found


def decided_apps() -> set[str]:
    """Ids of the apps with a decision in the reviewed file."""
    with OVERRIDES.open(encoding="utf-8", newline="") as lines:
        return {row["app_id"] for row in csv.DictReader(lines)}


def _blanks(row: Row) -> Iterator[Problem]:
    if row["decision"] not in DECISIONS:
        yield "decision", f"{row['decision']!r} is not one of {', '.join(DECISIONS)}"
    if not row["reason"]:
        yield "reason", "is empty; say why, analysts read it in dim_app"
    if not row["reviewer"]:
        yield "reviewer", "is empty; say who decided"


def _dates(row: Row) -> Iterator[Problem]:
    days: dict[str, date] = {}
    for column in ("from_on", "to_on"):
        if row[column]:
            try:
                days[column] = date.fromisoformat(row[column])
            except ValueError:
                yield column, f"{row[column]!r} is not a date like 2025-07-01"
    if len(days) < 2:
        return
    if days["to_on"] < days["from_on"]:
        yield "to_on", f"{days['to_on']} is before from_on {days['from_on']}"
    elif row["decision"] == "exclude":
        yield (
            "to_on",
            "an exclusion between two days would leave the app two spans; leave one end open, or"
            " include it for the span in which it counts",
        )


def _app(row: Row, seen: dict[str, int], known_apps: set[str] | None) -> Iterator[Problem]:
    app_id = row["app_id"]
    if not app_id:
        yield "app_id", "is empty; give the unified app's id, or product:<id>"
    elif app_id in seen:
        yield "app_id", f"{app_id} was decided on line {seen[app_id]} already; one row per app"
    elif known_apps is not None and app_id not in known_apps:
        yield "app_id", f"{app_id} is not an app of the published dim_app; see its app_id"
