"""The largest moves of a backfill: of facts, in one unit, never of rows of versions."""

from typing import Any

import pytest

from shortdrama.backfill import changes
from shortdrama.backfill.changes import changes_between
from shortdrama.warehouse.compare.diff import MartDiff, MonthDiff, Move

NO_MONTHS = (MonthDiff(month_on=None, added=1, removed=0, changed=0),)


def mart(name: str, *moves: tuple[str, str], key: tuple[str, ...] = ("app_id",)) -> MartDiff:
    return MartDiff(
        mart=name,
        key=key,
        added=1,
        removed=0,
        changed=0,
        lineage=0,
        files=1,
        files_read=1,
        months=NO_MONTHS,
        moves=tuple(
            Move(
                row={"app_id": f"{column}{size}"},
                column=column,
                before=None,
                after=size,
                difference=size,
                causes=("late load",),
            )
            for column, size in moves
        ),
    )


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The marts and differences of the largest moves, of marts that differ."""

    class Named:
        snapshot_id = "some"

    def found(*marts: MartDiff) -> list[tuple[str, str]]:
        monkeypatch.setattr(changes, "diff_snapshots", lambda *_: iter(marts))
        made = changes_between(Named(), Named(), None, None)  # type: ignore[arg-type]
        return [(one.mart, one.move.difference) for one in made.moves]

    return found


def test_facts_come_before_reports_that_sum_them(moves: Any) -> None:
    report = mart("rpt_market_size_monthly", ("revenue_usd", "900.00"))
    fact = mart("fct_app_estimates_daily", ("revenue_usd", "-5.00"), ("revenue_usd", "3.00"))
    assert moves(report, fact) == [
        ("fct_app_estimates_daily", "-5.00"),
        ("fct_app_estimates_daily", "3.00"),
    ]
    assert moves(report) == [("rpt_market_size_monthly", "900.00")]


def test_figures_of_other_units_are_not_compared(moves: Any) -> None:
    fact = mart("fct_app_estimates_daily", ("downloads", "1000000"), ("revenue_usd", "1.50"))
    assert moves(fact) == [("fct_app_estimates_daily", "1.50")]


def test_rows_of_versions_and_marts_about_ourselves_are_no_moves(moves: Any) -> None:
    versions = mart(
        "fct_app_estimates_versions", ("revenue_usd", "9.00"), key=("app_id", "known_from_at")
    )
    ours = mart("ops_loads", ("value", "9"))
    fact = mart("fct_app_estimates_daily", ("revenue_usd", "1.00"))
    assert moves(ours, fact, versions) == [("fct_app_estimates_daily", "1.00")]


def test_there_are_ten_at_most(moves: Any) -> None:
    many = [("revenue_usd", f"{size}.00") for size in range(1, 15)]
    found = moves(mart("fct_app_estimates_daily", *many[:7]), mart("fct_other", *many[7:]))
    assert [size for _, size in found] == [f"{size}.00" for size in range(14, 4, -1)]
