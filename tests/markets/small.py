"""A small market that is known by heart.

Each product has the same figures on every day (`DAILY`), so that any sum can be done in the head.
The second quarter is one load, the third another; September is restated by a third load, which
drops an app. One load is a replay of an old answer, one ties with another in `said_at`.
"""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow

from shortdrama.core.settings import PUBLISHED_FIGURES
from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.datasets.appfigures_ranks import RANKS
from shortdrama.datasets.minis_catalog import CATALOG
from shortdrama.datasets.minis_search_interest import SEARCH_INTEREST
from shortdrama.datasets.model import Dataset
from shortdrama.datasets.omdia_forecasts import FORECASTS
from shortdrama.datasets.tiktok_hashtags import HASHTAGS
from shortdrama.sources.files.own_csv import parse as parse_minis
from shortdrama.warehouse.build.ops_sources import create_relations
from shortdrama_local.samples.minis_files import write_minis_files

Q2 = (date(2025, 4, 1), date(2025, 6, 30))
Q3 = (date(2025, 7, 1), date(2025, 9, 30))
JULY = (date(2025, 7, 1), date(2025, 7, 31))
SEPTEMBER = (date(2025, 9, 1), date(2025, 9, 30))
LAST_DAY = (date(2025, 9, 30), date(2025, 9, 30))
COUNTRIES = ("ZZ", "CN", "US", "IN")

# product id: unified app id, unified name, product's name, store
REELSHORT_IOS, REELSHORT_ANDROID, DRAMABOX, SOLO, HONGGUO, VANISHER, IDLE = range(1, 8)
LISTED = {
    REELSHORT_IOS: ("ua_reel", "ReelShort", "ReelShort - Stream Drama", "apple"),
    REELSHORT_ANDROID: ("ua_reel", "ReelShort", "ReelShort", "google_play"),
    DRAMABOX: ("ua_box", "DramaBox", "DramaBox - Stories", "apple"),
    SOLO: (None, None, "Solo Drama", "google_play"),
    HONGGUO: ("ua_hong", "Hongguo", "Hongguo", "apple"),
    VANISHER: ("ua_gone", "Vanisher", "Vanisher", "apple"),
    IDLE: ("ua_idle", "Idle", "Idle", "apple"),
}

Figures = dict[tuple[int, str], tuple[int, str]]
"""Downloads and revenue of one day by product and country."""

DAILY: Figures = {
    (REELSHORT_IOS, "ZZ"): (100, "1000.00"),
    (REELSHORT_IOS, "US"): (40, "500.00"),
    (REELSHORT_IOS, "IN"): (30, "50.00"),
    (REELSHORT_ANDROID, "ZZ"): (50, "400.00"),
    (REELSHORT_ANDROID, "US"): (20, "100.00"),
    (DRAMABOX, "ZZ"): (80, "500.00"),
    (DRAMABOX, "US"): (30, "200.00"),
    (DRAMABOX, "IN"): (10, "20.00"),
    (HONGGUO, "ZZ"): (200, "700.00"),
    (HONGGUO, "CN"): (200, "700.00"),
    (IDLE, "ZZ"): (0, "0.00"),
}
DAILY_Q3: Figures = DAILY | {
    (SOLO, "ZZ"): (30, "60.00"),
    (SOLO, "US"): (5, "10.00"),
    (VANISHER, "ZZ"): (10, "20.00"),
    (VANISHER, "US"): (1, "2.00"),
}
DAILY_RESTATED: Figures = {key: value for key, value in DAILY_Q3.items() if key[0] != VANISHER} | {
    (REELSHORT_IOS, "ZZ"): (100, "1100.00")
}


@dataclass
class Load:
    """A load as the ledger accepts it, with its rows."""

    dataset: Dataset
    load_id: str
    said_at: str
    window: tuple[date, date]
    countries: tuple[str | None, ...] = (None,)
    rows: list[dict[str, Any]] = field(default_factory=list)
    accepted_at: str | None = None  # at once, unless it is a replay
    provider: str | None = None  # where the dataset has several


