"""Which months a build rewrites: those that loads touched since the last finished build.

In a mart that is kept by month, a month depends only on the loads that cover it. So it changes only
when a load is accepted or revoked, and only in the months that the load covers. If something
changes that affects all months, such as the code or the app of a product, the build is a full
refresh.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.lake.ledger import LoadRecord
from shortdrama.warehouse.build.inputs import BuildInputs

SHOWN_PRODUCTS = 3


@dataclass(frozen=True)
class Plan:
    """What a build rewrites: the touched `months` (first days), or everything and why."""

    months: frozenset[date] = frozenset()
    everything_because: str | None = None

    @property
    def is_full_refresh(self) -> bool:
        """Whether the build reuses nothing of the warehouse."""
        return self.everything_because is not None

    @property
    def spans(self) -> list[tuple[date, date]]:
        """The months as half-open spans of days; adjacent months are one span."""
        spans: list[tuple[date, date]] = []
        for month in sorted(self.months):
            start = spans.pop()[0] if spans and spans[-1][1] == month else month
            spans.append((start, _month_after(month)))
        return spans

    def condition(self, column: str) -> str:
        """SQL: whether the column, a date, is in a month that is rewritten."""
        spans = (
            f"{column} >= date '{start}' and {column} < date '{end}'" for start, end in self.spans
        )
        return "true" if self.is_full_refresh else " or ".join(spans) or "false"

    def reads(self, record: LoadRecord) -> bool:
        """Whether the build needs the rows of a load."""
        return (
            self.is_full_refresh
            or not DATASETS[record.dataset].is_kept_by_month
            or not self.months.isdisjoint(months_of(record.coverage.window))
        )

    def __str__(self) -> str:
        if self.is_full_refresh:
            return f"full refresh: {self.everything_because}"
        months = ", ".join(f"{month:%Y-%m}" for month in sorted(self.months))
        return f"incremental: {f'loads touched {months}' if months else 'no month was touched'}"


def plan(
    now: BuildInputs,
    before: BuildInputs | None,
    begun: frozenset[date] = frozenset(),
    moved_products: Iterable[int] = (),
) -> Plan:
    """The plan of a build of `now` in a warehouse whose last finished build was of `before`.

    `begun` are months that later builds began to rewrite but did not finish. `moved_products`
    belong to another app or store than before, or to none.
    """
    if before is None:
        return Plan(everything_because="the warehouse does not say what it was built from")
    if now.code != before.code:
        return Plan(everything_because="models, seeds or mart gates have changed")
    if moved := sorted(moved_products):
        shown = ", ".join(map(str, moved[:SHOWN_PRODUCTS]))
        more = f" and {len(moved) - SHOWN_PRODUCTS} more" if moved[SHOWN_PRODUCTS:] else ""
        return Plan(everything_because=f"products with another app or store: {shown}{more}")
    touched = (months_of(record.coverage.window) for record in _changed_loads(now, before))
    return Plan(months=begun.union(*touched))


def months_of(window: Window) -> frozenset[date]:
    """The months in which a window has days, as their first days."""
    months = {window.start.replace(day=1)}
    while (month := _month_after(max(months))) <= window.end:
        months.add(month)
    return frozenset(months)


def _month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _changed_loads(now: BuildInputs, before: BuildInputs) -> list[LoadRecord]:
    """Loads accepted in only one of the two, or with a different record."""
    new, old = (
        {record.load_id: record for record in _kept_by_month(side)} for side in (now, before)
    )
    return [
        record
        for side, other in ((new, old), (old, new))
        for load_id, record in side.items()
        if other.get(load_id) != record
    ]


def _kept_by_month(inputs: BuildInputs) -> list[LoadRecord]:
    return [
        record
        for dataset in DATASETS.values()
        if dataset.is_kept_by_month
        for record in inputs.accepted[dataset.id]
    ]
