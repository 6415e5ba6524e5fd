"""Backfills under the real scheduler: planned, pulled within the quota, and published as a whole.

They run after test_refusals.py on the same stack, and leave a later day behind.
"""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import pytest
import requests

from shortdrama.backfill.record import Backfill, all_backfills, of_dataset, read_backfill
from shortdrama.backfill.run import window_states
from shortdrama.core.settings import settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.outcomes import outcomes_of
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id, read_manifest
from shortdrama.warehouse.snapshots.read import connect
from shortdrama_local.embedded.airflow_api import Run
from shortdrama_local.embedded.demo import CLOCK
from shortdrama_local.embedded.stack import move_clock, unwatched

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

WHY = "October was missing; {{ not_a_template }}"
FIRST_CALLS = 25
"""Left of the quota when the second backfill begins: one window of 17, and half of another."""
CALLS = 17


@pytest.fixture(scope="module", autouse=True)
def awake(stack: Any) -> None:
    dag_ids = {"backfill", "backfill_decision", "backfill_continue", "market_marts"}
    stack.airflow.wait_for_dags(dag_ids)
    for dag_id in (*dag_ids, "ingest_appfigures"):
        stack.airflow.unpause(dag_id)


def form(start: str, end: str, **changes: Any) -> dict[str, Any]:
    return {
        "dataset": ESTIMATES.id,
        "start": start,
        "end": end,
        "because": WHY,
        "publication": "publish",
    } | changes


def asked(stack: Any, start: str, end: str, **changes: Any) -> Run:
    run: Run = stack.airflow.trigger("backfill", form(start, end, **changes))
    return run


def used(stack: Any) -> int:
    """The calls of the account today."""
    quota = f"{stack.machine.simulator_url}/simulator/quota"
    return int(requests.get(quota, timeout=10).json()["used"])


def newest(stack: Any) -> Backfill:
    return of_dataset(ESTIMATES.id, stack.store)[-1]


def published(stack: Any) -> int:
    return len(list(outcomes_of(stack.store, "publish", settings().clock.today())))


def mails(stack: Any) -> list[str]:
    """What the engineers were mailed about backfills."""
    return [str(one["Subject"]) for one in stack.alerts() if "backfill" in one.get_content()]


def october(snapshot_id: str | None = None) -> int:
    """The days of October that a snapshot has, or the current one."""
    with connect(settings(), snapshot_id) as connection:
        (days,) = connection.execute(
            "select count(distinct estimated_on) from fct_app_estimates_daily"
            " where estimated_on between '2025-10-01' and '2025-10-31'"
        ).fetchone()
    return int(days)


def until(reached: Callable[[], Any], within_seconds: float = 300) -> None:
    deadline = monotonic() + within_seconds
    while not reached():
        assert monotonic() < deadline, f"not within {within_seconds:.0f} s"
        sleep(1)


@pytest.mark.parametrize(
    ("start", "end", "changes", "said"),
    [
        ("2025-10-20", "2025-10-11", {}, "swap the two dates"),
        ("2025-10-11", "2026-02-25", {}, "The last day that can be pulled is 2026-02-24"),
        ("2023-12-31", "2025-10-20", {}, "has no data before 2024-01-01"),
        ("2025-10-11", "2025-10-20", {"countries": ["XX"]}, "is not asked for XX"),
    ],
)
def test_what_cannot_be_done_is_refused_before_the_first_call_and_mails_nobody(
    stack: Any, start: str, end: str, changes: dict[str, Any], said: str
) -> None:
    before = (used(stack), all_backfills(stack.store))
    run = asked(stack, start, end, **changes)
    assert stack.airflow.wait(run, print) == "failed"
    assert said in stack.airflow.log(run, "begin")
    assert (used(stack), all_backfills(stack.store), mails(stack)) == (*before, [])