def days(window: tuple[date, date]) -> Iterator[date]:
    start, end = window
    for offset in range((end - start).days + 1):
        yield start + timedelta(days=offset)


def products(load_id: str, said_at: str, listed: dict[int, tuple[Any, ...]]) -> Load:
    rows = [
        {
            "product_id": product_id,
            "unified_app_id": app_id,
            "unified_app_name": app_name,
            "name": name,
            "developer": f"Developer {product_id}",
            "store": store,
            "storefront": store,
            "vendor_identifier": name,
            "product_type": "app",
            "is_active": True,
        }
        for product_id, (app_id, app_name, name, store) in listed.items()
    ]
    day = date.fromisoformat(said_at[:10])
    return Load(PRODUCTS, load_id, said_at, (day, day), rows=rows)


def estimates(
    load_id: str,
    said_at: str,
    window: tuple[date, date],
    figures: Figures,
    countries: tuple[str, ...] = COUNTRIES,
) -> Load:
    rows = [
        {
            "product_id": product_id,
            "country_code": country,
            "estimated_on": day,
            "downloads": downloads,
            "revenue": Decimal(revenue),
            "currency": "USD",
        }
        for (product_id, country), (downloads, revenue) in figures.items()
        if country in countries
        for day in days(window)
    ]
    return Load(ESTIMATES, load_id, said_at, window, countries, rows)


def ranks(load_id: str, said_at: str, places: dict[int, int]) -> Load:
    """Apple's chart of top-grossing apps in the US on the last day."""
    rows = [
        {
            "product_id": product_id,
            "country_code": "US",
            "category_id": 6016,
            "category_name": "Entertainment",
            "device": "handheld",
            "subtype": "topgrossing",
            "ranked_on": LAST_DAY[0],
            "rank": place,
        }
        for product_id, place in places.items()
    ]
    return Load(RANKS, load_id, said_at, LAST_DAY, ("US",), rows)


def hashtags(load_id: str, said_at: str, views: dict[str, int]) -> Load:
    rows = [
        {
            "hashtag_id": str(number),
            "hashtag_name": name,
            "country_code": "US",
            "window_days": 7,
            "as_of_at": "2025-09-30T00:00:00",
            "views": count,
            "audience_ages": [] if name == "shortdrama" else None,  # watched
            "curve": [
                {
                    "curve_on": date(2025, 9, 29),
                    "relative_value": Decimal("1.000000"),
                    "views": 100 * count,
                    "rank": None,
                }
            ],
        }
        for number, (name, count) in enumerate(views.items(), start=4100)
    ]
    return Load(HASHTAGS, load_id, said_at, LAST_DAY, ("US",), rows, provider="business")


def omdia(load_id: str, said_at: str, published_on: str, scale: int = 1) -> Load:
    """The published Omdia figures of a vintage; another `scale` is a slip of the unit."""
    with PUBLISHED_FIGURES.open(encoding="utf-8", newline="") as file:
        facts = [
            fact
            for fact in csv.DictReader(file)
            if fact["vendor"] == "Omdia" and fact["published_on"] == published_on
        ]
    rows = [
        {
            "publisher": "Omdia",
            "published_on": published_on,
            "geography": fact["geography"],
            "segment": fact["scope"],
            "metric": fact["metric"],
            "unit": fact["unit"],
            "year": int(fact["period"]),
            "value_kind": "forecast",
            "value": Decimal(fact["value"]) / scale,
            "is_lower_bound": fact["is_lower_bound"] == "true",
            "value_basis": fact["value_basis"],
            "basis_evidence": fact["basis_evidence"],
            "file_name": "omdia.xlsx",
            "sheet": "Revenue",
            "cell": f"F{number}",
        }
        for number, fact in enumerate(facts, start=8)
    ]
    day = date.fromisoformat(published_on)
    return Load(FORECASTS, load_id, said_at, (day, day), rows=rows)


