"""The ordinary market of `tests/ordinary` as the schema `raw` of a warehouse, for builds.

40 apps in eight countries from July 2025, hashtags of two countries, charts, two editions of Omdia
and the Minis. Germany was not asked for in one pull, so that some periods are not complete. What
else is not as regular as its figures is in `markets.irregular`.
"""

from datetime import date, timedelta
from pathlib import Path

import duckdb

from markets.irregular import add_irregularities
from markets.small import minis, omdia, write_raw
from ordinary.loads import OrdinaryLoad
from ordinary.year import ORDINARY
from shortdrama.datasets import dataset_named

BUILT_ON = date(2026, 2, 25)
"""The day of the build."""
PUBLISHED_ON = date(2026, 2, 18)
"""The day of the build before, whose marts are published."""

APPS = "(product_id - 336744124000) // 2 between 1 and 40"
LISTED = (
    "product_id in (select product_id from raw.appfigures_products"
    f" where said_at < '{PUBLISHED_ON + timedelta(days=1)}')"
)
COUNTRIES = ("ZZ", "CN", "US", "IN", "BR", "JP", "GB", "DE")
WITHOUT_GERMANY = date(2025, 11, 3)
# A pull repeats the last five days of the one before, which have settled since.
ESTIMATES_SAID_ON = (
    *(date(2025, 8, 5) + timedelta(days=30 * number) for number in range(7)),
    PUBLISHED_ON,
    BUILT_ON,
)
LISTED_ON = (date(2025, 7, 1), date(2025, 12, 1), PUBLISHED_ON, BUILT_ON)
HASHTAG_DAYS = 40

# The curve of a business account has views, which here are shares of those of the window.
CURVE = """
    list_transform(curve, p -> {
        'curve_on': p.curve_on,
        'relative_value': p.relative_value,
        'views': cast(
            views * p.relative_value / list_sum(list_transform(curve, q -> q.relative_value))
            as bigint
        ),
        'rank': null
    }) as curve
"""


def write_ordinary_market(path: Path) -> None:
    """The schema `raw` with all loads until `BUILT_ON`."""
    write_raw(
        path,
        [
            omdia("omdia-october", "2025-10-15T00:00:00", "2025-10-14"),
            omdia("omdia-february", "2026-02-24T00:00:00", "2026-02-23"),
            *minis("2026-02-10T00:00:00"),
        ],
    )
    with duckdb.connect(str(path)) as connection:
        # Both editions say the same about 2025; here the second one revises it.
        connection.execute(
            "update raw.omdia_forecasts set value = 1.08 * value"
            " where load_id = 'omdia-february' and year = 2025"
        )
        for day in LISTED_ON:
            _add(connection, "appfigures.products", day, f"select * from load where {APPS}")
        for day in ESTIMATES_SAID_ON:
            asked = [c for c in COUNTRIES if day != WITHOUT_GERMANY or c != "DE"]
            rows = f"select * from load where {LISTED} and country_code in {tuple(asked)}"
            _add(connection, "appfigures.estimates", day, rows, asked)
        ranks = f"select * from load where {LISTED} and country_code in ('US', 'JP')"
        _add(connection, "appfigures.ranks", BUILT_ON, ranks, ["US", "JP"])
        for age in range(HASHTAG_DAYS, -1, -1):
            rows = (
                f"select * replace ({CURVE}) from load"
                " where country_code in ('US', 'ID') and (rank is null or rank <= 40)"
            )
            day = BUILT_ON - timedelta(days=age)
            _add(connection, "tiktok.hashtags", day, rows, ["US", "ID"], provider="business")
        add_irregularities(connection)


def forget_what_came_after(path: Path, day: date) -> None:
    """Take away the loads that were accepted after a day."""
    with duckdb.connect(str(path)) as connection:
        tables = connection.execute(
            "select table_name from duckdb_columns()"
            " where schema_name = 'raw' and column_name = 'said_at' and not starts_with"
            "(table_name, 'stg') and table_name in (select table_name from duckdb_tables())"
        ).fetchall()
        for (table,) in tables:
            connection.execute(
                f"delete from raw.{table} where said_at >= ?", [day + timedelta(days=1)]
            )


def _add(
    connection: duckdb.DuckDBPyConnection,
    dataset_id: str,
    said_on: date,
    rows: str,
    countries: list[str] | None = None,
    provider: str | None = None,
) -> None:
    dataset = dataset_named(dataset_id)
    load = ORDINARY[dataset_id](said_on, 1.0)
    assert isinstance(load, OrdinaryLoad)
    own = ", ".join(column.name for column in dataset.columns)
    load_id = f"{dataset.name}-{said_on}"
    row = connection.execute("select count(*) + 1 from raw.ops_loads").fetchone()
    assert row
    connection.execute(
        f"insert into raw.{dataset.table} by name"
        f" select *, '{load_id}' as load_id, timestamp '{load.said_at:%F %T}' as said_at,"
        f" true as is_sample from (with load({own}) as ({load.sql}) {rows})"
    )
    for country in countries or [None]:
        connection.execute(
            "insert into raw.load_coverage values (?, ?, ?, ?, ?, ?, ?, ?, true, ?)",
            [dataset_id, load_id, 100 + row[0], load.said_at, load.said_at, country,
             load.window.start, load.window.end, provider],
        )  # fmt: skip
    connection.execute(
        "insert into raw.ops_loads (dataset, record_number, load_id, status, start_on, end_on,"
        ' "rows", said_at, decided_at, is_sample)'
        " values (?, ?, ?, 'accepted', ?, ?, 1, ?, ?, true)",
        [dataset_id, 100 + row[0], load_id, load.window.start, load.window.end,
         load.said_at, load.said_at],
    )  # fmt: skip
