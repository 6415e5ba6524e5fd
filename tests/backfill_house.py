"""A published lake whose September somebody backfills; builds take a few statements, not dbt."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from machines import PASSED, few_statements, published_rows, run
from markets.lake import accept
from markets.small import Load, small_market
from shortdrama.backfill.plan import Asked, Budget, Plan, PlannedWindow
from shortdrama.backfill.record import Backfill, Step, create
from shortdrama.backfill.run import note_running
from shortdrama.core.settings import S3Settings, Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.gates import mart_gate
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.build import build as building
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id

COUNTRIES = ("ZZ", "CN", "US", "IN")
SEPTEMBER = Window(start=date(2025, 9, 1), end=date(2025, 9, 30))
FIRST_HALF = Window(start=date(2025, 9, 1), end=date(2025, 9, 15))
SECOND_HALF = Window(start=date(2025, 9, 16), end=date(2025, 9, 30))
NOW = datetime(2025, 10, 5, 8, tzinfo=UTC)


@dataclass
class House:
    """A lake, its pipeline and its clock."""

    settings: Settings
    store: ObjectStore
    folder: Path
    loads: dict[str, Load]

    @property
    def ledger(self) -> LoadLedger:
        return LoadLedger(self.store, ESTIMATES.id)

    @property
    def current(self) -> str | None:
        return current_snapshot_id(self.store)

    def later(self, hours: float) -> None:
        """Let time pass."""
        at = self.settings.clock.now() + timedelta(hours=hours)
        self.settings = self.settings.model_copy(update={"frozen_clock": at})

    def publish(self) -> None:
        """A run of market_marts."""
        run(self.settings, self.store)

    def rows(self) -> dict[str, str]:
        """What readers of the current snapshot get."""
        return published_rows(self.settings)

    def daily(self, name: str, said_at: str, window: Window, factor: int = 1) -> LoadRecord:
        """The daily schedule's load of some days; `factor` multiplies what was said of them."""
        return accept(self._said_again(name, said_at, window, factor), self.store, self.folder)

    def staged(
        self,
        backfill: Backfill,
        name: str,
        window: Window = SEPTEMBER,
        factor: int = 3,
        **changes: Any,
    ) -> LoadRecord:
        """A load of a backfill that its gate has let through."""
        load = self._said_again(name, "2025-10-04T00:00:00", window, factor)
        staged = {"status": "staged", "backfill": backfill.backfill_id} | changes
        return accept(load, self.store, self.folder, **staged)

    def backfill(self, *windows: Window, is_reviewed: bool = True) -> Backfill:
        """The document of a backfill that was planned."""
        planned = windows or (SEPTEMBER,)
        asked = Asked(
            dataset=ESTIMATES.id,
            window=Window(start=planned[0].start, end=planned[-1].end),
            policy="all",
            reason="September was restated",
        )
        today = self.settings.clock.today()
        made = Plan(
            asked=asked,
            today=today,
            budget=Budget(),
            windows=tuple(
                PlannedWindow(
                    window=window, countries=COUNTRIES, calls=4, from_day=today, to_day=today
                )
                for window in planned
            ),
            skipped=(),
        )
        step = Step(state="planned", at=self.settings.clock.now(), by="ada", because="why")
        return create(
            ESTIMATES.id,
            self.store,
            lambda name: Backfill(
                backfill_id=name,
                asked=asked,
                is_reviewed=is_reviewed,
                plan=made,
                steps=(step,),
                before=self.current,
            ),
        )

    def _said_again(self, name: str, said_at: str, window: Window, factor: int) -> Load:
        """September as `estimates-q3` has it, in other words."""
        q3 = self.loads["estimates-q3"]
        rows = [
            row | {"downloads": row["downloads"] * factor}
            for row in q3.rows
            if window.start <= _day(row["estimated_on"]) <= window.end
        ]
        span = (window.start, window.end)
        return replace(q3, load_id=name, said_at=said_at, accepted_at=None, window=span, rows=rows)


def running(house: House) -> Backfill:
    """A backfill that is published at once, of two windows, running."""
    made = house.backfill(FIRST_HALF, SECOND_HALF, is_reviewed=False)
    return note_running(made.backfill_id, "ada", house.settings, house.store)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


@dataclass(frozen=True)
class Published:
    """A lake that was published once, as every test finds it."""

    settings: Settings
    store: ObjectStore
    home: Path
    loads: dict[str, Load]
    objects: dict[str, bytes]

    def restore(self, home: Path) -> None:
        """As if nothing had come since, with a copy of the home."""
        for key in self.store.list(""):
            if key not in self.objects:
                self.store.delete(key)
        for key, body in self.objects.items():
            self.store.put(key, body)
        shutil.copytree(self.home, home)


@pytest.fixture(scope="module")
def published(s3_module: S3Settings, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Published with all loads of the small market's products and estimates up to 1 October."""
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        house = _empty(s3_module, folder, patch)
        for load in house.loads.values():
            accept(load, house.store, folder)
        house.publish()
    objects = {key: house.store.get(key) for key in house.store.list("")}
    return Published(house.settings, house.store, folder / "home", house.loads, objects)


@pytest.fixture
def house(published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The published lake and its pipeline."""
    _without_dbt(monkeypatch, tmp_path / "home")
    published.restore(tmp_path / "home")
    return House(published.settings, published.store, tmp_path, published.loads)


@pytest.fixture
def empty_house(s3: S3Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """Nothing is loaded yet."""
    return _empty(s3, tmp_path, monkeypatch)


def _empty(s3: S3Settings, folder: Path, patch: pytest.MonkeyPatch) -> House:
    _without_dbt(patch, folder / "home")
    store = ObjectStore.of(s3)
    ensure_lake(store, "sample")
    loads = {
        load.load_id: load
        for load in small_market()
        if load.dataset in (PRODUCTS, ESTIMATES) and load.said_at < "2025-10-02"
    }
    settings = Settings(frozen_clock=NOW, lake_kind="sample", s3=s3)
    return House(settings, store, folder, loads)


def _without_dbt(patch: pytest.MonkeyPatch, home: Path) -> None:
    """Builds take a few statements, and the gate finds nothing."""
    patch.setenv("SHORTDRAMA_HOME", str(home))
    patch.setattr(mart_gate, "audit_marts", lambda *_: PASSED)
    patch.setattr(building, "run_dbt", few_statements)


@pytest.fixture
def staging(house: House) -> Callable[..., Backfill]:
    """Stages a backfill whose loads are there."""
    from shortdrama.backfill.staging import stage

    def run_stage(backfill: Backfill) -> Backfill:
        return stage(backfill.backfill_id, "ada", house.settings, house.store, print)

    return run_stage
