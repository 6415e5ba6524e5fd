"""Fixtures that several rooms share."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import hypothesis
import pytest

from shortdrama.reports.brief import WeeklyBrief, snapshot_facts
from shortdrama.reports.periods import IsoWeek
from shortdrama.reports.queries import weekly_brief

# A busy machine is no failure: speed belongs in benchmarks.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

EXAMPLE_MARTS = Path(__file__).parent / "fixtures" / "example_marts.sql"


@pytest.fixture
def example_marts() -> Iterator[duckdb.DuckDBPyConnection]:
    """Made-up marts of a sample snapshot; the last complete week is 2025-W39."""
    with duckdb.connect() as connection:
        connection.execute(EXAMPLE_MARTS.read_text())
        yield connection


@pytest.fixture
def example_manifest() -> dict[str, Any]:
    """What the manifest of that snapshot says."""
    taken_in = "2025-10-01T02:11:00+00:00"
    return {
        "snapshot_id": "20251001T021455Z-8f3c2a",
        "created_at": "2025-10-01T02:14:55+00:00",
        "is_sample": True,
        "datasets": {
            "appfigures.products": {"as_of": "2025-09-30", "accepted_at": taken_in},
            "appfigures.estimates": {"as_of": "2025-09-30", "accepted_at": taken_in},
            "tiktok.hashtags": {
                "as_of": "2025-09-29T00:00:00+00:00",
                "accepted_at": "2025-09-29T03:00:00+00:00",
            },
            "omdia.forecasts": {"as_of": "2026-02-23", "accepted_at": taken_in},
        },
    }


@pytest.fixture
def example_brief(
    example_marts: duckdb.DuckDBPyConnection, example_manifest: dict[str, Any]
) -> WeeklyBrief:
    """The brief of week 39 on those marts."""
    made_at = datetime(2025, 10, 1, 3, 0, tzinfo=UTC)
    return weekly_brief(example_marts, snapshot_facts(example_manifest), IsoWeek(2025, 39), made_at)
