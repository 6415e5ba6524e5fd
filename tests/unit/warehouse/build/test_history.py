"""Sixty days of loads: whatever happens, an incremental build ends where a full refresh does.

`make e2e` lives through twenty days and through all of them.

Every day the vendor lists its products and answers for the trailing 35 days. Young days are
restated, rows vanish and come back. A load comes late, one is quarantined until a person lets it
in, one is revoked, a month is pulled again, a build is killed, a product joins, another moves to
another app, the universe's file changes, a country is asked that never was, and one day of another
is loaded and revoked.

At each day of `CHECKED` the warehouse that has lived through everything is compared, mart by mart
and row by row, with one that is built from nothing.
"""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zlib import crc32

import duckdb
import pyarrow
import pyarrow.parquet
import pytest

from shortdrama.core.settings import DBT_PROJECT
from shortdrama.core.windows import Window
from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.model import Dataset
from shortdrama.lake.ledger import Coverage, LoadRecord
from shortdrama.warehouse.build import built, dbt
from shortdrama.warehouse.build.inputs import BuildInputs
from shortdrama.warehouse.build.manifest import built_marts, month_columns
from shortdrama.warehouse.build.relations import prepare
from shortdrama.warehouse.build.touched import Plan
from shortdrama.warehouse.build.warehouse_file import open_or_start_over
from shortdrama.warehouse.publish.views import KNOWN_AT

FIRST = date(2025, 7, 21)
DAYS = 60
COUNTRIES = ("ZZ", "CN", "US", "IN")
HISTORY_DAYS = 92
TRAILING_DAYS = 35

QUARANTINED, LET_IN = 20, 27
LATE, ARRIVED = 15, 18
REPULLED = 32
KILLED = 36
TO_BE_REVOKED, REVOKED = 33, 40
JOINS, MOVES, UNIVERSE_CHANGES, ASKED_ANEW = 22, 44, 48, 52
BACKFILLED, UNDONE, BACK_ON = 54, 58, 20  # one day of a country that never was

CHECKED: dict[int, str] = {
    5: "incremental",
    ARRIVED: "incremental",
    LET_IN: "incremental",
    REPULLED: "incremental",
    KILLED + 1: "incremental",
    REVOKED: "incremental",
    MOVES: "products with another app or store: 7",
    UNIVERSE_CHANGES: "models, seeds or mart gates",
    ASKED_ANEW: "incremental",
    BACKFILLED: "incremental",
    59: "incremental",
}

# product id: app, store. Product 3 joins later and becomes the smallest of its listing.
LISTED = {
    4: ("reel", "apple"), 5: ("reel", "google_play"), 6: ("box", "apple"), 7: (None, "apple"),
    8: ("hong", "apple"), 9: ("short", "google_play"), 10: ("short", "google_play"),
}  # fmt: skip


def chance(*of: object) -> int:
    """A number 0-99 that is the same whenever it is asked for."""
    return crc32("|".join(map(str, of)).encode()) % 100


@dataclass
class Lake:
    """Loads as Parquet files in a folder, and the ledger's records of them."""

    folder: Path
    records: dict[str, LoadRecord] = field(default_factory=dict)

    def uri(self, key: str) -> str:
        return str(self.folder / key)

    def inputs(self, code: str) -> BuildInputs:
        return BuildInputs(
            accepted={
                dataset: tuple(
                    record
                    for record in self.records.values()
                    if record.dataset == dataset and record.status == "accepted"
                )
                for dataset in DATASETS
            },
            refused_since=dict.fromkeys(DATASETS, ()),
            code=code,
        )

    def decide(self, load_id: str, day: int, status: str) -> None:
        """What a person decides of a load on a later day."""
        change = {"status": status, "decided_at": instant(day, hour=9)}
        self.records[load_id] = self.records[load_id].model_copy(update=change)

    def put(
        self,
        dataset: Dataset,
        said_on: int,
        window: Window,
        rows: list[dict[str, Any]],
        countries: tuple[str, ...] = (),
        *,
        decided_on: int | None = None,
        status: str = "accepted",
    ) -> None:
        load_id = f"{dataset.name}-{said_on}-{window.days}"
        lineage = {"load_id": load_id, "said_at": instant(said_on), "is_sample": True}
        with duckdb.connect() as connection:
            connection.register("given", pyarrow.Table.from_pylist([row | lineage for row in rows]))
            columns = ", ".join(
                f"cast({column.name if column.name in rows[0] | lineage else 'null'}"
                f" as {column.sql_type}) as {column.name}"
                for column in dataset.all_columns
            )
            connection.execute(
                f"copy (select {columns} from given)"
                f" to '{self.folder / load_id}.parquet' (format parquet)"
            )
        self.records[load_id] = LoadRecord(
            load_id=load_id,
            pull_id=load_id,
            dataset=dataset.id,
            status=status,  # type: ignore[arg-type]
            key=f"{load_id}.parquet",
            sha256="0" * 64,
            rows=len(rows),
            coverage=Coverage(window=window, countries=countries),
            said_at=instant(said_on),
            decided_at=instant(said_on if decided_on is None else decided_on, hour=7),
            is_sample=True,
            seq=len(self.records) + 1,
        )


