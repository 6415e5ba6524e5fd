"""The schedules of the DAGs."""

from typing import Any

from airflow.sdk import CronDataIntervalTimetable, CronTriggerTimetable

from shortdrama.core import schedules
from shortdrama.core.settings import settings

NOT_BY_DAY: list[Any] = ["scheduled", "manual", "operator_triggered", "asset_triggered"]
"""`allowed_run_types` of a DAG whose runs are not about a day: Airflow refuses a backfill.

Such are the sources without past figures, and all DAGs that read from the lake what there is to do.
"""


def daily() -> CronDataIntervalTimetable | None:
    """Every day at 00:00 UTC, for the day that ended (Airflow's backfill expects midnight).

    A frozen clock does not fit a running calendar, so with a frozen clock there is no schedule.
    """
    return None if settings().clock.is_frozen else CronDataIntervalTimetable(schedules.DAILY, "UTC")


def hourly() -> CronTriggerTimetable | None:
    """Once an hour, so that the next run makes up for a lost event or a failed build."""
    return _by_time(schedules.HOURLY)


def often() -> CronTriggerTimetable | None:
    """Every quarter of an hour."""
    return _by_time(schedules.OFTEN)


def _by_time(expression: str) -> CronTriggerTimetable | None:
    return None if settings().clock.is_frozen else CronTriggerTimetable(expression, timezone="UTC")
