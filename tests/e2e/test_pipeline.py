"""The promises of the whole pipeline, kept under the real scheduler.

The tests run in the order in which they stand, on one stack: the figures first, then the same loads
again, cleared tasks, and refused loads last.
"""

import csv
import json
from decimal import Decimal
from typing import Any

import pytest

from shortdrama.analysts.answers import answer
from shortdrama.core.settings import REPOSITORY, settings
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id
from shortdrama_local.embedded.demo import EDITIONS, RESTATED

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

LINEAGE = ("load_id",)


def rows(query: str) -> list[dict[str, Any]]:
    """What `shortdrama sql --format json` answers."""
    return json.loads(answer(query, "json", settings()), parse_float=Decimal)


def test_quarters_hold_the_published_totals(stack: Any) -> None:
    """298 apps, 308M downloads, $647M net, +12.2 % and +12.8 % (Appfigures, 2025Q3)."""
    (quarter,) = rows(
        "select * from rpt_market_size_quarterly"
        " where geography = 'World ex-China' and period_label = '2025Q3'"
    )
    assert quarter["active_apps"] == 298
    assert quarter["downloads"] == pytest.approx(308_000_000, rel=0.005)
    assert float(quarter["revenue_usd"]) == pytest.approx(647_000_000, rel=0.005)
    assert float(quarter["downloads_growth_pct"]) == pytest.approx(12.2, abs=0.3)
    assert float(quarter["revenue_growth_pct"]) == pytest.approx(12.8, abs=0.3)
    assert quarter["revenue_basis"] == "net"
    assert quarter["is_sample"] is True


def test_july_has_the_published_share_and_leader(stack: Any) -> None:
    (us,) = rows(
        "select revenue_usd from rpt_market_size_monthly"
        " where geography = 'US' and period_label = '2025-07'"
    )
    assert float(us["revenue_usd"]) / 209_000_000 * 100 == pytest.approx(45.6, abs=0.5)
    (first,) = rows(
        "select app_name, revenue_usd from rpt_app_leaderboard_monthly"
        " where geography = 'World ex-China' and period_label = '2025-07' and revenue_rank = 1"
    )
    assert first["app_name"] == "ReelShort"
    assert float(first["revenue_usd"]) == pytest.approx(48_740_000, rel=0.01)


def test_regions_and_countries_add_up_to_the_market(stack: Any) -> None:
    """Each level, with what no asked country covers, makes up World ex-China to the cent."""
    months = rows(
        "select period_label,"
        " sum(case when geography_level in ('region', 'other') then revenue_usd end) as regions,"
        " sum(case when geography_level in ('country', 'other') then revenue_usd end) as countries,"
        " max(case when geography_level = 'world_ex_china' then revenue_usd end) as market"
        " from rpt_market_size_monthly where geography <> 'CN' group by period_label"
    )
    assert {month["period_label"] for month in months} >= {"2025-07", "2025-08", "2025-09"}
    for month in months:
        assert month["regions"] == month["countries"] == month["market"], month["period_label"]


def test_every_published_figure_stands_as_its_review_expects(stack: Any) -> None:
    reviewed = (REPOSITORY / "dbt_project/seeds/reconciliation_expectations.csv").read_text("utf-8")
    expected = {
        row["fact_id"]: (row["expected_status"], row["reason"] or None)
        for row in csv.DictReader(reviewed.splitlines())
    }
    found = {
        row["fact_id"]: (row["status"], row["reason"])
        for row in rows("select fact_id, status, reason from rpt_vendor_reconciliation")
    }
    assert found == expected


def test_both_omdia_editions_stand_side_by_side(stack: Any) -> None:
    editions = rows(
        "select published_on, year, value, ratio_to_fast from rpt_forecast_revisions"
        " where publisher = 'Omdia' and geography = 'World' and segment = 'microdramas'"
        " and metric = 'revenue' order by published_on, year"
    )
    assert [(row["published_on"], row["year"], int(row["value"])) for row in editions] == [
        ("2025-10-14", 2025, 11_000_000_000),
        ("2026-02-23", 2025, 11_000_000_000),
        ("2026-02-23", 2026, 14_000_000_000),
    ]
    assert float(editions[0]["ratio_to_fast"]) == pytest.approx(1.90, abs=0.005)


def test_each_report_reached_everybody_once(stack: Any) -> None:
    assert len(settings().mail.addresses) == 2
    assert len(stack.mails()) == 2 * len(EDITIONS)


@pytest.mark.long
def test_the_same_loads_again_change_no_row(stack: Any) -> None:
    """Those of the demo's second day: what was said on the first would be said later now."""
    before = current_snapshot_id(stack.store)
    start, end = RESTATED
    runs = [
        stack.airflow.trigger("ingest_appfigures", {"start": start, "end": end}),
        stack.airflow.trigger("ingest_tiktok"),
    ]
    for run in runs:
        stack.airflow.expect_success(run, print)
    after = stack.publish()
    assert before is not None
    assert after != before, "the second loads must have been built, or nothing is compared"
    assert stack.differing_rows(before, after) == {}


def test_a_report_that_was_sent_is_not_sent_again(stack: Any) -> None:
    sent = stack.mails()
    report, period = EDITIONS[0]
    run = stack.airflow.trigger("market_reports", {"report": report, "period": period})
    stack.airflow.expect_success(run, print)
    assert stack.mails() == sent


@pytest.mark.long
def test_clearing_any_task_changes_nothing(stack: Any) -> None:
    before = (stack.ledgers(), current_snapshot_id(stack.store), stack.mails())
    # Answers of the first day are too old: a cleared pull would ask for them again.
    builds = [place for place, run in enumerate(stack.runs) if run.dag_id == "market_marts"]
    second_day = stack.runs[builds[0] + 1 :]
    first_of_dag = {run.dag_id: run for run in reversed(second_day)}
    waves = [
        {task["task_id"] for task in stack.airflow.tasks(run)} for run in first_of_dag.values()
    ]
    for task_ids, run in zip(waves, first_of_dag.values(), strict=True):
        for task_id in sorted(task_ids):
            stack.airflow.clear(run, task_id)
            assert stack.airflow.wait(run, print) == "success", f"{run.dag_id}.{task_id}"
    stack.publish()
    assert (stack.ledgers(), current_snapshot_id(stack.store), stack.mails()) == before
