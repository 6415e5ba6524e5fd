"""README's queries give the answers that README shows, on the lake that the demo leaves.

Before the other tests of the stack: these only read.
"""

import json
import re
import shlex
from decimal import Decimal
from typing import Any

import pytest

from shortdrama.analysts.answers import answer
from shortdrama.core.settings import REPOSITORY, settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake.ledger import LoadLedger
from shortdrama.warehouse.compare.diff import diff_snapshots
from shortdrama.warehouse.snapshots.manifest import all_manifests, read_manifest
from shortdrama_local.embedded.demo import CLOCK, EDITIONS, REFUSED, RESTATED, START

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

EXAMPLE = re.compile(r"^\$ (shortdrama sql .*?\")\n(\[\n.*?\n\])$", re.DOTALL | re.MULTILINE)
EXAMPLES = EXAMPLE.findall((REPOSITORY / "README.md").read_text(encoding="utf-8"))


def test_readme_shows_the_published_figures_and_seven_events() -> None:
    assert len(EXAMPLES) >= 11


@pytest.mark.parametrize(("command", "shown"), EXAMPLES)
def test_a_query_of_readme_gives_the_answer_that_it_shows(
    stack: Any, command: str, shown: str
) -> None:
    _, _, *arguments = shlex.split(command)
    snapshot = arguments[arguments.index("--snapshot") + 1] if "--snapshot" in arguments else None
    found = answer(arguments[-1], "json", settings(), snapshot)
    assert rows(found) == rows(shown)
    assert rows(found)


def rows(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def test_the_two_snapshots_differ_where_something_happened(stack: Any) -> None:
    after = read_manifest(stack.store)
    assert after.previous is not None
    before = read_manifest(stack.store, after.previous)
    assert (before.created_at, after.created_at) == (START, CLOCK)
    differing = {
        mart.mart: mart
        for mart in diff_snapshots(before, after, settings().s3, stack.store, 3)
        if mart.added or mart.removed or mart.changed
    }
    assert differing.keys() >= {
        "fct_app_estimates_daily",
        "fct_hashtag_views_daily",
        "fct_market_forecasts",
        "rpt_estimate_revisions",
        "rpt_hashtag_momentum",
        "rpt_market_size_monthly",
    }
    restated = rows(
        answer(
            "select distinct strftime(estimated_on, '%Y-%m') as month,"
            " cast(known_from_at as date) as known_on"
            " from fct_app_estimates_versions where version_number > 1",
            "json",
            settings(),
        )
    )
    assert restated == [{"month": RESTATED[0][:7], "known_on": str(CLOCK.date())}]


def test_one_load_was_refused_and_mails_say_so_and_that_it_is_over(stack: Any) -> None:
    """Nothing else was worth a mail to engineers: no silence of 28 days."""
    refused = [load for load in LoadLedger(stack.store, ESTIMATES.id).records()
               if load.status == "quarantined"]  # fmt: skip
    (load,) = refused
    assert (str(load.coverage.window.start), str(load.coverage.window.end)) == REFUSED
    told, over = (str(mail["Subject"]) for mail in stack.alerts())
    assert told.startswith("Load refused: appfigures.estimates 2025-09-24..2025-09-30")
    assert over.startswith("Recovered after")
    assert over.endswith(told)
    others = [
        record
        for name, ledger in stack.ledgers().items()
        for record in ledger
        if name != ESTIMATES.id
    ]
    assert {record.status for record in others} == {"accepted"}


def test_days_of_hashtags_have_no_gap(stack: Any) -> None:
    (days,) = rows(
        answer(
            "select count(distinct viewed_on) as said,"
            " date_diff('day', min(viewed_on), max(viewed_on)) + 1 as span"
            " from fct_hashtag_views_daily where country_code = 'US'",
            "json",
            settings(),
        )
    )
    assert days["said"] == days["span"] >= 56


def test_each_day_has_one_build_and_one_snapshot(stack: Any) -> None:
    """No load has started a build of its own."""
    assert [run.dag_id for run in stack.runs].count("market_marts") == 2
    assert len(list(all_manifests(stack.store))) == 2
    reports = [run for run in stack.runs if run.dag_id == "market_reports"]
    assert len(reports) == len(EDITIONS)
    assert stack.runs[-len(reports) :] == reports