def minis(said_at: str) -> list[Load]:
    """The files of published facts about TikTok Minis."""
    with TemporaryDirectory() as folder:
        files = [(path.read_bytes(), path.name) for path in write_minis_files(Path(folder))]
    loads = []
    for dataset, file in zip((CATALOG, SEARCH_INTEREST), files, strict=True):
        window, rows = parse_minis(*file, dataset)
        loads.append(
            Load(dataset, dataset.table, said_at, (window.start, window.end), rows=list(rows))
        )
    return loads


def small_market() -> list[Load]:
    """The loads, in the order of the ledger."""
    listed_later = {key: value for key, value in LISTED.items() if key != DRAMABOX}
    listed_later[SOLO] = (None, None, "Solo Drama 2", "google_play")
    tenfold: Figures = {key: (value[0] * 10, "9999.00") for key, value in DAILY.items()}
    return [
        products("products-first", "2025-07-01T00:00:00", LISTED),
        products("products-without-dramabox", "2025-10-01T00:00:00", listed_later),
        estimates("estimates-q2", "2025-07-05T00:00:00", Q2, DAILY),
        estimates("estimates-q3", "2025-10-01T00:00:00", Q3, DAILY_Q3),
        estimates("estimates-september", "2025-10-02T00:00:00", SEPTEMBER, DAILY_RESTATED),
        replace(
            estimates("estimates-replay-of-july", "2025-08-05T00:00:00", JULY, tenfold),
            accepted_at="2025-10-03T00:00:00",
        ),
        estimates(
            "estimates-same-instant",
            "2025-10-02T00:00:00",
            LAST_DAY,
            {(DRAMABOX, "US"): (31, "201.00")},
            ("US",),
        ),
        ranks("ranks-first", "2025-10-01T00:00:00", {REELSHORT_IOS: 1, VANISHER: 3}),
        ranks("ranks-again", "2025-10-03T00:00:00", {REELSHORT_IOS: 2, DRAMABOX: 1}),
        hashtags("hashtags-first", "2025-09-30T06:00:00", {"shortdrama": 5, "dropped": 1}),
        hashtags("hashtags-again", "2025-09-30T09:00:00", {"shortdrama": 7}),
        omdia("omdia-october-in-millions", "2025-10-14T00:00:00", "2025-10-14", 1_000_000),
        omdia("omdia-october", "2025-10-15T00:00:00", "2025-10-14"),
        omdia("omdia-february", "2026-02-23T00:00:00", "2026-02-23"),
        *minis("2026-02-24T00:00:00"),
    ]


