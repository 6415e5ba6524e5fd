"""The ordinary days that the limits of the gates are set against are loads, every time the same."""

from datetime import date

import duckdb
import pytest

from ordinary.year import ORDINARY
from shortdrama.datasets import DATASETS, dataset_named

DAYS = {
    "omdia.forecasts": date(2025, 10, 17),
    "minis.catalog": date(2025, 10, 3),
    "minis.search_interest": date(2025, 10, 7),
}
A_DAY = date(2025, 10, 7)


def rows(dataset_id: str, restless: float = 1.0) -> list[tuple[object, ...]]:
    load = ORDINARY[dataset_id](DAYS.get(dataset_id, A_DAY), restless)
    assert load is not None
    with duckdb.connect() as connection:
        dataset = dataset_named(dataset_id)
        columns = ", ".join(f"{column.name} {column.sql_type}" for column in dataset.columns)
        connection.execute(f"create table load ({columns})")
        connection.execute(f"insert into load {load.sql}")
        return connection.execute("select * from load order by all").fetchall()


def test_every_dataset_has_ordinary_days() -> None:
    assert ORDINARY.keys() == DATASETS.keys()


@pytest.mark.parametrize("dataset_id", ["tiktok.hashtags", "omdia.forecasts", "minis.catalog"])
def test_a_day_is_the_same_every_time_and_differs_when_it_is_restless(dataset_id: str) -> None:
    assert rows(dataset_id) == rows(dataset_id)
    assert rows(dataset_id) != rows(dataset_id, restless=3.0)


@pytest.mark.parametrize("dataset_id", DATASETS)
def test_a_day_has_every_key_once(dataset_id: str) -> None:
    dataset, found = dataset_named(dataset_id), rows(dataset_id)
    places = [[c.name for c in dataset.columns].index(name) for name in dataset.key]
    keys = {tuple(row[place] for place in places) for row in found}
    assert len(keys) == len(found) > 0
