"""The advice fits the run: what a later run repeats, and what needs somebody."""

from typing import get_args

import pytest

from shortdrama.alerts.words import BY_ITSELF, WORDS, what_follows
from shortdrama.core.errors import Kind
from shortdrama.core.settings import REPOSITORY
from shortdrama.health.causes import STORE_AWAY, Cause, Run

WINDOW = "appfigures.estimates 2025-09-01..2025-09-30"
SPENT = Cause("quota_spent", "appfigures")
PULL = Run("ingest_appfigures", "pull", WINDOW)
BY_HAND = Run("ingest_appfigures", "pull", WINDOW, by_hand=True)


@pytest.mark.parametrize(
    ("run", "says", "needs_somebody"),
    [
        (PULL, "Tomorrow's run pulls this window again. To have it today, clear", False),
        (
            BY_HAND,
            f"{WINDOW} was started by hand, so no later run repeats it: clear the task",
            True,
        ),
        (
            Run("ingest_appfigures", "pull", WINDOW, backfilled=True),
            f"{WINDOW} belongs to a backfill, so no later run repeats it",
            True,
        ),
        (
            Run("ingest_appfigures", "pull", "appfigures.products"),
            "pulls the state of tomorrow",
            True,
        ),
        (Run("ingest_tiktok", "gate", "tiktok.hashtags 2025-09-01"), "is lost unless", True),
        (Run("ingest_omdia", "conform", "omdia.forecasts a.xlsx"), "stays in the inbox", False),
        (Run("ingest_omdia", "plan"), "The next run tries again", False),
        (Run("market_marts", "build"), "builds again", False),
        (Run("market_reports", "send"), "tries again", False),
        (Run("market_reports", "prepare", by_hand=True), "This run of market_reports was", True),
        (Run("housekeeping", "collect_garbage"), "tonight", False),
    ],
)
def test_what_follows_fits_the_run(run: Run, says: str, needs_somebody: bool) -> None:
    follows = what_follows(run, STORE_AWAY, by_time=True)
    assert says in follows.text
    assert follows.needs_somebody is needs_somebody


def test_with_the_quota_spent_nobody_is_told_to_try_today() -> None:
    assert "today" not in what_follows(PULL, SPENT, by_time=True).text
    assert "clear the task after 00:00 UTC" in what_follows(BY_HAND, SPENT, by_time=True).text


def test_under_a_frozen_clock_nothing_is_promised() -> None:
    for run in (PULL, Run("market_marts", "build")):
        assert "no DAG runs on its schedule" in what_follows(run, STORE_AWAY, by_time=False).text


def test_every_kind_of_cause_has_a_name_of_its_own_and_a_remedy() -> None:
    assert WORDS.keys() == set(get_args(Kind))
    titles = [words.title for words in WORDS.values()]
    twice = {title for title in titles if titles.count(title) > 1}
    assert twice == {"Credential refused"}, "the lake's key and a source's token"
    assert all(words.remedy for words in WORDS.values())


def test_dags_that_catch_up_by_themselves_are_there() -> None:
    assert {path.stem for path in (REPOSITORY / "dags").glob("*.py")} >= BY_ITSELF.keys()
