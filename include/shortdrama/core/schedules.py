"""When the DAGs run, in one place: Airflow gets the expressions, people the next instant."""

from datetime import datetime, timedelta

DAILY = "0 0 * * *"
"""Midnight UTC: the day that ended is over, and the sources' quotas have been reset."""

AT_MINUTE = 30
HOURLY = f"{AT_MINUTE} * * * *"

OFTEN = "*/15 * * * *"
"""For what waits for a time of day, such as a paused backfill."""


def next_midnight(now: datetime) -> datetime:
    """The next 00:00 in the time zone of `now`: the next daily run, and the reset of quotas."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def next_hourly(now: datetime) -> datetime:
    """The next hourly run after `now`."""
    this_hour = now.replace(minute=AT_MINUTE, second=0, microsecond=0)
    return this_hour if this_hour > now else this_hour + timedelta(hours=1)