def test_a_dry_run_shows_the_plan_and_does_nothing(stack: Any) -> None:
    before = (used(stack), all_backfills(stack.store), stack.ledgers())
    run = asked(stack, "2025-10-11", "2025-10-20", dry_run=True)
    stack.airflow.expect_success(run, print)
    assert "calls: 17 in 1 windows" in stack.airflow.log(run, "begin")
    assert {task["state"] for task in stack.airflow.tasks(run)} == {"success", "skipped"}
    assert (used(stack), all_backfills(stack.store), stack.ledgers()) == before


def test_a_staged_backfill_is_seen_only_when_it_is_promoted_and_then_built_once(
    stack: Any,
) -> None:
    before, builds = current_snapshot_id(stack.store), published(stack)
    calls = used(stack)
    run = asked(stack, "2025-10-11", "2025-10-20", publication="stage")
    stack.airflow.expect_success(run, print)
    assert used(stack) - calls == CALLS
    found = newest(stack)
    assert (found.state, found.asked.reason, found.is_reviewed) == ("staged", WHY, True)
    assert found.reviewed is not None
    # An ordinary build reads nothing of it.
    stack.airflow.expect_success(stack.airflow.trigger("market_marts"), print)
    assert (current_snapshot_id(stack.store), october()) == (before, 0)
    assert october(found.reviewed.snapshot_id) == 10

    decision = {"decision": "promote", "backfill": found.backfill_id, "because": "looked at it"}
    stack.airflow.expect_success(stack.airflow.trigger("backfill_decision", decision), print)
    assert read_backfill(found.backfill_id, stack.store).state == "promoted"
    stack.next_snapshot(before)
    assert october() == 10
    assert published(stack) == builds + 1


@pytest.mark.long
def test_a_quota_that_ends_in_the_middle_is_a_pause_and_the_rest_is_pulled_after_the_reset(
    stack: Any,
) -> None:
    before = current_snapshot_id(stack.store)
    quota = f"{stack.machine.simulator_url}/simulator/quota"
    limit = requests.get(quota, timeout=10).json()["limit"]
    # Somebody else has used most of it: no answer has said so yet, so the plan cannot know.
    requests.put(quota, json={"used": limit - FIRST_CALLS}, timeout=10).raise_for_status()
    run = asked(stack, "2025-10-01", "2025-10-31")
    stack.airflow.expect_success(run, print)
    paused = newest(stack)
    assert paused.state == "paused"
    assert f"{paused.paused_until:%Y-%m-%d %H:%M}" == "2026-02-26 00:00"
    assert "goes on by itself at 2026-02-26 00:00 UTC" in stack.airflow.log(run, "finish")
    assert [one.status for one in window_states(paused, stack.store)] == ["staged", None]
    assert used(stack) == limit
    assert mails(stack) == []
    # Before the reset nothing goes on.
    stack.airflow.expect_success(stack.airflow.trigger("backfill_continue"), print)
    assert newest(stack) == paused

    with unwatched():
        move_clock(CLOCK.replace(hour=0, minute=10) + timedelta(days=1))
        stack.airflow.expect_success(stack.airflow.trigger("backfill_continue"), print)
        stack.airflow.expect_success(stack.airflow.trigger("backfill_continue"), print)
        rest = Run("backfill", f"{paused.backfill_id}__2026-02-26T00.00")
        stack.airflow.expect_success(rest, print)
    assert used(stack) == 2 * CALLS - FIRST_CALLS
    done = read_backfill(paused.backfill_id, stack.store)
    assert done.state == "completed"
    assert [step.state for step in done.steps].count("planned") == 2
    after = stack.next_snapshot(before)
    assert october() == 31
    own = [one for one in LoadLedger(stack.store, ESTIMATES.id).accepted()
           if one.backfill == done.backfill_id]  # fmt: skip
    assert len(own) == 2
    assert len({one.decided_at for one in own}) == 1

    until(lambda: newest(stack).changes is not None)
    changes = newest(stack).changes
    assert changes is not None
    assert (changes.before, changes.after) == (before, after)
    (facts,) = [one for one in changes.marts if one.mart == "fct_app_estimates_daily"]
    (month,) = facts.months
    assert (str(month.month_on), month.removed, month.changed) == ("2025-10-01", 0, 0)
    assert month.added > 0