def write_raw(path: Path, loads: list[Load]) -> None:
    """The schema `raw` as the warehouse runner makes it, with tables instead of views."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw")
        for dataset in DATASETS.values():
            columns = ", ".join(
                f"{column.name} {column.sql_type}" for column in dataset.all_columns
            )
            connection.execute(f"create table raw.{dataset.table} ({columns})")
        connection.execute(
            """
            create table raw.load_coverage (
                dataset varchar, load_id varchar, load_seq bigint, said_at timestamp,
                accepted_at timestamp, country_code varchar, start_on date, end_on date,
                is_sample boolean, provider varchar
            )
            """
        )
        connection.execute(
            """
            create table raw.load_vendors (
                load_id varchar, load_seq bigint, said_at timestamp, vendor varchar,
                methodology varchar, scope varchar, revenue_basis varchar, basis_evidence varchar,
                currency varchar, may_redistribute boolean, source varchar
            )
            """
        )
        for load_seq, load in enumerate(loads, start=1):
            _insert(connection, load, load_seq)
        _insert_ops(connection, loads)


def _insert(connection: duckdb.DuckDBPyConnection, load: Load, load_seq: int) -> None:
    lineage = {"load_id": load.load_id, "said_at": load.said_at, "is_sample": True}
    rows = pyarrow.Table.from_pylist([row | lineage for row in load.rows])
    connection.register("rows", rows)
    connection.execute(f"insert into raw.{load.dataset.table} by name select * from rows")
    connection.executemany(
        "insert into raw.load_coverage values (?, ?, ?, ?, ?, ?, ?, ?, true, ?)",
        [
            (
                load.dataset.id,
                load.load_id,
                load_seq,
                load.said_at,
                load.accepted_at or load.said_at,
                country,
                *load.window,
                load.provider,
            )
            for country in load.countries
        ],
    )


REFUSED = {
    "suite": "omdia.forecasts.load",
    "expectation": "expect_column_values_to_be_between",
    "column": "world_revenue_usd_min",
    "severity": "critical",
    "unexpected": 1,
    "checked": 1,
    "expected": "at least 1,000,000,000",
    "observed": 110,
    "reason": "A unit has slipped.",
}
OUTCOMES: list[tuple[str, str, str, str | None, dict[str, Any]]] = [
    (
        "pull", "succeeded", "pull-1", "appfigures.estimates",
        {"planned_calls": 18, "used_calls": 17, "reused_parts": 1, "quota_usage": 640,
         "quota_limit": 1000},
    ),
    ("pull", "failed", "pull-2", "tiktok.hashtags", {}),
    ("gate", "succeeded", "estimates-q2", "appfigures.estimates", {"rows": 10, "findings": []}),
    ("gate", "refused", "omdia-refused", "omdia.forecasts", {"rows": 5, "findings": [REFUSED]}),
    ("gate", "succeeded", "f00d", None, {"rows": 99, "findings": [REFUSED, REFUSED]}),
    ("build", "failed", "f00d", None, {}),
    ("publish", "succeeded", "snapshot-1", None,
     {"fingerprint": "f00d", "previous": None, "warnings": ["one", "two"]}),
    ("send", "succeeded", "weekly_brief/2025-W39", None, {}),
]  # fmt: skip
"""What happened: kind, status, subject, dataset and details of each outcome."""


def _insert_ops(connection: duckdb.DuckDBPyConnection, loads: list[Load]) -> None:
    """Each load is accepted, one more is refused after all of them; and `OUTCOMES`."""
    create_relations(connection)
    refused = Load(FORECASTS, "omdia-refused", "2026-02-24T00:00:00", LAST_DAY)
    connection.executemany(
        "insert into raw.ops_loads (dataset, record_number, load_id, status, start_on, end_on,"
        ' "rows", said_at, decided_at, is_sample, reasons)'
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, true, ?)",
        [
            (
                load.dataset.id,
                number,
                load.load_id,
                "quarantined" if load is refused else "accepted",
                *load.window,
                len(load.rows),
                load.said_at,
                load.accepted_at or load.said_at,
                "A unit has slipped." if load is refused else None,
            )
            for number, load in enumerate([*loads, refused], start=1)
        ],
    )
    connection.executemany(
        "insert into raw.ops_outcomes (uri, kind, status, subject, dataset, details, ended_at)"
        " values (?, ?, ?, ?, ?, ?, timestamp '2026-02-24 09:00:00')",
        [
            (f"s3://lake/ops/outcomes/{kind}/2026-02-24/{number}.json", kind, *rest, json.dumps(d))
            for number, (kind, *rest, d) in enumerate(OUTCOMES)
        ],
    )
    connection.execute(
        "insert into raw.ops_sends values"
        " ('weekly_brief/2025-W39', '0123456789ab', 'zh', 'sent',"
        " '2026-02-24', '2026-02-24', 'edition')"
    )


if __name__ == "__main__":
    # For dbt's pages: `make dbt-docs`.
    write_raw(Path(sys.argv[1]), small_market())
