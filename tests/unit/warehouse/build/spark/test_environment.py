"""The setting `spark` on a machine that has none says what to do, at once."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from shortdrama.core.settings import Settings, SparkSettings
from shortdrama.warehouse.build.spark.environment import SparkAway, check_ready


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """An environment that is installed, as far as can be seen."""
    for name in ("pyspark", "dbt"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def port() -> Iterator[int]:
    """A port of loopback on which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def refused(spark: SparkSettings) -> str:
    with pytest.raises(SparkAway) as error:
        check_ready(spark)
    return str(error.value)


def test_duckdb_is_the_engine_unless_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().warehouse.engine == "duckdb"
    monkeypatch.setenv("SHORTDRAMA_WAREHOUSE__ENGINE", "spark")
    monkeypatch.setenv("SHORTDRAMA_WAREHOUSE__SPARK__REMOTE", "sc://spark:15002")
    assert Settings().warehouse.engine == "spark"
    assert Settings().warehouse.spark.remote == "sc://spark:15002"


def test_each_engine_has_a_private_file_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a switch the other engine's file says nothing about what this one has built."""
    ours = Settings().warehouse_path
    monkeypatch.setenv("SHORTDRAMA_WAREHOUSE__ENGINE", "spark")
    assert Settings().warehouse_path != ours
    assert Settings().warehouse_path.parent == ours.parent


def test_a_server_that_answers(packages: Path, port: int) -> None:
    check_ready(SparkSettings(remote=f"sc://127.0.0.1:{port}", packages=packages))
    check_ready(SparkSettings(remote=f"sc://127.0.0.1:{port}/;token=t", packages=packages))


def test_the_environment_is_not_installed(tmp_path: Path) -> None:
    said = refused(SparkSettings(remote="sc://127.0.0.1:1", packages=tmp_path / "none"))
    assert f"its environment is not installed in {tmp_path / 'none'}" in said
    assert "run `make spark`, or set the engine to duckdb" in said


def test_no_server_is_named(packages: Path) -> None:
    said = refused(SparkSettings(packages=packages))
    assert "set SHORTDRAMA_WAREHOUSE__SPARK__REMOTE" in said


@pytest.mark.parametrize("remote", ["spark:15002", "http://spark:15002", "sc://", "sc://spark:x"])
def test_an_address_of_another_form(remote: str, packages: Path) -> None:
    assert "is not an address such as sc://" in refused(
        SparkSettings(remote=remote, packages=packages)
    )


def test_a_server_that_does_not_answer_is_named_without_its_token(packages: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    said = refused(SparkSettings(remote=f"sc://127.0.0.1:{port}/;token=secret", packages=packages))
    assert f"127.0.0.1:{port} does not answer" in said
    assert "secret" not in said
