"""What an edition cannot do without; why it is withheld is said in words."""

from duckdb import DuckDBPyConnection

from shortdrama.core.errors import ReportWithheld
from shortdrama.reports.facts.market import Period, period
from shortdrama.reports.facts.scope import PeriodKind
from shortdrama.reports.facts.snapshot import SnapshotFacts
from shortdrama.reports.facts.vendors import Vendor, permission, vendor
from shortdrama.reports.reports import Period as AnyPeriod


def required_period(
    connection: DuckDBPyConnection, kind: PeriodKind, asked: AnyPeriod, dataset: str
) -> Period:
    """The market in a period of which every day is settled; raises ReportWithheld otherwise."""
    window = asked.window
    found = period(connection, kind, asked.label)
    if found is None:
        raise _not_covered(asked, dataset, f"has no figures at all for {window}")
    if found.completeness_ratio < 1:
        covered = round(found.completeness_ratio * window.days)
        reason = f"covers only {covered} of the {window.days} days of {window}"
        raise _not_covered(asked, dataset, reason)
    if found.maturity != "settled":
        reason = f"was asked for {window} before the vendor had all of it"
        raise _not_covered(asked, dataset, reason)
    return found


def required_vendor(
    connection: DuckDBPyConnection, name: str, asked: AnyPeriod, facts: SnapshotFacts
) -> Vendor:
    """The vendor of the headline; raises ReportWithheld unless its sums may be shared."""
    if not permission(connection, name, is_sample=facts.is_sample).aggregates:
        raise ReportWithheld(
            asked.label,
            name,
            "is not known to permit that sums of its figures are shared (dim_vendor,"
            " may_share_aggregates is not 'yes')",
            "Review the vendor's terms, and write the answer into dbt_project/seeds/vendors.csv",
        )
    return vendor(connection, name)


def _not_covered(asked: AnyPeriod, dataset: str, reason: str) -> ReportWithheld:
    window = asked.window
    return ReportWithheld(
        asked.label,
        dataset,
        reason,
        f"Pull it again for {window} (start={window.start}, end={window.end}), wait until the marts"
        " are published, and run the report again; if a load of these days is in quarantine, its"
        " reasons say what to correct",
    )