@pytest.mark.long
def test_a_backfill_beside_an_ordinary_run_of_overlapping_days(stack: Any) -> None:
    """Each row is there once, from the load that was said last, and both are published."""
    together = [
        asked(stack, "2025-10-05", "2025-10-31", policy="all"),
        stack.airflow.trigger("ingest_appfigures", {"start": "2025-10-01", "end": "2025-10-10"}),
    ]
    for run in together:
        stack.airflow.expect_success(run, print)
    loads = LoadLedger(stack.store, ESTIMATES.id).accepted()
    backfilled = next(one for one in reversed(loads) if one.backfill)
    ordinary = next(one for one in reversed(loads) if not one.backfill)

    def all_are_published() -> bool:
        cited = read_manifest(stack.store).datasets
        return all(
            ledger[-1].load_id in cited[dataset].load_ids
            for dataset, ledger in stack.ledgers().items()
            if dataset.startswith("appfigures.")
        ) and {backfilled.load_id, ordinary.load_id} <= set(cited[ESTIMATES.id].load_ids)

    until(all_are_published)
    # With a frozen clock both are said at the same instant; then the id decides.
    newest = max(backfilled, ordinary, key=lambda one: (one.said_at, one.load_id))
    with connect(settings()) as connection:
        found = connection.execute(
            """
            select
                case
                    when estimated_on < '2025-10-05' then 'ordinary'
                    when estimated_on > '2025-10-10' then 'backfilled'
                    else 'both'
                end as days,
                list(distinct load_id),
                count(*) - count(distinct (app_id, country_code, store, estimated_on, vendor))
            from fct_app_estimates_daily
            where estimated_on between '2025-10-01' and '2025-10-31'
            group by 1
            """
        ).fetchall()
    assert {days: (load_ids, twice) for days, load_ids, twice in found} == {
        "ordinary": ([ordinary.load_id], 0),
        "both": ([newest.load_id], 0),
        "backfilled": ([backfilled.load_id], 0),
    }


@pytest.mark.long
def test_an_ordinary_run_is_built_once_for_all_that_it_has_loaded(stack: Any) -> None:
    before, builds = current_snapshot_id(stack.store), published(stack)
    run = stack.airflow.trigger("ingest_appfigures", {"start": "2025-10-01", "end": "2025-10-07"})
    stack.airflow.expect_success(run, print)
    after = stack.next_snapshot(before)
    sleep(20)
    assert (current_snapshot_id(stack.store), published(stack)) == (after, builds + 1)
    manifest = read_manifest(stack.store, after)
    for dataset, ledger in stack.ledgers().items():
        if dataset.startswith("appfigures."):
            assert ledger[-1].load_id in manifest.datasets[dataset].load_ids


@pytest.mark.long
def test_what_a_person_has_cancelled_waits_for_a_person(stack: Any) -> None:
    """And going on asks for nothing twice: here nothing was asked yet."""
    quota = f"{stack.machine.simulator_url}/simulator/quota"
    limit = requests.get(quota, timeout=10).json()["limit"]
    requests.put(quota, json={"used": limit}, timeout=10).raise_for_status()
    stack.airflow.expect_success(asked(stack, "2025-11-01", "2025-11-05"), print)
    found = newest(stack)
    assert found.state == "paused"
    decision = {"decision": "cancel", "backfill": found.backfill_id, "because": "not needed"}
    stack.airflow.expect_success(stack.airflow.trigger("backfill_decision", decision), print)
    move_clock(CLOCK.replace(hour=0, minute=10) + timedelta(days=2))
    stack.airflow.expect_success(stack.airflow.trigger("backfill_continue"), print)
    assert newest(stack).state == "cancelled"
    decision["decision"] = "discard"
    stack.airflow.expect_success(stack.airflow.trigger("backfill_decision", decision), print)
    assert newest(stack).state == "discarded"
