"""When the DAGs run by themselves."""

from typing import Any

from airflow.sdk import CronDataIntervalTimetable, CronTriggerTimetable

from shortdrama.core.settings import settings

PRESENT_ONLY: list[Any] = ["scheduled", "manual", "operator_triggered"]
"""`allowed_run_types` of a source that cannot be asked for the past: Airflow refuses a backfill."""


def daily() -> CronDataIntervalTimetable | None:
    """Every day at 00:00 UTC, for the day that ended (Airflow's backfill counts on midnight).

    A frozen clock and a running calendar do not go together: then nothing runs by time.
    """
    return None if settings().clock.is_frozen else CronDataIntervalTimetable("0 0 * * *", "UTC")


def hourly() -> CronTriggerTimetable | None:
    """Once an hour, so that a lost event or a failed build heals by itself."""
    return (
        None if settings().clock.is_frozen else CronTriggerTimetable("30 * * * *", timezone="UTC")
    )
