"""Small good loads and marts, made in SQL. A test breaks one thing by a statement of its own."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from shortdrama.datasets import Dataset, dataset_named
from shortdrama.gates.load_gate import audit_load
from shortdrama.gates.results import GateResult
from shortdrama.lake.ledger import Coverage
from shortdrama.lake.store import ObjectStore
from shortdrama.windows import Window

LOAD_ID = "L1"
SAID_AT = datetime(2025, 7, 21, 12, tzinfo=UTC)
JULY = Window(start=date(2025, 7, 1), end=date(2025, 7, 20))

COVERAGE = {
    "appfigures.estimates": Coverage(window=JULY, countries=("ZZ", "US", "IN", "BR", "CN")),
    "appfigures.products": Coverage(window=JULY),
    "appfigures.ranks": Coverage(window=JULY, countries=("US", "BR")),
    "tiktok.hashtags": Coverage(window=JULY, countries=("US", "ID")),
    "omdia.forecasts": Coverage(window=JULY),
    "minis.catalog": Coverage(window=JULY),
    "minis.search_interest": Coverage(window=JULY),
}

GOOD = {
    "appfigures.estimates": """
        select product_id, country_code, cast(estimated_on as date), downloads,
            downloads * per_download, 'USD'
        from unnest([336744124021, 336744124022, 336744124023, 336744124024]) as p(product_id),
            (values ('ZZ', 10000, 2.0), ('US', 1000, 10.06), ('IN', 2000, 0.08),
                ('BR', 1000, 0.6), ('CN', 500, 1.0)) as c(country_code, downloads, per_download),
            generate_series(date '2025-07-01', date '2025-07-20', interval 1 day) as d(estimated_on)
    """,
    "appfigures.products": """
        select 336744124000 + i, 'ua_' || (i % 40), 'App ' || (i % 40), '某某短剧', '短剧 ' || i,
            'Publisher', if(i < 40, 'apple', 'google_play'), if(i < 40, 'apple:ios', 'google_play'),
            'com.example.' || i, 'app', date '2024-02-29', null, true
        from range(80) as r(i)
    """,
    "appfigures.ranks": """
        select product_id, country_code, category_id, 'Entertainment', 'handheld', subtype,
            cast(ranked_on as date), place
        from (values (336744124021, 1), (336744124022, 40)) as p(product_id, place),
            unnest(['US', 'BR']) as c(country_code), unnest([6016, 10016]) as g(category_id),
            unnest(['free', 'topgrossing']) as s(subtype),
            generate_series(date '2025-07-01', date '2025-07-20', interval 1 day) as d(ranked_on)
    """,
    "tiktok.hashtags": """
        select '72' || i, name, country_code, window_days, timestamp '2025-07-21 12:00:00',
            if(i = 2, null, i + 1), 0, 3, 1000, if(i = 2, null, 50000), 9000, 800000, false, null,
            [{'curve_on': date '2025-07-19', 'relative_value': 0.4},
             {'curve_on': date '2025-07-20', 'relative_value': 1}],
            if(i = 0, [{'age_level': '18-24', 'score': 0.7}], null)
        from (values (0, 'shortdrama'), (1, '短剧🎬'), (2, '🔥')) as t(i, name),
            unnest(['US', 'ID']) as c(country_code), unnest([7, 30]) as w(window_days)
    """,
    "omdia.forecasts": """
        select 'Omdia', date '2025-06-14', '1H25', geography, segment, metric, unit, 2025,
            'forecast', value, false, 'gross', 'inferred', 'omdia.xlsx', 'Revenue', cell
        from (values
            ('World', 'microdramas', 'revenue', 'USD', 11e9, 'H8'),
            ('World ex-China', 'microdramas', 'revenue', 'USD', 1.87e9, 'H9'),
            ('CN', 'microdramas', 'revenue', 'USD', 9.13e9, 'H10'),
            ('US', 'microdramas', 'revenue', 'USD', 1.1e9, 'H11'),
            ('World', 'FAST channels', 'revenue', 'USD', 5.8e9, 'H12'),
            ('CN', 'microdramas', 'revenue_share', 'ratio', 0.83, 'H13')
        ) as f(geography, segment, metric, unit, value, cell)
    """,
    "minis.catalog": """
        select date '2025-07-20', 'US', id, kind, evidence, apps, name, null, null, model, free,
            free + 2, null, null, price, price is not null, price * 4, price * 8, discount, null,
            null, date '2025-07-21', 'a newspaper'
        from (values
            ('snackshort', 'drama', 'named', 1, 'SnackShort', 'beans', 8, 10.00, 0.1),
            ('stardust', 'drama', 'named', 1, 'StardustTV Minis', null, null, null, null),
            ('unnamed-dramas', 'drama', 'count_only', 11, null, null, null, null, null),
            ('unnamed-games', 'game', 'count_only', 28, null, null, null, null, null),
            ('drama-market', 'drama', 'market_terms', null, null, null, 8, 10.00, 0.1)
        ) as m(id, kind, evidence, apps, name, model, free, price, discount)
    """,
    "minis.search_interest": """
        select date '2025-07-14', date '2025-07-20', 'ZZ', subject, growth, growth is not null,
            base, growth is null, views, views is not null, date '2025-07-21', 'a newspaper'
        from (values
            ('TikTok Minis', 3.0, 'mid-June', null),
            ('#TikTokMinis', null, null, 10000000)
        ) as s(subject, growth, base, views)
    """,
}


def write_load(dataset: Dataset, path: Path, *statements: str) -> Path:
    """A good load as Parquet, after the statements have changed the table `load`."""
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in dataset.all_columns)
    with duckdb.connect() as connection:
        connection.execute(f"create table load ({columns})")
        insert = "insert into load select *, ?, timestamp '2025-07-21 12:00:00', true from"
        connection.execute(f"{insert} ({GOOD[dataset.id]})", [LOAD_ID])
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"copy load to '{path}' (format parquet)")
    return path


Audit = Callable[..., GateResult]


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """Audit a load of the dataset, made by `write_load`."""

    def run(
        dataset_id: str,
        *statements: str,
        coverage: Coverage | None = None,
        slice_rows: int = 10_000,
    ) -> GateResult:
        dataset = dataset_named(dataset_id)
        path = write_load(dataset, tmp_path / "load.parquet", *statements)
        return audit_load(
            dataset,
            path,
            LOAD_ID,
            coverage or COVERAGE[dataset_id],
            SAID_AT,
            accepted=(),
            store=ObjectStore(None, "lake"),
            s3=None,
            slice_rows=slice_rows,
        )

    return run
