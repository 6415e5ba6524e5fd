"""Which days are covered, provisional, missing or refused.

What can be wrong:
1. no load at all; only refused ones, so that nothing says what should be there
2. a hole between two loads; days at the end that the schedule should have brought
3. just after midnight the run of the night is not over: yesterday is not missing yet
4. a load of one country makes a day look whole; a country was added, or taken off the list
5. a trailing window is refused although most of its days have older figures
6. a refused day is accepted later by a new load, a replay or a person; a load is revoked
7. a day was too young when it was said; an old answer was replayed; it was said again when older
8. a dataset of the present has a day per load; an edition's dates are not a calendar with holes
9. windows overlap, lie inside each other, or go back a thousand years because of a typing error
10. statuses of later releases (`staged`, `discarded`) count for nothing
11. a hundred thousand loads
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.health.overview.coverage import due_on, stretches

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)


def said(loads: list[Any], settles: int = 0, due: str | None = None) -> list[str]:
    """`covered 2026-02-01..2026-02-07`, for each stretch."""
    found = stretches(loads, settles, date.fromisoformat(due) if due else None)
    return [f"{stretch.state} {stretch}" for stretch in found]


def test_without_loads_nothing_is_missing(load: Any) -> None:
    assert said([], due="2026-02-24") == []


def test_only_refused_loads_say_nothing_about_other_days(load: Any) -> None:
    refused = load("2026-02-01", "2026-02-03", status="quarantined")
    assert said([refused], due="2026-02-24") == ["refused 2026-02-01..2026-02-03"]


def test_holes_and_late_days_are_missing(load: Any) -> None:
    loads = [load("2026-02-01", "2026-02-03"), load("2026-02-05")]
    assert said(loads, due="2026-02-07") == [
        "covered 2026-02-01..2026-02-03",
        "gap 2026-02-04",
        "covered 2026-02-05",
        "gap 2026-02-06..2026-02-07",
    ]


def test_days_before_the_first_load_are_not_missing(load: Any) -> None:
    assert said([load("2026-02-05")], due="2026-02-05") == ["covered 2026-02-05"]


@pytest.mark.parametrize(
    ("dataset", "hour", "due"),
    [
        ("appfigures.estimates", 8, date(2026, 2, 24)),
        ("appfigures.estimates", 1, date(2026, 2, 23)),
        ("tiktok.hashtags", 8, date(2026, 2, 25)),
        ("tiktok.hashtags", 1, date(2026, 2, 24)),
        ("omdia.forecasts", 8, None),
        ("appfigures.products", 8, None),
    ],
)
def test_a_day_is_due_when_the_run_of_the_night_must_be_over(
    dataset: str, hour: int, due: date | None
) -> None:
    assert due_on(DATASETS[dataset], NOW.replace(hour=hour)) == due


def test_a_load_of_one_country_does_not_cover_a_day(load: Any) -> None:
    loads = [
        load("2026-02-01", "2026-02-10", countries=("JP", "US", "ZZ")),
        load("2026-01-30", "2026-01-31", countries=("US",)),
    ]
    assert said(loads) == [
        "gap 2026-01-30..2026-01-31 (without JP, ZZ)",
        "covered 2026-02-01..2026-02-10",
    ]


def test_a_new_country_is_missing_in_the_days_before(load: Any) -> None:
    loads = [
        load("2026-02-01", "2026-02-20", countries=("US",)),
        load("2026-02-15", "2026-02-21", countries=("JP", "US")),
    ]
    assert said(loads) == [
        "gap 2026-02-01..2026-02-14 (without JP)",
        "covered 2026-02-15..2026-02-21",
    ]


def test_a_country_that_is_not_asked_any_more_is_not_missed(load: Any) -> None:
    loads = [
        load("2026-02-01", "2026-02-10", countries=("JP", "US")),
        load("2026-02-11", "2026-02-20", countries=("US",)),
    ]
    assert said(loads) == ["covered 2026-02-01..2026-02-20"]


def test_the_newest_day_alone_does_not_say_which_countries_are_usual(load: Any) -> None:
    loads = [
        load("2026-02-01", "2026-02-10", countries=("JP", "US")),
        load("2026-02-11", countries=("US",)),
    ]
    assert said(loads)[-1] == "gap 2026-02-11 (without JP)"


def test_a_refused_restatement_leaves_days_covered(load: Any) -> None:
    loads = [
        load("2026-02-01", "2026-02-05"),
        load("2026-02-03", "2026-02-06", status="quarantined"),
    ]
    assert said(loads, due="2026-02-07") == [
        "covered 2026-02-01..2026-02-02",
        "covered 2026-02-03..2026-02-05 (a newer load was refused)",
        "refused 2026-02-06",
        "gap 2026-02-07",
    ]


def test_a_refused_day_heals_by_a_later_load_or_a_person(load: Any) -> None:
    refused = load("2026-02-06", status="quarantined")
    assert said([refused, load("2026-02-06")]) == ["covered 2026-02-06"]
    assert said([refused._replace(status="accepted")]) == ["covered 2026-02-06"]


def test_a_revoked_load_leaves_its_days_open(load: Any) -> None:
    loads = [load("2026-02-01", "2026-02-03"), load("2026-02-04", status="revoked")]
    assert said(loads, due="2026-02-04")[-1] == "gap 2026-02-04"


def test_a_day_is_provisional_until_the_source_said_it_again(load: Any) -> None:
    first = load("2026-02-01", "2026-02-05", said="2026-02-06")
    assert said([first], settles=3) == [
        "covered 2026-02-01..2026-02-03",
        "provisional 2026-02-04..2026-02-05",
    ]
    again = load("2026-02-04", said="2026-02-07")
    assert said([first, again], settles=3)[-1] == "provisional 2026-02-05"
    replayed = load("2026-02-01", "2026-02-05", said="2026-02-06", decided="2026-04-01")
    assert said([first, replayed], settles=3)[-1] == "provisional 2026-02-04..2026-02-05"


def test_a_day_is_provisional_if_one_country_is(load: Any) -> None:
    loads = [
        load("2026-02-05", countries=("JP", "US"), said="2026-02-06"),
        load("2026-02-05", countries=("US",), said="2026-02-20"),
    ]
    assert said(loads, settles=3) == ["provisional 2026-02-05"]


def test_a_dataset_of_the_present_has_a_day_per_load(load: Any) -> None:
    loads = [load("2026-02-23"), load("2026-02-25")]
    assert said(loads, due="2026-02-25")[1] == "gap 2026-02-24"


def test_editions_have_no_holes(load: Any) -> None:
    loads = [load("2025-10-14"), load("2026-02-23")]
    assert said(loads) == ["covered 2025-10-14", "covered 2026-02-23"]


def test_windows_may_overlap_and_be_absurdly_old(load: Any) -> None:
    loads = [
        load("2026-02-01", "2026-02-28"),
        load("2026-02-10", "2026-02-12"),
        load("0001-01-01"),
    ]
    assert said(loads) == ["covered 0001-01-01", "covered 2026-02-01..2026-02-28"]


def test_other_statuses_count_for_nothing(load: Any) -> None:
    loads = [load("2026-02-01"), load("2026-02-02", status="staged")]
    assert said(loads) == ["covered 2026-02-01"]


def test_a_hundred_thousand_loads_are_one_stretch(load: Any) -> None:
    countries = tuple(f"C{number}" for number in range(60))
    first = date(1800, 1, 1)
    loads = [
        load(str(start), str(start + timedelta(days=34)), countries=countries)
        for start in (first + timedelta(days=number % 80_000) for number in range(100_000))
    ]
    found = stretches(loads, 3, None)
    assert [stretch.window.days for stretch in found] == [80_031, 3]


def test_a_stretch_of_a_day_is_named_by_that_day(load: Any) -> None:
    (only,) = stretches([load("2026-02-01")], 0, None)
    assert only.window == Window(start=date(2026, 2, 1), end=date(2026, 2, 1))
    assert str(only) == "2026-02-01"
