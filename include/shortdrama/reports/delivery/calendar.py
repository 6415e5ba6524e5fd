"""Which periods a report has, and the instant at which an edition is due for somebody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from shortdrama.reports.periods import SETTLING_DAYS, IsoWeek
from shortdrama.reports.reports import Period, Report


@dataclass(frozen=True)
class Cadence:
    """How often a report comes: how its periods are called, and how many of them are made later.

    `settling_days`: the report needs days that are at least so old (in UTC), because younger ones
    are provisional. The day after its last day, a period is over.
    """

    label: Callable[[date], str]
    looks_back: int
    settling_days: int


WEEKLY = Cadence(lambda day: IsoWeek.containing(day).label, 4, SETTLING_DAYS)
MONTHLY = Cadence(lambda day: f"{day:%Y-%m}", 2, SETTLING_DAYS)
DAILY = Cadence(lambda day: f"{day:%Y-%m-%d}", 1, 1)

A_DAY = date(2025, 9, 30)
"""Any day: only the form of its label counts."""


@cache
def cadence_of(report: Report) -> Cadence:
    """The cadence whose labels the report understands; raises ValueError if there is none."""
    for cadence in (WEEKLY, MONTHLY, DAILY):
        try:
            report.period_of(cadence.label(A_DAY))
        except ValueError:
            continue
        return cadence
    raise ValueError(f"the periods of {report.id} are neither weeks nor months nor days")


def due_at(report: Report, period: Period, zone: str) -> datetime:
    """When an edition is due for people in a time zone, in UTC.

    A local time that a change of clocks leaves out becomes the instant just as long after the
    change; of one that exists twice it is the first. East of London the data may need longer.
    """
    local_day = period.window.end + timedelta(days=report.days_after)
    local = datetime.combine(local_day, report.at, ZoneInfo(zone))
    settled_day = period.window.end + timedelta(days=cadence_of(report).settling_days)
    settled = datetime.combine(settled_day, time(), UTC)
    return max(local.astimezone(UTC), settled)


def due_periods(
    report: Report, zone: str, now: datetime, periods_before: int = 0
) -> Iterator[Period]:
    """The newest periods that are due in a time zone, newest first; as many as are made later.

    `periods_before`: and so many before these.
    """
    cadence = cadence_of(report)
    period = report.period_of(cadence.label(now.astimezone(UTC).date() + timedelta(days=1)))
    found = 0
    while found < cadence.looks_back + periods_before:
        if due_at(report, period, zone) <= now:
            found += 1
            yield period
        period = report.period_of(cadence.label(period.window.start - timedelta(days=1)))
