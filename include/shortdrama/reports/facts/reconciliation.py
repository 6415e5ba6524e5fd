"""How our figures agree with the published ones."""

from duckdb import DuckDBPyConnection

from shortdrama.reports.facts.rows import Frozen


class Reconciliation(Frozen):
    """How many published figures were compared with ours, by result."""

    match: int = 0
    bound_holds: int = 0
    off: int = 0
    not_comparable: int = 0
    no_data: int = 0

    @property
    def compared(self) -> int:
        """Facts for which a comparison was possible."""
        return self.match + self.bound_holds + self.off

    @property
    def unchecked(self) -> int:
        """Facts for which none was."""
        return self.not_comparable + self.no_data


def reconciliation(connection: DuckDBPyConnection) -> Reconciliation:
    """The counts by status."""
    found = connection.execute(
        "select status, count(*) from marts.rpt_vendor_reconciliation group by status"
    ).fetchall()
    return Reconciliation.model_validate(dict(found))
