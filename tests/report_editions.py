"""Editions of the reports on the marts of a demonstration lake, cut to what reports read.

`tests/fixtures/report_marts` has them, one file per mart. Figures are simulated; the hashtags'
changes are made up.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

import mart_tables
from shortdrama.reports.page import Page
from shortdrama.reports.registry import REPORTS
from shortdrama.reports.words.formats import LocaleName

MARTS = Path(__file__).parent / "fixtures" / "report_marts"
MADE_AT = datetime(2026, 2, 25, 8, 0, tzinfo=UTC)
LABELS = {"weekly_brief": "2025-W39", "monthly_report": "2025-09", "minis_pulse": "2026-02-25"}
SUBJECTS = {"weekly_brief": "weekly", "monthly_report": "monthly", "minis_pulse": "pulse"}


def marts() -> duckdb.DuckDBPyConnection:
    """The marts, complete by their contracts."""
    connection = duckdb.connect()
    connection.execute("create schema marts")
    mart_tables.complete(connection)
    mart_tables.load(connection, MARTS)
    return connection


def manifest(**changes: Any) -> dict[str, Any]:
    """What the manifest of that snapshot says."""
    accepted = MADE_AT.isoformat()
    days = {
        "appfigures.estimates": date(2025, 9, 30),
        "appfigures.products": date(2026, 2, 25),
        "omdia.forecasts": date(2026, 2, 23),
        "minis.catalog": date(2026, 1, 11),
        "minis.search_interest": date(2026, 1, 5),
        "tiktok.hashtags": date(2026, 2, 25),
    }
    return {
        "snapshot_id": "20260225T080000Z-8306d70b",
        "created_at": accepted,
        "is_sample": True,
        "universe_version": "458330146503",
        "datasets": {
            name: {"as_of": day.isoformat(), "accepted_at": accepted} for name, day in days.items()
        },
        "warnings": [
            {"about": ["appfigures.estimates"], "concern": "timeliness", "text": "148 days"}
        ],
    } | json.loads(json.dumps(changes, default=str))


def edition(
    connection: duckdb.DuckDBPyConnection,
    report_id: str,
    locale: LocaleName,
    *,
    label: str | None = None,
    made_at: datetime = MADE_AT,
    **changes: Any,
) -> Page:
    """An edition as a page; `changes` are of the manifest."""
    report = REPORTS[report_id]
    period = report.period_of(label or LABELS[report_id])
    content = report.compose(connection, manifest(**changes), period, made_at)
    return report.written(content, locale)
