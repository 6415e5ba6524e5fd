"""The dead man's watch: what is wrong although nothing is red, seen from outside the scheduler.

`look` asks the lake and Airflow; all the rest judges what was seen, and asks nobody.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shortdrama.core.clock import Clock
from shortdrama.core.errors import AirflowAway, DamagedDocument, Kind, NewerDocument
from shortdrama.core.settings import Settings, WatchSettings
from shortdrama.health.airflow import AirflowHealth, SilentTask, airflow_health, silent_tasks
from shortdrama.health.causes import STORE_AWAY, STORE_REFUSED, Cause, Run, cause_of
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.pointer import Pointer, read_pointer

MACHINE_CLOCK = Clock()
"""Heartbeats are of the machine's time, also where the pipeline's clock is frozen."""

LOOK_BACK = timedelta(hours=1)
"""How long ago a task may have failed to be mailed about by the watch."""

SHORTLY = timedelta(minutes=1)
RESTART = timedelta(minutes=3)
"""Within so long a service comes back by itself."""


@dataclass(frozen=True)
class Look:
    """What was seen at one moment.

    Where the lake or Airflow could not be asked there is the error instead. `pointer` is None
    before the first publish. `now` is the machine's time, `today_is` the pipeline's.
    """

    now: datetime
    today_is: datetime
    pointer: Pointer | BaseException | None
    airflow: AirflowHealth | AirflowAway
    silent_tasks: tuple[SilentTask, ...] = ()


@dataclass(frozen=True)
class Trouble:
    """Something wrong; it is mailed when it has been seen for the length of `patience`."""

    cause: Cause
    headline: str
    detail: str
    patience: timedelta


def look(settings: Settings) -> Look:
    """Ask the lake and Airflow how they are. Raises nothing: what cannot be asked is away."""
    pointer: Pointer | BaseException | None
    try:
        pointer, _ = read_pointer(ObjectStore.of(settings.s3, quick=True))
    except Exception as error:
        pointer = error
    airflow: AirflowHealth | AirflowAway
    silent: list[SilentTask] = []
    now = MACHINE_CLOCK.now()
    try:
        airflow = airflow_health(settings.airflow)
    except AirflowAway as error:
        airflow = error
    else:
        if settings.airflow.password.get_secret_value():
            with suppress(AirflowAway):  # the health says enough
                silent = silent_tasks(settings.airflow, now - LOOK_BACK)
    return Look(now, settings.clock.now(), pointer, airflow, tuple(silent))


def troubles(seen: Look, limits: WatchSettings) -> list[Trouble]:
    """What is wrong. Of what another trouble hides nothing is said."""
    found = [_in_lake(seen, limits), _in_airflow(seen, limits)]
    return [trouble for trouble in found if trouble is not None]


def judged(seen: Look) -> frozenset[Kind]:
    """The kinds of trouble about which this look says whether they are there."""
    kinds: set[Kind] = {"airflow_away"}
    if not isinstance(seen.pointer, BaseException):
        kinds.add("no_snapshot")
    if isinstance(seen.airflow, AirflowHealth):
        kinds.add("database_away")
        if seen.airflow.has_database:
            kinds.add("scheduler_silent")
    return frozenset(kinds)


def due(
    found: list[Trouble], suspected: Mapping[str, datetime], now: datetime
) -> tuple[list[Trouble], dict[str, datetime]]:
    """The troubles that were seen for long enough, and since when each trouble is seen."""
    since = {trouble.cause.key: suspected.get(trouble.cause.key, now) for trouble in found}
    return [one for one in found if now - since[one.cause.key] >= one.patience], since


def _in_lake(seen: Look, limits: WatchSettings) -> Trouble | None:
    if isinstance(seen.pointer, BaseException):
        cause, said = cause_of(seen.pointer, Run("shortdrama", "watch"), ""), str(seen.pointer)
        if isinstance(seen.pointer, DamagedDocument | NewerDocument):
            headline = f"{keys.CURRENT_SNAPSHOT} cannot be used"
            return Trouble(Cause("no_snapshot"), headline, said, SHORTLY)
        # Also a wrong address or bucket name, which boto3 refuses before it asks anybody.
        of_store = cause if cause in (STORE_AWAY, STORE_REFUSED) else STORE_AWAY
        return Trouble(of_store, "the lake cannot be read", said, RESTART)
    if seen.pointer is None or seen.pointer.hold is not None:
        return None
    published_at = _published_at(seen.pointer.snapshot_id)
    if published_at is None:
        return None
    age = seen.today_is - published_at
    if age <= timedelta(hours=limits.snapshot_hours):
        return None
    return Trouble(
        Cause("no_snapshot"),
        f"nothing was published for {_hours(age)}",
        f"Readers have {seen.pointer.snapshot_id}. A new one is due every day.",
        SHORTLY,
    )


def _in_airflow(seen: Look, limits: WatchSettings) -> Trouble | None:
    silence = timedelta(minutes=limits.heartbeat_minutes)
    if isinstance(seen.airflow, AirflowAway):
        return Trouble(
            Cause("airflow_away"), "its API server does not answer", str(seen.airflow), silence
        )
    if not seen.airflow.has_database:
        detail = "Airflow's API server answers that it cannot reach its metadata database."
        return Trouble(Cause("database_away"), "no task can run", detail, RESTART)
    for part, beat in (
        ("scheduler", seen.airflow.scheduler),
        ("DAG processor", seen.airflow.dag_processor),
    ):
        if beat is not None and seen.now - beat <= silence:
            continue
        last = f"{beat:%Y-%m-%d %H:%M} UTC" if beat else "never"
        said = f"no heartbeat for {_minutes(seen.now - beat)}" if beat else "no heartbeat ever"
        return Trouble(
            Cause("scheduler_silent"),
            f"the {part} has sent {said}",
            f"Last heartbeat of the {part}: {last}.",
            SHORTLY if beat else silence,
        )
    return None


def _published_at(snapshot_id: str) -> datetime | None:
    """Ids begin with the time; of one that does not, nothing is known."""
    try:
        return datetime.strptime(snapshot_id.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(
            tzinfo=UTC
        )
    except ValueError:
        return None


def _hours(length: timedelta) -> str:
    return f"{length.total_seconds() / 3600:.0f} h"


def _minutes(length: timedelta) -> str:
    return f"{length.total_seconds() / 60:.0f} min"
