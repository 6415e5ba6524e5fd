"""What a backfill pulls, when, and what it leaves alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfills import COUNTRIES, TODAY, asked, coverage, days, known, slices
from shortdrama.backfill.plan import COVERED, STAGED, Budget, Plan, plan
from shortdrama.core.errors import BackfillRefused
from shortdrama.core.windows import MAX_DAYS_PER_PULL, Window
from shortdrama.lake.records import Coverage


def windows(made: Plan) -> list[str]:
    return [str(one.window) for one in made.windows]


def test_a_year_of_all_countries_is_four_windows_as_long_as_the_source_allows() -> None:
    made = plan(asked("2025-01-01", "2025-12-31"), known())
    assert [one.window.days for one in made.windows] == [92, 92, 92, 89]
    assert {one.countries for one in made.windows} == {COUNTRIES}
    assert made.calls == 12
    assert made.asked.countries == COUNTRIES


def test_days_that_accepted_loads_cover_are_skipped_and_it_says_why() -> None:
    made = plan(
        asked("2025-01-01", "2025-01-31"), known(accepted=[coverage("2025-01-10", "2025-01-20")])
    )
    assert windows(made) == ["2025-01-01..2025-01-09", "2025-01-21..2025-01-31"]
    assert [(str(one.window), one.why) for one in made.skipped] == [
        ("2025-01-10..2025-01-20", COVERED)
    ]


def test_the_policy_all_pulls_covered_days_again_but_not_its_own_twice() -> None:
    made = plan(
        asked("2025-01-01", "2025-01-31", policy="all"),
        known(
            accepted=[coverage("2025-01-01", "2025-01-31")],
            staged=[coverage("2025-01-01", "2025-01-10")],
        ),
    )
    assert windows(made) == ["2025-01-11..2025-01-31"]
    assert [one.why for one in made.skipped] == [STAGED]


def test_a_country_that_is_covered_less_has_windows_of_its_own() -> None:
    made = plan(
        asked("2025-01-01", "2025-01-31"),
        known(accepted=[coverage("2025-01-01", "2025-01-31", "ZZ", "US")]),
    )
    assert [(str(one.window), one.countries) for one in made.windows] == [
        ("2025-01-01..2025-01-31", ("BR",))
    ]
    assert made.calls == 1


def test_only_the_wanted_countries_are_pulled() -> None:
    made = plan(asked("2025-01-01", "2025-01-31", countries=("US",)), known())
    assert [one.countries for one in made.windows] == [("US",)]


def test_adjacent_and_overlapping_loads_leave_no_gap_between_them() -> None:
    made = plan(
        asked("2025-01-01", "2025-01-31"),
        known(
            accepted=[
                coverage("2025-01-05", "2025-01-12"),
                coverage("2025-01-10", "2025-01-14"),
                coverage("2025-01-15", "2025-02-28"),
                coverage("2024-01-01", "2025-01-02"),
            ]
        ),
    )
    assert windows(made) == ["2025-01-03..2025-01-04"]


def test_nothing_is_left_if_all_is_covered() -> None:
    made = plan(
        asked("2025-01-01", "2025-01-31"), known(accepted=[coverage("2024-12-01", "2025-03-01")])
    )
    assert made.windows == ()
    assert made.last_day == TODAY


def test_a_dataset_without_countries_is_planned_by_days_alone() -> None:
    covered = Coverage(window=days("2025-01-10", "2025-01-20"))
    made = plan(
        asked("2025-01-01", "2025-01-31"),
        known(countries=(), accepted=[covered], calls_of=lambda *_: 2),
    )
    assert windows(made) == ["2025-01-01..2025-01-09", "2025-01-21..2025-01-31"]
    assert made.calls == 4
    assert made.asked.countries == ()


def test_what_does_not_fit_into_todays_quota_falls_on_the_next_days() -> None:
    budget = Budget(limit=10, used=4, reserved=1, daily=3, monthly=3)
    made = plan(asked("2025-01-01", "2025-12-31"), known(budget=budget))
    # 5 calls are left today and 7 on other days; a window costs 3.
    assert [one.from_day for one in made.windows] == [
        TODAY,
        TODAY + timedelta(days=1),
        TODAY + timedelta(days=1),
        TODAY + timedelta(days=2),
    ]
    assert all(one.from_day == one.to_day for one in made.windows)
    assert made.calls_left == 5


def test_a_window_that_no_day_can_pay_takes_several_days() -> None:
    budget = Budget(limit=2, daily=0)
    made = plan(asked("2025-01-01", "2025-01-31"), known(budget=budget))
    (only,) = made.windows
    assert (only.from_day, only.to_day) == (TODAY, TODAY + timedelta(days=1))


def test_the_day_of_the_long_schedule_keeps_more_calls() -> None:
    budget = Budget(limit=10, used=10, daily=1, monthly=10)
    made = plan(asked("2025-01-01", "2025-01-31"), known(budget=budget, today=date(2026, 3, 1)))
    assert [one.from_day for one in made.windows] == [date(2026, 3, 3)]


def test_a_window_waits_for_a_day_that_has_room_for_it() -> None:
    """Begun on the second with its few calls, it would use up what the long schedule needs."""
    budget = Budget(used=90, limit=100, daily=20, monthly=95)
    first = date(2026, 3, 1)
    made = plan(asked("2025-01-01", "2025-01-31"), known(
        today=first, budget=budget, calls_of=lambda *_: 50,
    ))  # fmt: skip
    (window,) = made.windows
    assert window.from_day == window.to_day == date(2026, 3, 3)


def test_a_quota_that_the_schedule_needs_whole_is_refused() -> None:
    with pytest.raises(BackfillRefused, match="no call is left for a backfill on any day"):
        plan(
            asked("2025-01-01", "2025-01-31"),
            known(budget=Budget(limit=61, used=61, daily=61, monthly=300)),
        )


def test_an_unknown_number_of_calls_is_not_counted() -> None:
    made = plan(
        asked("2025-01-01", "2025-01-31"),
        known(budget=Budget(limit=5), calls_of=lambda *_: None),
    )
    assert [one.calls for one in made.windows] == [None]
    assert made.calls == 0


def test_expected_rows_and_time_are_those_of_the_slices() -> None:
    made = plan(asked("2025-01-01", "2025-01-10"), known(rows_per_slice=2.5, seconds_per_slice=0.1))
    assert (made.rows, made.seconds) == (75, pytest.approx(3.0))


def spans() -> Any:
    first = date(2025, 1, 1)
    return st.tuples(st.integers(0, 250), st.integers(0, 120)).map(
        lambda pair: Window(
            start=first + timedelta(days=pair[0]), end=first + timedelta(days=sum(pair))
        )
    )


def coverages() -> Any:
    some = st.lists(st.sampled_from(COUNTRIES), min_size=1, unique=True).map(tuple)
    return st.lists(
        st.builds(lambda window, own: Coverage(window=window, countries=own), spans(), some),
        max_size=8,
    )


def budgets() -> Any:
    """Always with a free call on some day."""
    return st.one_of(
        st.just(Budget()),
        st.builds(
            lambda free, used, reserved, daily, monthly: Budget(
                limit=daily + free, used=used, reserved=reserved, daily=daily, monthly=monthly
            ),
            *(st.integers(low, 20) for low in (1, 0, 0, 0, 0)),
        ),
    )


questions = st.fixed_dictionaries(
    {
        "window": spans(),
        "countries": st.lists(st.sampled_from(COUNTRIES), unique=True).map(tuple),
        "policy": st.sampled_from(["missing", "all"]),
        "accepted": coverages(),
        "staged": coverages(),
        "budget": budgets(),
        "max_days": st.integers(1, MAX_DAYS_PER_PULL),
    }
)


def made_of(question: dict[str, Any]) -> Plan:
    of_asked = {name: question[name] for name in ("window", "countries", "policy")}
    of_known = {name: question[name] for name in ("accepted", "staged", "budget", "max_days")}
    return plan(asked("2025-01-01", "2025-01-01").model_copy(update=of_asked), known(**of_known))


def all_slices(coverages: list[Coverage]) -> set[tuple[date, str]]:
    return {one for each in coverages for one in slices(each.window, each.countries)}


@settings(max_examples=150, deadline=None)
@given(questions)
def test_windows_hold_what_was_asked_less_what_is_there_each_slice_once(
    question: dict[str, Any],
) -> None:
    made = made_of(question)
    wanted = slices(question["window"], question["countries"] or COUNTRIES)
    there = all_slices(question["staged"])
    if question["policy"] == "missing":
        there |= all_slices(question["accepted"])
    pulled = [one for each in made.windows for one in slices(each.window, each.countries)]
    skipped = [one for each in made.skipped for one in slices(each.window, each.countries)]
    assert len(pulled) == len(set(pulled))
    assert set(pulled) == wanted - there
    assert len(skipped) == len(set(skipped))
    assert set(skipped) == wanted & there
    assert made == made_of(question)


@settings(max_examples=150, deadline=None)
@given(questions)
def test_no_window_and_no_day_is_above_its_limit(question: dict[str, Any]) -> None:
    made = made_of(question)
    budget: Budget = question["budget"]
    assert all(one.window.days <= question["max_days"] for one in made.windows)
    assert made.calls == sum(len(one.countries) for one in made.windows)
    order = [day for one in made.windows for day in (one.from_day, one.to_day)]
    assert order == sorted(order)
    if budget.limit is None:
        return
    for last in set(order):
        due = sum(one.calls or 0 for one in made.windows if one.to_day <= last)
        free = sum(
            budget.left_on(TODAY + timedelta(days=number), TODAY)
            for number in range((last - TODAY).days + 1)
        )
        assert due <= free


@settings(max_examples=150, deadline=None)
@given(questions, st.data())
def test_a_resumed_backfill_plans_exactly_the_rest(question: dict[str, Any], data: Any) -> None:
    whole = made_of(question)
    done = [data.draw(st.sampled_from(["staged", "accepted", "not yet"])) for _ in whole.windows]
    if question["policy"] == "all":
        done = ["staged" if one == "accepted" else one for one in done]
    landed = {
        state: [
            Coverage(window=one.window, countries=one.countries)
            for one, was in zip(whole.windows, done, strict=True)
            if was == state
        ]
        for state in ("staged", "accepted")
    }
    again = made_of(
        question | {state: [*question[state], *landed[state]] for state in ("staged", "accepted")}
    )
    rest = [
        (one.window, one.countries, one.calls)
        for one, was in zip(whole.windows, done, strict=True)
        if was == "not yet"
    ]
    assert [(one.window, one.countries, one.calls) for one in again.windows] == rest
