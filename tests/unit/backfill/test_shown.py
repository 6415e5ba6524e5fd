"""A plan on paper: 80 columns, and nothing left out."""

from backfills import asked, coverage, known
from shortdrama.backfill.plan import Budget, plan
from shortdrama.backfill.shown import duration, shown_plan

MANY = tuple(f"{one}{two}" for one in "ABCDEF" for two in "ABCDEFGHIJ")


def test_a_plan_is_a_table_of_80_columns() -> None:
    text = shown_plan(
        plan(
            asked("2025-01-01", "2025-12-31"),
            known(
                countries=MANY,
                budget=Budget(limit=200, used=63, reserved=10, daily=63, monthly=63),
                accepted=[coverage("2025-03-01", "2025-03-31", *MANY)],
                rows_per_slice=298,
                seconds_per_slice=0.05,
            ),
        )
    )
    assert all(len(line) <= 80 for line in text.splitlines())
    flat = " ".join(text.split())
    for said in (
        "appfigures.estimates 2025-01-01..2025-12-31, 365 days, 60 countries",
        "policy: missing; reason: why",
        "2025-01-01..2025-02-28 59 60 countries 60 2026-02-25",
        "2025-03-01..2025-03-31 31 60 countries an accepted load covers them",
        "calls: 240 in 4 windows",
        "quota: 127 of 200 calls are left for it today (63 used, 10 kept for the daily schedule);"
        " it resets at 2026-02-26 00:00 UTC",
        "it goes on by itself after each reset, until 2026-02-26",
        "expected: rows about 5,971,920; time about 16 min 42 s, without waiting for a reset",
    ):
        assert said in flat


def test_a_plan_without_windows_and_without_a_quota_says_so() -> None:
    done = plan(
        asked("2025-01-01", "2025-01-31"), known(staged=[coverage("2025-01-01", "2025-02-01")])
    )
    assert "nothing is left to pull" in shown_plan(done)
    whole = plan(asked("2025-01-01", "2025-01-31"), known(calls_of=lambda *_: None))
    text = shown_plan(whole)
    assert "no answer of the last week has said one" in " ".join(text.split())
    assert "rows unknown; time unknown" in text


def test_a_duration_has_two_units() -> None:
    assert [duration(one) for one in (0.2, 59, 61, 3600, 93_784)] == [
        "0 s",
        "59 s",
        "1 min 1 s",
        "1 h",
        "1 d 2 h",
    ]
