"""The reports by id: everything that is particular to one of them."""

from collections.abc import Mapping
from datetime import time

from shortdrama.reports.facts.scope import ESTIMATES, HASHTAGS
from shortdrama.reports.monthly import content as monthly
from shortdrama.reports.monthly import writer as monthly_writer
from shortdrama.reports.periods import WEEK_DUE_AFTER, Day, IsoWeek, Month
from shortdrama.reports.pulse import content as pulse
from shortdrama.reports.pulse import writer as pulse_writer
from shortdrama.reports.reports import Report
from shortdrama.reports.weekly import content as weekly
from shortdrama.reports.weekly import writer as weekly_writer

MORNING = time(8)

WEEKLY_BRIEF = Report(
    id="weekly_brief",
    required=(ESTIMATES,),
    period_of=IsoWeek.parse,
    days_after=WEEK_DUE_AFTER,
    at=MORNING,
    compose=weekly.compose,
    written=weekly_writer.written,
)

MONTHLY_REPORT = Report(
    id="monthly_report",
    required=(ESTIMATES,),
    period_of=Month.parse,
    days_after=monthly.DAYS_AFTER,
    at=MORNING,
    compose=monthly.compose,
    written=monthly_writer.written,
)
MINIS_PULSE = Report(
    id="minis_pulse",
    required=(HASHTAGS,),
    period_of=Day.parse,
    days_after=pulse.DAYS_AFTER,
    at=MORNING,
    compose=pulse.compose,
    written=pulse_writer.written,
)

REPORTS: Mapping[str, Report] = {
    report.id: report for report in (WEEKLY_BRIEF, MONTHLY_REPORT, MINIS_PULSE)
}
"""By id."""
