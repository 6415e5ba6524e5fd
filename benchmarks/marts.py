"""How long marts take to build: a full refresh, and a day that pulls 35 days again.

577 products, 59 countries and the world, an estimate of each on every day; at 3.3 and at 33 million
rows. The history is in loads of 92 days, as a backfill makes them. The lake is a folder of Parquet
files, so that the embedded S3 server is not what is measured. Each step runs in a process of its
own. Prints Markdown tables for docs/performance.md: the cookbook's questions at each size, and the
builds.
"""

import json
import os
import resource
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from subprocess import check_call
from tempfile import TemporaryDirectory
from time import perf_counter

from whole_market import step

from shortdrama.core.settings import settings
from shortdrama.core.windows import MAX_DAYS_PER_PULL, Window
from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.model import Dataset
from shortdrama.lake import duck
from shortdrama.lake.ledger import Coverage, LoadRecord
from shortdrama.warehouse.build import built
from shortdrama.warehouse.build.dbt import run_dbt
from shortdrama.warehouse.build.inputs import BuildInputs, code_digest
from shortdrama.warehouse.build.manifest import built_marts, month_columns
from shortdrama.warehouse.build.relations import prepare
from shortdrama.warehouse.build.warehouse_file import open_or_start_over
from shortdrama_local.simulator.countries import EX_CHINA

COOKBOOK = Path(__file__).with_name("cookbook.py")
COUNTRIES = ("ZZ", "CN", *(country.code for country in EX_CHINA))[:60]
PRODUCT_COUNT = 577
LAST_DAY = date(2025, 9, 28)
HISTORY_DAYS = (96, 954)
"""3.3 and 33 million rows."""


class FolderLake:
    """A lake of accepted loads in a folder: what a build asks of a store, without a server."""

    def __init__(self, folder: Path, countries: tuple[str, ...] = COUNTRIES) -> None:
        self._folder = folder
        self._countries = countries

    def uri(self, key: str) -> str:
        """Where DuckDB finds the file."""
        return str(self._folder / key)

    def inputs(self) -> BuildInputs:
        """All loads of the folder as accepted ones."""
        files = sorted(self._folder.glob("*.json"))
        records = [LoadRecord.model_validate_json(file.read_text()) for file in files]
        return BuildInputs(
            accepted={
                dataset: tuple(record for record in records if record.dataset == dataset)
                for dataset in DATASETS
            },
            refused_since=dict.fromkeys(DATASETS, ()),
            code=code_digest(),
        )

    def fill(self, days: int) -> None:
        """Products, and a history of that many days."""
        end = LAST_DAY
        self.put_products()
        while days > 0:
            window = Window(start=end - timedelta(min(days, MAX_DAYS_PER_PULL) - 1), end=end)
            self.put_estimates(window, said_on=LAST_DAY + timedelta(days=1))
            end, days = window.start - timedelta(days=1), days - window.days

    def put_products(self) -> None:
        """577 products of 298 apps on two stores."""
        window = Window(start=LAST_DAY, end=LAST_DAY)
        self._put(
            PRODUCTS,
            window,
            LAST_DAY,
            f"""
            select
                id as product_id,
                'ua_' || lpad(cast(id % 298 as varchar), 12, '0') as unified_app_id,
                'App ' || (id % 298) as unified_app_name,
                'Publisher ' || (id % 90) as unified_publisher,
                'Product ' || id as name,
                'Publisher ' || (id % 90) as developer,
                case when id < 298 then 'apple' else 'google_play' end as store,
                store as storefront,
                'com.example.' || id as vendor_identifier,
                'app' as product_type,
                true as is_active
            from range({PRODUCT_COUNT}) as products (id)
            """,  # noqa: S608 - numbers of ours
        )

    def put_estimates(self, window: Window, said_on: date) -> None:
        """Every product in every country on every day; one figure in twenty is restated."""
        self._put(
            ESTIMATES,
            window,
            said_on,
            f"""
            with cells as (
                select
                    product_id,
                    country_code,
                    cast(estimated_on as date) as estimated_on,
                    hash(product_id, country_code, estimated_on) as number
                from range({PRODUCT_COUNT}) as products (product_id)
                cross join unnest({duck.list_literal(list(self._countries))})
                    as countries (country_code)
                cross join generate_series(
                    date '{window.start}', date '{window.end}', interval 1 day
                ) as days (estimated_on)
            )
            select
                product_id,
                country_code,
                estimated_on,
                cast(
                    number % 900
                    + case when hash(number, date '{said_on}') % 20 = 0 then 1 else 0 end as bigint
                ) as downloads,
                cast(downloads * 1.37 as decimal(18, 2)) as revenue,
                'USD' as currency
            from cells
            order by product_id, country_code, estimated_on
            """,  # noqa: S608 - dates and codes of ours
            countries=self._countries,
        )

    def _put(
        self,
        dataset: Dataset,
        window: Window,
        said_on: date,
        select: str,
        countries: tuple[str, ...] = (),
    ) -> None:
        load_id = f"{dataset.name}-{said_on}-{window.start}"
        said_at = datetime(said_on.year, said_on.month, said_on.day, 6, tzinfo=UTC)
        path = self._folder / f"{load_id}.parquet"
        with duck.connect() as connection:
            connection.execute(
                f"copy (select *, '{load_id}' as load_id, timestamp '{said_at:%F %T}' as said_at,"  # noqa: S608
                f" true as is_sample from ({select})) to {duck.quoted(str(path))}"
                " (format parquet, compression zstd)"
            )
            row = connection.execute("select count(*) from read_parquet(?)", [str(path)]).fetchone()
        record = LoadRecord(
            load_id=load_id,
            pull_id=load_id,
            dataset=dataset.id,
            status="accepted",
            key=path.name,
            sha256="0" * 64,
            rows=row[0] if row else 0,
            coverage=Coverage(window=window, countries=countries),
            said_at=said_at,
            decided_at=said_at + timedelta(minutes=5),
            is_sample=True,
            seq=len(list(self._folder.glob("*.json"))) + 1,
        )
        path.with_suffix(".json").write_text(record.model_dump_json())


