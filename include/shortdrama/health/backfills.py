"""Backfills as runs of the DAG `backfill`: started, followed and stopped through Airflow's API.

Import this module inside a function: the client behind it takes a second to import.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from shortdrama.backfill.form import filled_form
from shortdrama.backfill.plan import Asked
from shortdrama.backfill.progress import Progress, progress_of
from shortdrama.backfill.record import Backfill, read_backfill
from shortdrama.backfill.run import window_states
from shortdrama.core.errors import AirflowAway, AirflowRefused, BackfillRefused
from shortdrama.core.settings import AirflowSettings
from shortdrama.health.airflow_client import address
from shortdrama.health.airflow_session import AirflowSession, Run
from shortdrama.lake.store import ObjectStore

DAG = "backfill"
CONTINUES, PUBLISHES = "backfill_continue", "market_marts"
"""The DAGs that go on with a paused backfill, and that publish a completed one."""
BEGIN, BACKFILL_ID = "begin", "backfill_id"
"""The task that begins or resumes a backfill, and under which key it leaves the backfill's id."""

POLL_SECONDS = 2.0
PATIENCE_SECONDS = 300.0
"""So long Airflow or the lake may be away: services are started again within minutes."""
AWAY = (AirflowAway, BotoCoreError, ClientError)


@dataclass(frozen=True)
class Sight:
    """What is seen of a run. Before its first task has ended it has no backfill."""

    run_state: str
    backfill: Backfill | None = None
    progress: Progress | None = None

    @property
    def is_over(self) -> bool:
        """Whether the run has ended; a paused backfill goes on in another run."""
        return self.run_state in ("success", "failed")


def check_ready(session: AirflowSession, airflow: AirflowSettings, *, is_reviewed: bool) -> None:
    """Raise BackfillRefused if Airflow lacks a DAG that is needed, or has it paused."""
    needed = (DAG, CONTINUES) if is_reviewed else (DAG, CONTINUES, PUBLISHES)
    paused = [dag_id for dag_id in needed if _is_paused(dag_id, session, airflow)]
    if paused:
        raise BackfillRefused(
            f"paused in Airflow: {', '.join(paused)}. Their runs would wait. Unpause each in"
            " Airflow's UI, or: "
            + "; ".join(f"`shortdrama airflow dags unpause {dag_id}`" for dag_id in paused)
        )


def run_asking(asked: Asked, session: AirflowSession) -> Run | None:
    """The run on its way that asks for the same, maybe for another reason."""
    wanted = _compared(filled_form(asked, is_reviewed=True))
    return next((run for run, conf in session.open_runs(DAG) if _compared(conf) == wanted), None)


def stop_runs(backfill: Backfill, session: AirflowSession) -> list[Run]:
    """Stop the runs of a backfill; these runs."""
    wanted = _compared(filled_form(backfill.asked, is_reviewed=backfill.is_reviewed))
    runs = [run for run, conf in session.open_runs(DAG) if _compared(conf) == wanted]
    for run in runs:
        session.stop(run)
    return runs


def page_of_run(run: Run, airflow: AirflowSettings) -> str:
    """Where people look at a run."""
    return f"{address(airflow)}/dags/{run.dag_id}/runs/{quote(run.run_id)}"


def follow(
    run: Run,
    session: AirflowSession,
    store: ObjectStore,
    show: Callable[[Sight], None],
) -> Sight:
    """Look at a run until there is nothing to wait for; what was seen last.

    Raises AirflowAway, or the store's errors, when one of them is away for minutes.
    """
    answered = monotonic()
    while True:
        try:
            seen = look(run, session, store)
        except AWAY as error:
            is_gone = isinstance(error, AirflowRefused) and error.status == HTTPStatus.NOT_FOUND
            if is_gone or monotonic() - answered > PATIENCE_SECONDS:
                raise
        else:
            answered = monotonic()
            show(seen)
            if seen.is_over:
                return seen
        sleep(POLL_SECONDS)


def look(run: Run, session: AirflowSession, store: ObjectStore) -> Sight:
    """How a run is now, and its backfill."""
    # The run's state first: what the lake says after that is at least as new.
    state = session.state(run)
    backfill_id = session.left(run, BEGIN, BACKFILL_ID)
    if backfill_id is None:
        return Sight(state)
    backfill = read_backfill(str(backfill_id), store)
    return Sight(state, backfill, progress_of(backfill.plan, window_states(backfill, store)))


def _is_paused(dag_id: str, session: AirflowSession, airflow: AirflowSettings) -> bool:
    try:
        return session.is_paused(dag_id)
    except AirflowRefused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
    raise BackfillRefused(
        f"Airflow at {address(airflow)} has no DAG {dag_id}. If it was started just now, try again"
        " in a minute; otherwise deploy this release's DAGs there"
    )


def _compared(conf: dict[str, Any]) -> tuple[Any, ...]:
    """What makes two runs ask for the same; a form that was not filled in has the defaults."""
    # A person may have typed them in the form; they are checked in the same way.
    countries = frozenset(str(one).strip().upper() for one in conf.get("countries") or ())
    asked = tuple(conf.get(name) for name in ("dataset", "start", "end"))
    return (*asked, countries, conf.get("policy", "missing"), bool(conf.get("dry_run", False)))
