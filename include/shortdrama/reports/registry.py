"""The reports by id: everything that is particular to one of them."""

from collections.abc import Mapping
from datetime import time

from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.reports.periods import IsoWeek
from shortdrama.reports.reports import Report
from shortdrama.reports.weekly import content as weekly
from shortdrama.reports.weekly import writer as weekly_writer

MORNING = time(8)

WEEKLY_BRIEF = Report(
    id="weekly_brief",
    required=(ESTIMATES.id,),
    period_of=IsoWeek.parse,
    days_after=weekly.DAYS_AFTER,
    at=MORNING,
    compose=weekly.compose,
    written=weekly_writer.written,
)

REPORTS: Mapping[str, Report] = {report.id: report for report in (WEEKLY_BRIEF,)}
"""By id."""
