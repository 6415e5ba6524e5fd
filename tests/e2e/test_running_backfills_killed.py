"""kill -9 while a backfill runs, then it is resumed: it stages what an undisturbed one stages.

`make resilience` kills worker, scheduler and simulator at ten moments each, `make e2e` at one each;
CI leaves out the scheduler, which takes longest to come back.
The moments are seeded parts of the time that an undisturbed run takes.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from time import monotonic, sleep
from typing import Any

import pytest
import requests

from living_services import is_well, pid_of, until
from shortdrama.backfill.record import Backfill, of_dataset, read_backfill
from shortdrama.backfill.run import window_states
from shortdrama.backfill.staging import discard
from shortdrama.core.errors import AirflowAway
from shortdrama.core.settings import settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake.ledger import LoadLedger
from shortdrama_local.embedded.airflow_api import Run, RunFailed

SEED = 20261128
MOMENTS = 10
FORM = {
    "dataset": ESTIMATES.id,
    "start": "2025-06-15",
    "end": "2025-10-20",
    "countries": ["US", "ID", "BR"],
    "policy": "all",
    "because": "killed on purpose",
    "publication": "stage",
}
RESUMED_WITHIN = 120.0
SURELY_RUNNING = 0.7
"""Of the time of an undisturbed run: the machine may be less busy when the next one runs."""

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


LONG = {"scheduler": (pytest.mark.long,)}


def cases() -> list[Any]:
    """Who is killed, and after which part of the run; the first of each in every run of e2e."""
    found = []
    for victim in ("worker", "scheduler", "simulator"):
        random = Random(f"{SEED} {victim}")  # noqa: S311 - moments, not secrets
        for number in range(MOMENTS):
            marks = (pytest.mark.resilience,) if number else LONG.get(victim, ())
            found.append(
                pytest.param(victim, random.random(), marks=marks, id=f"{victim}-{number}")
            )
    return found


@dataclass(frozen=True)
class Undisturbed:
    """What nobody killed: how long it took, and what it staged."""

    seconds: float
    calls: int
    snapshot_id: str


def asked(stack: Any) -> Run:
    run: Run = stack.airflow.trigger("backfill", FORM)
    return run


def newest(stack: Any) -> Backfill:
    return of_dataset(ESTIMATES.id, stack.store)[-1]


def used(stack: Any) -> int:
    quota = f"{stack.machine.simulator_url}/simulator/quota"
    return int(requests.get(quota, timeout=10).json()["used"])


def drop(stack: Any) -> None:
    discard(newest(stack).backfill_id, "the test is over", "ada", settings(), stack.store)


@pytest.fixture(scope="module")
def undisturbed(stack: Any) -> Undisturbed:
    stack.airflow.wait_for_dags({"backfill"})
    stack.airflow.unpause("backfill")
    calls, started = used(stack), monotonic()
    stack.airflow.expect_success(asked(stack), print)
    seconds = monotonic() - started
    staged = newest(stack)
    assert staged.reviewed is not None
    assert len(staged.plan.windows) == 2
    drop(stack)
    return Undisturbed(seconds, used(stack) - calls, staged.reviewed.snapshot_id)


def worker(stack: Any, run: Run) -> int:
    """The process of a task of the run that is running now, or of the next one."""
    running: Callable[[], list[int]] = lambda: [  # noqa: E731
        task["pid"] for task in stack.airflow.tasks(run) if task["state"] == "running"
    ]
    return int(until(running, RESUMED_WITHIN)[0])


def resumed(stack: Any, run: Run) -> None:
    """Wait while it goes on by itself; a person stops a run that waits to try again, and asks."""
    for _ in range(3):
        deadline = monotonic() + RESUMED_WITHIN
        while newest(stack).state != "staged" and goes_on(stack, run) and monotonic() < deadline:
            sleep(1)
        if newest(stack).state == "staged":
            return
        if not has_ended(stack, run):
            stack.airflow.stop(run)
        run = asked(stack)
    raise AssertionError(f"it is {newest(stack).state}: {newest(stack).steps[-1]}")


def goes_on(stack: Any, run: Run) -> bool:
    """Unless it has ended, or waits for minutes before a task is tried again."""
    with suppress(AirflowAway, RunFailed):
        waits = any(task["state"] == "up_for_retry" for task in stack.airflow.tasks(run))
        return not waits and not has_ended(stack, run)
    return True


def has_ended(stack: Any, run: Run) -> bool:
    return str(stack.airflow.state(run)) in ("success", "failed")


@pytest.mark.parametrize(("victim", "part"), cases())
def test_a_killed_backfill_stages_what_an_undisturbed_one_stages(
    stack: Any, undisturbed: Undisturbed, victim: str, part: float
) -> None:
    calls, run = used(stack), asked(stack)
    sleep(part * SURELY_RUNNING * undisturbed.seconds)
    if victim == "worker":
        os.kill(worker(stack, run), signal.SIGKILL)
    else:
        service = {"scheduler": "airflow-scheduler"}.get(victim, victim)
        os.kill(pid_of(service), signal.SIGKILL)
        until(lambda: is_well(service), RESUMED_WITHIN)
    resumed(stack, run)

    staged = read_backfill(newest(stack).backfill_id, stack.store)
    assert staged.reviewed is not None
    assert {one.status for one in window_states(staged, stack.store)} == {"staged"}
    own = [
        one
        for one in LoadLedger(stack.store, ESTIMATES.id).newest()
        if one.backfill == staged.backfill_id
    ]
    assert len(own) == len(staged.plan.windows)
    assert stack.differing_rows(undisturbed.snapshot_id, staged.reviewed.snapshot_id) == {}
    if victim != "simulator":  # it forgets its count
        # Only the call that was on its way may be asked again.
        assert used(stack) - calls <= undisturbed.calls + 1
    drop(stack)
