"""The checklist of docs/add-a-source.md, for every dataset there is."""

import json
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from shortdrama.config import REPOSITORY, S3Settings, Settings
from shortdrama.datasets import DATASETS, Dataset
from shortdrama.gates import profiles
from shortdrama.gates.suites import Suite
from shortdrama.lake.store import ObjectStore
from shortdrama.loads.connectors import connector_for

PACKAGE = REPOSITORY / "include" / "shortdrama"
STAGING = REPOSITORY / "dbt_project" / "models" / "staging"
ALL = pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)


def text(path: Path) -> str:
    assert path.is_file(), f"write {path.relative_to(REPOSITORY)}"
    return path.read_text(encoding="utf-8")


@ALL
def test_a_connector_brings_it(dataset: Dataset) -> None:
    settings = Settings(s3=S3Settings(access_key_id="key", secret_access_key=SecretStr("x")))
    connector = connector_for(dataset, settings, ObjectStore.of(settings.s3))
    assert callable(connector.pull)
    assert callable(connector.prepare)


@ALL
def test_its_sql_gives_every_column(dataset: Dataset) -> None:
    sql = text(PACKAGE / "sources" / "sql" / f"{dataset.id}.sql")
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
    # A rename keeps the old name in the select.
    missing = [c.name for c in dataset.all_columns if not re.search(rf"\b{c.name}\b", staged)]
    assert missing == []


@ALL
def test_a_dag_loads_it(dataset: Dataset) -> None:
    dag = text(REPOSITORY / "dags" / f"ingest_{dataset.source}.py")
    by_name = f'"{dataset.id}"' in dag
    by_inbox = f'plan_inbox("{dataset.source}")' in dag
    assert by_name or by_inbox, f"dags/ingest_{dataset.source}.py does not plan {dataset.id}"


@ALL
def test_readers_have_a_name_for_it(dataset: Dataset) -> None:
    for path in sorted((PACKAGE / "reports" / "locales").glob("*.json")):
        assert json.loads(path.read_text()).get(f"dataset.{dataset.id}"), f"name it in {path.name}"
