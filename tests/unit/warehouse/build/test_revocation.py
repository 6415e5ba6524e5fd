"""A load that was let in by a person and revoked again leaves nothing behind but its mention."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shortdrama.core.settings import Settings
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.model import Dataset
from shortdrama.gates import mart_gate
from shortdrama.gates.results import GateResult
from shortdrama.ingest.decisions import accept_load, revoke_load
from shortdrama.lake import keys
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.delivery.press import the_press
from shortdrama.warehouse.build.build import build
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.decide.audit import audit
from shortdrama.warehouse.publish.publish import publish
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest
from shortdrama.warehouse.snapshots.read import connect

pytestmark = [pytest.mark.timeout(900), pytest.mark.integration, pytest.mark.long]

COUNTRIES = ("ZZ", "CN", "US")
SEPTEMBER = Window(start=date(2025, 9, 1), end=date(2025, 9, 30))
LAST_WEEK = Window(start=date(2025, 9, 22), end=date(2025, 9, 28))

PRODUCT_ROWS = """
    select 100 + i as product_id, 'ua_' || i as unified_app_id, 'App ' || i as unified_app_name,
        'Publisher' as unified_publisher, 'App ' || i as name, 'Developer' as developer,
        'apple' as store, 'apple' as storefront, 'com.app' || i as vendor_identifier,
        'app' as product_type, cast(null as date) as released_on, cast(null as date) as added_on,
        true as is_active
    from range(4) as r(i)
"""
ESTIMATE_ROWS = """
    select 100 + i as product_id, country_code, cast(day as date) as estimated_on,
        {factor} * 10 * (i + 1) as downloads, cast({factor} * 20 * (i + 1) as decimal(18, 2)) as revenue,
        'USD' as currency
    from range({products}) as r(i), unnest(['ZZ', 'CN', 'US']) as c(country_code),
        generate_series(date '{start}', date '{end}', interval 1 day) as d(day)
"""  # noqa: E501


def enter(
    store: ObjectStore,
    folder: Path,
    dataset: Dataset,
    load_id: str,
    rows: str,
    window: Window,
    day: int,
    status: str = "accepted",
) -> None:
    """Put a load into the lake as its gate leaves it; it was said on a day of October."""
    said_at = datetime(2025, 10, day, 8, tzinfo=UTC)
    key = (
        keys.raw(dataset.id, load_id, said_at)
        if status == "accepted"
        else keys.quarantined(dataset.id, load_id)
    )
    path = folder / f"{load_id}.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select *, '{load_id}' as load_id, timestamp '{said_at:%Y-%m-%d %H:%M:%S}' as"
            f" said_at, true as is_sample from ({rows})) to '{path}' (format parquet)"
        )
    store.upload(path, key)
    LoadLedger(store, dataset.id).append(
        LoadRecord(
            load_id=load_id,
            pull_id=load_id,
            dataset=dataset.id,
            status=status,
            key=key,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            rows=1,
            coverage=Coverage(window=window, countries=COUNTRIES if dataset is ESTIMATES else ()),
            said_at=said_at,
            decided_at=said_at,
            is_sample=True,
            reasons=("it restates a week threefold",) if status == "quarantined" else (),
        )
    )


def history(store: ObjectStore, folder: Path, *, with_odd: bool) -> None:
    """Two good loads of September; the second says other figures than the first."""
    folder.mkdir()

    def estimates(load_id: str, factor: int, window: Window, day: int, status: str) -> None:
        rows = ESTIMATE_ROWS.format(
            factor=factor, products=4 if status == "accepted" else 2,
            start=window.start, end=window.end,
        )  # fmt: skip
        enter(store, folder, ESTIMATES, load_id, rows, window, day, status)

    enter(store, folder, PRODUCTS, "products", PRODUCT_ROWS, SEPTEMBER, 1)
    estimates("first", 1, SEPTEMBER, 2, "accepted")
    if with_odd:
        estimates("odd", 3, LAST_WEEK, 4, "quarantined")
    estimates("second", 2, Window(start=date(2025, 9, 29), end=date(2025, 9, 30)), 5, "accepted")


@pytest.fixture
def made(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Builds and publishes on a machine of that name; the gate of the marts lets all pass."""
    passed = GateResult(subject="marts", suites=("marts/a",), rows=1, what_to_do="")
    monkeypatch.setattr(mart_gate, "audit_marts", lambda *_: passed)

    def run(machine: str, store: ObjectStore, hours: int) -> SnapshotManifest:
        monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path / machine))
        now = at(settings, hours)
        here = now.model_copy(
            update={"s3": settings.s3.model_copy(update={"bucket": store.bucket})}
        )
        inputs = read_inputs(store)
        build(inputs, here, store, lambda _: None)
        audit(inputs, here, store, lambda _: None)
        return publish(inputs, here, store, lambda _: None)

    return run


def at(settings: Settings, hours: int) -> Settings:
    assert settings.frozen_clock is not None
    later = settings.frozen_clock + timedelta(hours=hours)
    return settings.model_copy(update={"frozen_clock": later})


def marts(settings: Settings, bucket: str, snapshot_id: str) -> dict[str, list[Any]]:
    """Every row of every mart, but what the pipeline says about itself."""
    there = settings.model_copy(update={"s3": settings.s3.model_copy(update={"bucket": bucket})})
    with connect(there, snapshot_id) as connection:
        names = [name for (name,) in connection.execute("show tables").fetchall()]
        return {
            name: connection.execute(f"from {name} order by all").fetchall()
            for name in names
            if not name.startswith("ops_")
        }


def test_after_a_revocation_the_marts_are_those_of_a_history_without_the_load(
    settings: Settings, store: ObjectStore, made: Any, tmp_path: Path
) -> None:
    history(store, tmp_path / "loads", with_odd=True)
    accept_load("odd", "the vendor confirmed it", "ada", at(settings, 1), store)
    with_odd = made("a", store, 2)
    assert [one.kind for one in with_odd.overrides] == ["load_accepted"]
    revoke_load("odd", "the vendor took it back", "grace", at(settings, 3), store)
    without = made("a", store, 4)
    assert [(one.kind, one.by) for one in without.overrides] == [("load_revoked", "grace")]

    never = ObjectStore(store.client, f"{store.bucket}-never")
    never.ensure_bucket()
    ensure_lake(never, "sample")
    history(never, tmp_path / "the same loads", with_odd=False)
    untouched = made("b", never, 4)
    assert untouched.overrides == ()

    revoked = marts(settings, store.bucket, without.snapshot_id)
    assert revoked == marts(settings, never.bucket, untouched.snapshot_id)
    assert revoked["fct_app_estimates_daily"] != []
    accepted = marts(settings, store.bucket, with_odd.snapshot_id)
    assert accepted["fct_app_estimates_daily"] != revoked["fct_app_estimates_daily"]

    clock = at(settings, 5).clock
    press = the_press()
    weekly = press.reports["weekly_brief"]
    with connect(settings, without.snapshot_id) as connection:
        week = weekly.period_of("2025-W39")
        content = weekly.compose(connection, without, week, clock.now())
    said = " ".join(press.render(weekly.written(content, "en")).text.split())
    assert "grace withdrew data" in said
    assert "“the vendor took it back”" in said
