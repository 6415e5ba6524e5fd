"""The checklist of docs/add-a-source.md, for every dataset there is."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr

from shortdrama.core.settings import REPOSITORY, S3Settings, Settings
from shortdrama.datasets import DATASETS
from shortdrama.datasets.model import Dataset
from shortdrama.gates import profiles
from shortdrama.gates.suites import Suite
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.words.formats import LocaleName
from shortdrama.sources.modules import module_of

PACKAGE = REPOSITORY / "include" / "shortdrama"
STAGING = REPOSITORY / "dbt_project" / "models" / "staging"
ALL = pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)


def text(path: Path) -> str:
    assert path.is_file(), f"write {path.relative_to(REPOSITORY)}"
    return path.read_text(encoding="utf-8")


@ALL
def test_a_connector_brings_it(dataset: Dataset) -> None:
    settings = Settings(s3=S3Settings(access_key_id="key", secret_access_key=SecretStr("x")))
    module = module_of(dataset)
    assert callable(module.connector(settings, ObjectStore.of(settings.s3)).pull)
    assert callable(module.prepare)


@ALL
def test_its_sql_gives_every_column(dataset: Dataset) -> None:
    sql = text(PACKAGE / "sources" / dataset.source / f"{dataset.name}.rows.sql")
    missing = [c.name for c in dataset.columns if not re.search(rf"\b{c.name}\b", sql)]
    assert missing == []


@ALL
@pytest.mark.parametrize("kind", ["rows", "load"])
def test_its_suites_count_rows_and_give_reasons(dataset: Dataset, kind: str) -> None:
    suite = Suite.load(f"{dataset.id}.{kind}")
    counts = [
        e
        for e in suite.expectations
        if "row_count" in (e["type"] + str(e["kwargs"])) and e["severity"] == "critical"
    ]
    assert counts, "expect at least one row, critically"
    assert all(e["meta"]["reason"] for e in suite.expectations)


@ALL
def test_its_profile_gives_every_figure_of_the_load_suite(dataset: Dataset) -> None:
    profile = "".join(map(profiles.text, profiles.parts_of(dataset)))
    suite = Suite.load(f"{dataset.id}.load")
    assert [name for name in suite.columns if f"as {name}" not in profile] == []


@ALL
def test_it_is_staged_with_a_description(dataset: Dataset) -> None:
    folder = STAGING / dataset.source
    name = f"stg_{dataset.source}__{dataset.name}"
    staged = text(folder / f"{name}.sql")
    assert f"source('{dataset.source}', '{dataset.name}')" in staged
    assert f"identifier: {dataset.table}" in text(folder / f"_{dataset.source}__sources.yml")
    assert f"- name: {name}\n    description:" in text(folder / f"_{dataset.source}__models.yml")


@ALL
def test_a_dag_loads_it(dataset: Dataset) -> None:
    dag = text(REPOSITORY / "dags" / f"ingest_{dataset.source}.py")
    by_factory = f'_dag("{dataset.source}"' in dag
    by_requests = "_requests(" in dag and "load" in dag
    assert by_factory or by_requests, f"dags/ingest_{dataset.source}.py does not plan {dataset.id}"


@ALL
def test_readers_have_a_name_for_it(dataset: Dataset) -> None:
    assert dataset.titles.keys() == set(get_args(LocaleName)), "give it a title in every locale"
    assert all(dataset.titles.values())
