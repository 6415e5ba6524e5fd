"""The advice fits the run: what comes again by itself, and what somebody has to see to."""

from typing import get_args

import pytest

from shortdrama.alerts.words import COMES_AGAIN, WORDS, what_follows
from shortdrama.core.errors import Kind
from shortdrama.health.causes import Run

WINDOW = "appfigures.estimates 2025-09-01..2025-09-30"


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (Run("ingest_appfigures", "pull", WINDOW), "Tomorrow's run pulls this window again"),
        (
            Run("ingest_appfigures", "pull", WINDOW, by_hand=True),
            f"{WINDOW} was asked by hand and is not done again by itself",
        ),
        (
            Run("ingest_appfigures", "pull", WINDOW, backfilled=True),
            f"{WINDOW} belongs to a backfill and is not pulled again by itself",
        ),
        (Run("ingest_appfigures", "pull", "appfigures.products"), "Tomorrow's run asks how things"),
        (Run("ingest_tiktok", "gate", "tiktok.hashtags 2025-09-01"), "is lost unless the task is"),
        (Run("ingest_omdia", "conform", "omdia.forecasts a.xlsx"), "The file stays in the inbox"),
        (Run("ingest_omdia", "plan"), "The next run tries again"),
        (Run("market_marts", "build"), "builds by itself"),
        (Run("market_reports", "send"), "tries again by itself"),
        (
            Run("market_reports", "prepare", by_hand=True),
            "This run of market_reports was asked by hand",
        ),
        (Run("housekeeping", "collect_garbage"), "tonight"),
    ],
)
def test_what_follows_fits_the_run(run: Run, says: str) -> None:
    assert says in what_follows(run, by_time=True)


def test_under_a_frozen_clock_nothing_is_promised() -> None:
    for run in (Run("ingest_appfigures", "pull", WINDOW), Run("market_marts", "build")):
        assert "nothing runs by time" in what_follows(run, by_time=False)


def test_every_kind_of_cause_has_a_name_of_its_own_and_a_remedy() -> None:
    assert WORDS.keys() == set(get_args(Kind))
    titles = [words.title for words in WORDS.values()]
    twice = {title for title in titles if titles.count(title) > 1}
    assert twice == {"Credential refused"}, "the lake's key and a source's token"
    assert all(words.remedies for words in WORDS.values())


def test_dags_that_catch_up_by_themselves_are_there() -> None:
    from shortdrama.core.settings import REPOSITORY

    assert {path.stem for path in (REPOSITORY / "dags").glob("*.py")} >= COMES_AGAIN.keys()
