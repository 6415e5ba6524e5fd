"""What is particular to each report."""

from datetime import date, time

import pytest

from shortdrama.datasets import DATASETS
from shortdrama.reports.registry import REPORTS


def test_each_report_says_when_it_is_due_and_what_it_needs() -> None:
    due = {
        report.id: (report.required, report.days_after, report.at) for report in REPORTS.values()
    }
    assert due == {
        "weekly_brief": (("appfigures.estimates",), 4, time(8)),
        "monthly_report": (("appfigures.estimates",), 6, time(8)),
        "minis_pulse": (("tiktok.hashtags",), 1, time(8)),
    }
    assert all(name in DATASETS for report in REPORTS.values() for name in report.required)


@pytest.mark.parametrize(
    ("report_id", "label", "start", "end"),
    [
        ("weekly_brief", "2025-W39", date(2025, 9, 22), date(2025, 9, 28)),
        ("weekly_brief", "2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("monthly_report", "2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("monthly_report", "2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("minis_pulse", "2026-02-25", date(2026, 2, 25), date(2026, 2, 25)),
    ],
)
def test_a_period_has_a_label_and_its_days(
    report_id: str, label: str, start: date, end: date
) -> None:
    period = REPORTS[report_id].period_of(label)
    assert (period.label, period.window.start, period.window.end) == (label, start, end)


@pytest.mark.parametrize(
    ("report_id", "label"),
    [
        ("weekly_brief", "2025-W54"),
        ("weekly_brief", "2025-09"),
        ("monthly_report", "2025-13"),
        ("monthly_report", "2025-9"),
        ("monthly_report", "0000-01"),
        ("minis_pulse", "2026-02-30"),
        ("minis_pulse", "20260225"),
        ("minis_pulse", "2026-W08"),
    ],
)
def test_another_label_is_refused_in_words(report_id: str, label: str) -> None:
    with pytest.raises(ValueError, match=label):
        REPORTS[report_id].period_of(label)
