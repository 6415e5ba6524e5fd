"""Which months a build rewrites: those that loads touched since the warehouse was last finished.

A mart that is kept by month holds, for a month, what the loads that cover it say, and nothing else
about loads. So only a load that came in or was revoked changes it, and only in the months that
the load covers. What has a say in all months, such as the code or a product's app, is answered by
a full refresh.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.datasets.model import WORLD
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
        """Whether the build forgets what the warehouse holds."""
        return self.everything_because is not None

    @property
    def spans(self) -> list[tuple[date, date]]:
        """The months as half-open spans of days, one where they adjoin."""
        spans: list[tuple[date, date]] = []
        for month in sorted(self.months):
            start = spans.pop()[0] if spans and spans[-1][1] == month else month
            spans.append((start, _month_after(month)))
        return spans

    def condition(self, column: str) -> str:
        """SQL: whether the column, a date, lies in a month that is rewritten."""
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
    """The plan of a build of `now` in a warehouse that was last finished with `before`.

    `begun` are months that builds have begun to rewrite since, without finishing. `moved_products`
    belong to another app or store than before, or to none.
    """
    if before is None:
        return Plan(everything_because="the warehouse does not say what it was built from")
    if now.code != before.code:
        return Plan(everything_because="models, seeds or mart gates are others than before")
    # The world less the asked countries: another country changes that on every day there is.
    if others := _asked_beside_the_world(now) ^ _asked_beside_the_world(before):
        return Plan(everything_because=f"asked or no longer asked: {', '.join(sorted(others))}")
    if moved := sorted(moved_products):
        shown = ", ".join(map(str, moved[:SHOWN_PRODUCTS]))
        more = f" and {len(moved) - SHOWN_PRODUCTS} more" if moved[SHOWN_PRODUCTS:] else ""
        return Plan(everything_because=f"products with another app or store: {shown}{more}")
    touched = (months_of(record.coverage.window) for record in _changed_loads(now, before))
    return Plan(months=begun.union(*touched))


def months_of(window: Window) -> frozenset[date]:
    """The months that a window has days of, by their first days."""
    months = {window.start.replace(day=1)}
    while (month := _month_after(max(months))) <= window.end:
        months.add(month)
    return frozenset(months)


def _month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _asked_beside_the_world(inputs: BuildInputs) -> set[str]:
    """The countries of the loads that also cover the world, of which they are parts."""
    asked = (record.coverage.countries for record in _kept_by_month(inputs))
    return {country for countries in asked if WORLD in countries for country in countries}


def _changed_loads(now: BuildInputs, before: BuildInputs) -> list[LoadRecord]:
    """Accepted in one but not in the other, or not with the same record."""
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
