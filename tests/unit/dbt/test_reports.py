"""The reports on the marts as dbt builds them, and not on tables that tests made up."""

from typing import Any

import duckdb
import pytest

import report_editions
from shortdrama.reports.words.formats import LocaleName
from traced_reports import known

LABELS = {"weekly_brief": "2025-W39", "monthly_report": "2025-08", "minis_pulse": "2025-09-30"}


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("report_id", LABELS)
def test_every_figure_of_a_real_build_is_explained(
    build: Any, report_id: str, locale: LocaleName
) -> None:
    with duckdb.connect(str(build.warehouse), read_only=True) as marts:
        page = report_editions.edition(marts, report_id, locale, label=LABELS[report_id])
        found = known(marts, report_id, locale, report_editions.manifest(), LABELS[report_id])
    found.name(*(f"Developer {product}" for product in range(1, 8)))
    assert found.unexplained(page) == []