def day_of(number: int) -> date:
    return FIRST + timedelta(days=number)


def instant(number: int, hour: int = 6) -> datetime:
    return datetime.combine(day_of(number), datetime.min.time(), UTC) + timedelta(hours=hour)


def listing(number: int) -> list[dict[str, Any]]:
    """The products as they are listed on a day."""
    listed = dict(LISTED)
    if number >= JOINS:
        listed[3] = ("reel", "apple")
    if number >= MOVES:
        listed[7] = ("box", "apple")
    return [
        {
            "product_id": product_id,
            "unified_app_id": app,
            "unified_app_name": app,
            "name": f"Product {product_id}",
            "store": store,
            "storefront": store,
            "vendor_identifier": f"com.example.{product_id}",
            "product_type": "app",
            "is_active": True,
        }
        for product_id, (app, store) in listed.items()
    ]


def answered(number: int, window: Window, countries: tuple[str, ...]) -> list[dict[str, Any]]:
    """What the vendor says on a day about a window: it restates young days and drops rows."""
    rows = []
    for offset in range(window.days):
        day = window.start + timedelta(days=offset)
        age = (day_of(number) - day).days
        for product in listing(number):
            product_id = product["product_id"]
            for country in countries:
                row = (product_id, country, day)
                is_dropped = chance("dropped", *row) < 10 and 6 < age < 6 + chance("back", *row)
                if is_dropped or (country == "CN" and product_id != 8):
                    continue
                downloads = chance(*row) * (7 if country == "ZZ" else 1)
                if age < 20 and chance("restated", number, *row) < 15:
                    downloads += 1 + number
                rows.append(
                    {
                        "product_id": product_id,
                        "country_code": country,
                        "estimated_on": day,
                        "downloads": max(downloads - 20, 0),
                        "revenue": Decimal(max(downloads - 20, 0)) * 3 / 100,
                        "currency": "USD",
                    }
                )
    return rows


def happen(lake: Lake, number: int) -> None:
    """A day's loads, and what people decide on it."""
    today = day_of(number)
    lake.put(PRODUCTS, number, Window(start=today, end=today), listing(number))
    countries = (*COUNTRIES, "JP") if number >= ASKED_ANEW else COUNTRIES

    def pull(said_on: int, days: int, **decision: Any) -> None:
        end = day_of(said_on) - timedelta(days=1)
        window = Window(start=end - timedelta(days=days - 1), end=end)
        rows = answered(said_on, window, countries)
        lake.put(ESTIMATES, said_on, window, rows, countries, **decision)

    if number in (0, REPULLED):
        pull(number, HISTORY_DAYS)
    if number == QUARANTINED:
        pull(number, TRAILING_DAYS, status="quarantined")
    elif number != LATE:
        pull(number, TRAILING_DAYS)
    if number == ARRIVED:
        pull(LATE, TRAILING_DAYS, decided_on=ARRIVED)
    if number == LET_IN:
        lake.decide(f"estimates-{QUARANTINED}-{TRAILING_DAYS}", number, "accepted")
    if number == REVOKED:
        lake.decide(f"estimates-{TO_BE_REVOKED}-{TRAILING_DAYS}", number, "revoked")
    if number == BACKFILLED:
        one = Window(start=day_of(BACK_ON), end=day_of(BACK_ON))
        lake.put(ESTIMATES, number, one, answered(number, one, ("KR",)), ("KR",))
    if number == UNDONE:
        lake.decide(f"estimates-{BACKFILLED}-1", number, "revoked")