def main() -> None:
    """Every size in turn; each step in a process of its own."""
    measured = []
    for days in HISTORY_DAYS:
        with TemporaryDirectory() as home:
            os.environ |= {
                "SHORTDRAMA_HOME": home,
                # A build wants keys, whatever it reads.
                "SHORTDRAMA_S3__ACCESS_KEY_ID": "no-lake",
                "SHORTDRAMA_S3__SECRET_ACCESS_KEY": "no-lake",
            }
            step(__file__, "fill", str(days))
            measured.append(
                {name: step(__file__, name) for name in ("full", "day", "next", "scan")}
            )
            check_call([sys.executable, COOKBOOK])  # noqa: S603
    _report(measured)


def _report(measured: list[dict[str, dict[str, float]]]) -> None:
    print("| fact rows | full refresh | peak | a day | peak | ÷ full | file | DuckDB's scan |")
    print("|---|---|---|---|---|---|---|---|")
    for m in measured:
        full, day = m["full"], m["day"]
        print(
            f"| {full['rows']:,} | {full['seconds']:.0f} s | {full['mb']:,.0f} MB"
            f" | {day['seconds']:.0f} s | {day['mb']:,.0f} MB"
            f" | {day['seconds'] / full['seconds']:.2f}"
            f" | {m['next']['file_mb']:,.0f} MB | {m['scan']['seconds']:.1f} s |"
        )
    small, large = measured
    print(
        f"\nA day at the larger size ÷ the smaller: "
        f"{large['day']['seconds'] / small['day']['seconds']:.2f}"
    )


def run_step(name: str, *arguments: str) -> dict[str, float]:
    """One step: its seconds, the peak memory of its processes and the warehouse's size, in MB."""
    folder = Path(os.environ["SHORTDRAMA_HOME"]) / "lake"
    folder.mkdir(exist_ok=True)
    lake = FolderLake(folder)
    if name == "fill":
        lake.fill(int(arguments[0]))
        return {}
    if name in ("day", "next"):
        end = LAST_DAY + timedelta(days=1 if name == "day" else 2)
        window = Window(start=end - timedelta(days=ESTIMATES.arrives.trailing.daily - 1), end=end)
        lake.put_estimates(window, said_on=end + timedelta(days=1))
    started = perf_counter()
    rows = _scan(folder) if name == "scan" else build(lake)
    seconds = perf_counter() - started
    used = [resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "rows": rows,
        "seconds": seconds,
        "cpu_seconds": sum(usage.ru_utime + usage.ru_stime for usage in used),
        "mb": max(usage.ru_maxrss for usage in used) / 1024,
        "file_mb": settings().warehouse_path.stat().st_size / 2**20,
    }


def build(lake: FolderLake) -> int:
    """Build the marts as a task does, without the gate; the number of facts."""
    path = settings().warehouse_path
    open_or_start_over(path, _say)
    inputs = lake.inputs()
    with duck.connect(path=path) as connection:
        plan = prepare(connection, inputs, lake, lambda _: None)  # type: ignore[arg-type]
    print(plan, file=sys.stderr)
    run_dbt(settings(), plan, _say, target="local")
    with duck.connect(path=path) as connection:
        built.finish(connection, inputs, plan, built_marts(), month_columns())
        row = connection.execute("select count(*) from marts.fct_app_estimates_daily").fetchone()
    return int(row[0]) if row else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _scan(folder: Path) -> int:
    """The sum that every month's figures need, over the same files."""
    with duck.connect() as connection:
        rows = connection.execute(
            "select country_code, date_trunc('month', estimated_on), sum(downloads), sum(revenue)"
            " from read_parquet(?) group by all",
            [str(folder / "estimates-*.parquet")],
        ).fetchall()
    return len(rows)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(run_step(*sys.argv[1:])))
    else:
        main()
