"""Why a row of a mart differs from an earlier snapshot, as far as the lake knows."""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from shortdrama.datasets import DATASETS
from shortdrama.datasets.model import WORLD
from shortdrama.gates.suite_files import datasets_of_mart
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest

Cause = Literal["restatement", "new load", "late load", "revocation", "universe", "code"]
"""In this order: a source said something else about days that it had answered before; a load of
days after all known days; a load of earlier days that no load had; a load that was taken out; the
reviewed file; the models."""

DAYS = ("estimated_on", "ranked_on", "as_of_on", "as_of_at", "published_on", "date_on")


@dataclass(frozen=True)
class Causes:
    """What happened between two snapshots: loads by dataset, and the `as_of` of the earlier one."""

    before: Mapping[str, tuple[LoadRecord, ...]]
    came: Mapping[str, tuple[LoadRecord, ...]]
    went: Mapping[str, tuple[LoadRecord, ...]]
    as_of: Mapping[str, date | None]
    moved_apps: frozenset[str]
    is_other_code: bool

    @classmethod
    def between(
        cls,
        before: SnapshotManifest,
        after: SnapshotManifest,
        store: ObjectStore,
        moved_apps: frozenset[str],
    ) -> "Causes":
        """Read from the ledgers what the two manifests name."""
        old, came, went = {}, {}, {}
        for name in before.datasets:
            records = {r.load_id: r for r in LoadLedger(store, name).records()}
            was, now = (
                set(manifest.datasets[name].load_ids) if name in manifest.datasets else set()
                for manifest in (before, after)
            )
            old[name] = tuple(records[load_id] for load_id in sorted(was & records.keys()))
            came[name] = tuple(records[load_id] for load_id in sorted((now - was) & records.keys()))
            went[name] = tuple(records[load_id] for load_id in sorted((was - now) & records.keys()))
        return cls(
            before=old,
            came=came,
            went=went,
            as_of={
                name: date.fromisoformat(state.as_of[:10]) if state.as_of else None
                for name, state in before.datasets.items()
            },
            moved_apps=moved_apps,
            is_other_code=before.code != after.code,
        )

    def of(self, mart: str, row: Mapping[str, Any]) -> tuple[Cause, ...]:
        """The causes that fit a row; several may fit, and `code` is named if no other does."""
        found: dict[Cause, None] = {}
        if self.moved_apps and _depends_on_universe(mart) and self._is_moved(row):
            found["universe"] = None
        for name in _deciding_datasets(mart):
            if any(_touches(record, row) for record in self.went.get(name, ())):
                found["revocation"] = None
            for record in self.came.get(name, ()):
                found |= dict.fromkeys(self._of_load(name, record, row))
        if not found and self.is_other_code:
            found["code"] = None
        return tuple(found)

    def _is_moved(self, row: Mapping[str, Any]) -> bool:
        """Whether it is a moved app's own row, or a sum that may contain moved apps."""
        return "app_id" not in row or row["app_id"] in self.moved_apps

    def _of_load(self, name: str, record: LoadRecord, row: Mapping[str, Any]) -> Iterator[Cause]:
        """Which cause a load is for the days of the row that it covers."""
        if not _touches(record, row):
            return
        span = _span(row)
        earlier = [old for old in self.before.get(name, ()) if _touches(old, row)]
        if span is None:
            yield "restatement" if earlier else "new load"
            return
        first = max(span[0], record.coverage.window.start)
        last = min(span[1], record.coverage.window.end)
        as_of = self.as_of.get(name)
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if any(old.coverage.window.start <= day <= old.coverage.window.end for old in earlier):
                yield "restatement"
            else:
                yield "late load" if as_of and day <= as_of else "new load"


def _deciding_datasets(mart: str) -> tuple[str, ...]:
    """The datasets whose loads decide the mart's rows; a lookup only if there is no other."""
    names = datasets_of_mart(mart)
    return tuple(name for name in names if len(names) == 1 or not DATASETS[name].is_lookup)


def _depends_on_universe(mart: str) -> bool:
    return any(DATASETS[name].is_of_universe for name in datasets_of_mart(mart))


def _touches(record: LoadRecord, row: Mapping[str, Any]) -> bool:
    """Whether a load covers a day and a country of the row."""
    window, span, countries = record.coverage.window, _span(row), _countries(row)
    return (span is None or (window.start <= span[1] and window.end >= span[0])) and (
        not countries
        or not record.coverage.countries
        or not countries.isdisjoint(record.coverage.countries)
    )


def _span(row: Mapping[str, Any]) -> tuple[date, date] | None:
    """The first and the last day that the row is about; None if it has no days."""
    start = _value(row, "period_start_on") or _value(row, "month_start_on")
    if start:
        return start, _value(row, "period_end_on") or _month_end(start)
    days = [day for name in DAYS if (day := _value(row, name))]
    day = days[0].date() if days and isinstance(days[0], datetime) else (days or [None])[0]
    return (day, day) if day else None


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _countries(row: Mapping[str, Any]) -> frozenset[str]:
    """Country codes as loads ask for them; empty when any may matter."""
    geography = _value(row, "country_code") or _value(row, "geography")
    if geography == "World" or _value(row, "geography_level") == "world":
        return frozenset({WORLD})
    if geography == "World ex-China":
        return frozenset({WORLD, "CN"})
    return frozenset({geography}) if geography and len(geography) == 2 else frozenset()


def _value(row: Mapping[str, Any], name: str) -> Any:
    """A column's value in the row: from its key, else the current one, else the earlier one."""
    return next((row[n] for n in (name, f"a_{name}", f"b_{name}") if row.get(n) is not None), None)