@dataclass
class Machine:
    """A private warehouse and the dbt project that builds it."""

    warehouse: Path
    project: Path
    patch: pytest.MonkeyPatch

    def build(self, inputs: BuildInputs, lake: Lake, number: int) -> Plan:
        plan = self.begin(inputs, lake)
        self.dbt(plan, number)
        with duckdb.connect(str(self.warehouse)) as connection:
            built.finish(connection, inputs, plan, built_marts(), month_columns())
        return plan

    def begin(self, inputs: BuildInputs, lake: Lake) -> Plan:
        open_or_start_over(self.warehouse, print)
        with duckdb.connect(str(self.warehouse)) as connection:
            return prepare(connection, inputs, lake, lambda _: None)  # type: ignore[arg-type]

    def dbt(self, plan: Plan, number: int, *arguments: str) -> None:
        """dbt without its data tests, and in this process: it is run two dozen times."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        environment = dbt.build_environment(plan, instant(number))
        environment["SHORTDRAMA_WAREHOUSE_PATH"] = str(self.warehouse)
        for name, value in environment.items():
            self.patch.setenv(name, value)
        result = dbtRunner().invoke(
            [
                "build", "--exclude-resource-types", "test", "unit_test",
                "--quiet", "--target", "local",
                # Its threads would be missing in the dbt that a later test forks, which would wait.
                "--no-static-parser",
                "--project-dir", str(self.project), "--profiles-dir", str(self.project),
                "--target-path", str(dbt.dbt_target()),
                "--log-path", str(self.project / "logs"),
                *(["--full-refresh"] if plan.is_full_refresh else []),
                *arguments,
            ]
        )  # fmt: skip
        DuckDBConnectionManager.close_all_connections()
        assert result.success, result.exception or result.result


def differing(one: Path, other: Path) -> dict[str, int]:
    """How many rows of each mart are in one of the two warehouses alone."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        marts = connection.execute(
            "select table_name from duckdb_tables()"
            " where database_name = 'other' and schema_name = 'marts' order by all"
        ).fetchall()
        assert len(marts) > 10
        counts = {}
        for (mart,) in marts:
            only = "(from {}.marts.{mart} except all from {}.marts.{mart})"
            (count,) = connection.execute(
                f"select count(*) from ({only.format('one', 'other', mart=mart)}"
                f" union all {only.format('other', 'one', mart=mart)})"
            ).fetchone() or (0,)
            if count:
                counts[mart] = count
        return counts


REMEMBERED = (5, ARRIVED)
LOOKED_BACK = KILLED + 1

FIGURES = {
    "estimates_as_known_at('{}')": (
        "fct_app_estimates_daily",
        "app_id, country_code, store, estimated_on, vendor, downloads, revenue_usd",
    ),
    "market_size_as_known_at('{}', 'month')": (
        "rpt_market_size_monthly",
        "geography, period_start_on, active_apps, downloads, revenue_usd, completeness_ratio",
    ),
}


def figures(warehouse: Path, as_known_at: datetime | None = None) -> list[list[Any]]:
    """What the marts say, or what their macros say that they said."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        for (mart,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall():
            connection.execute(f"create view {mart} as from warehouse.marts.{mart}")
        connection.execute(KNOWN_AT.read_text(encoding="utf-8"))
        found = []
        for macro, (mart, columns) in FIGURES.items():
            said = macro.format(f"{as_known_at:%F %T}") if as_known_at else mart
            found.append(
                connection.execute(f"select {columns} from {said} order by all").fetchall()
            )
        return found


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with the project's models, whose seeds the test may change."""
    project = tmp_path / "dbt_project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    return Machine(tmp_path / "lived.duckdb", project, monkeypatch)


@pytest.mark.integration
@pytest.mark.timeout(1800)  # two dozen builds, whatever else the machine does
@pytest.mark.long
@pytest.mark.parametrize("days", [20, DAYS])
def test_incremental_builds_equal_full_refreshes_through(
    days: int, machine: Machine, tmp_path: Path
) -> None:
    (tmp_path / "lake").mkdir()
    lake = Lake(tmp_path / "lake")
    code = "first"
    said: dict[int, list[list[Any]]] = {}
    for number in range(days):
        happen(lake, number)
        if number == KILLED:
            _kill_a_build(machine, lake, number)
        if number == UNIVERSE_CHANGES:
            code = "another universe"
            overrides = machine.project / "seeds" / "universe_overrides.csv"
            overrides.write_text(
                "decision,app_id,from_on,to_on,reason,reviewer\n"
                "exclude,short,2025-08-15,,sold,reviewer\n"
            )
        if number == 0:
            plan = machine.build(lake.inputs(code), lake, number)
            assert plan.is_full_refresh
        if number in CHECKED:
            plan = machine.build(lake.inputs(code), lake, number)
            assert CHECKED[number] in str(plan), f"day {number}"
            fresh = tmp_path / f"fresh-{number}.duckdb"
            anew = Machine(fresh, machine.project, machine.patch)
            assert anew.build(lake.inputs(code), lake, number).is_full_refresh
            assert differing(machine.warehouse, fresh) == {}, f"day {number}"
            fresh.unlink()
        if number in REMEMBERED:
            said[number] = figures(machine.warehouse)
        if number == LOOKED_BACK:
            for day, then in said.items():
                assert figures(machine.warehouse, instant(day, hour=12)) == then, f"day {day}"


def _kill_a_build(machine: Machine, lake: Lake, number: int) -> None:
    """A build that dies after it has rewritten a fact; its load is revoked before the next one."""
    load_id = f"estimates-{number}-{TRAILING_DAYS}"
    plan = machine.begin(lake.inputs("first"), lake)
    assert not plan.is_full_refresh
    machine.dbt(plan, number, "--select", "+fct_app_estimates_daily")
    lake.decide(load_id, number, "revoked")
