from datetime import UTC, datetime
from pathlib import Path

import pytest

from shortdrama.core import settings as config
from shortdrama.core.settings import PUBLISHED_FIGURES, Settings, settings
from shortdrama.datasets import DATASETS, dataset_named
from shortdrama.datasets.model import LINEAGE


@pytest.fixture
def clean_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of its own, no settings in the environment, and nothing read yet."""
    for name in [name for name in config.environ if name.startswith("SHORTDRAMA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SHORTDRAMA_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_a_lake_is_real_unless_somebody_says_otherwise(clean_home: Path) -> None:
    assert settings().lake_kind == "real"
    assert not settings().clock.is_frozen


def test_the_environment_wins_over_the_homes_file(
    clean_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clean_home / "settings.env").write_text(
        "SHORTDRAMA_S3__BUCKET=of-the-file\nSHORTDRAMA_S3__REGION=eu-west-3\n"
    )
    monkeypatch.setenv("SHORTDRAMA_S3__BUCKET", "of-the-environment")
    assert settings().s3.bucket == "of-the-environment"
    assert settings().s3.region == "eu-west-3"


def test_nested_lists_come_as_json(clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORTDRAMA_APPFIGURES__COUNTRIES", '["US", "CN"]')
    monkeypatch.setenv("SHORTDRAMA_MAIL__RECIPIENTS", '[{"address": "a@b.invalid"}]')
    assert settings().appfigures.countries == ("US", "CN")
    assert settings().mail.recipients[0].locale == "en"


def test_the_clock_can_be_frozen(clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORTDRAMA_FROZEN_CLOCK", "2026-02-25T08:00:00Z")
    assert settings().clock.now() == datetime(2026, 2, 25, 8, tzinfo=UTC)


def test_secrets_do_not_show(clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("APPFIGURES__TOKEN", "TIKTOK__TOKEN", "S3__SECRET_ACCESS_KEY", "MAIL__PASSWORD"):
        monkeypatch.setenv(f"SHORTDRAMA_{name}", "planted")
    assert settings().mail.password.get_secret_value() == "planted"
    assert "planted" not in repr(settings())
    assert "planted" not in settings().model_dump_json()


def test_what_the_machine_keeps_lies_in_its_home(clean_home: Path) -> None:
    assert Settings().warehouse_path == clean_home / "warehouse" / "market.duckdb"


def test_the_published_figures_are_in_the_repository() -> None:
    assert PUBLISHED_FIGURES.read_text(encoding="utf-8").startswith("fact_id,")


def test_an_unknown_dataset_is_told_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"no dataset is called 'appfigures\.sales'; there are: app"):
        dataset_named("appfigures.sales")


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda dataset: dataset.id)
def test_a_datasets_key_is_made_of_required_columns_of_its_own(dataset) -> None:
    required = {column.name for column in dataset.columns if column.required}
    assert set(dataset.key) <= required
    assert dataset.all_columns[-3:] == LINEAGE


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda dataset: dataset.id)
def test_no_column_holds_a_float(dataset) -> None:
    types = " ".join(column.sql_type for column in dataset.columns)
    assert not {"FLOAT", "DOUBLE", "REAL"} & set(types.split())
