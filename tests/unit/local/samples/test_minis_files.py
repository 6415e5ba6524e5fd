from pathlib import Path

import pytest

from shortdrama.datasets.minis_catalog import CATALOG
from shortdrama.datasets.minis_search_interest import SEARCH_INTEREST
from shortdrama.sources.files.own_csv import Row, read_rows
from shortdrama_local.samples.minis_files import write_minis_files


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_minis_files(tmp_path_factory.mktemp("inbox") / "minis")


@pytest.fixture(scope="module")
def offers(paths: list[Path]) -> list[Row]:
    return read_rows(paths[0].read_bytes(), paths[0].name, CATALOG)


def apps(offers: list[Row], day: str, kind: str) -> int:
    return sum(
        row["apps"] or 0 for row in offers if str(row["snapshot_on"]) == day and row["kind"] == kind
    )


def test_the_apps_add_up_to_the_published_numbers(offers: list[Row]) -> None:
    assert apps(offers, "2026-01-11", "drama") == 13
    assert apps(offers, "2026-01-11", "game") == 28
    assert apps(offers, "2025-05-31", "drama") == 3
    assert apps(offers, "2025-05-31", "game") == 8


def test_only_the_two_published_names_stand_in_it(offers: list[Row]) -> None:
    assert [row["app_name"] for row in offers if row["app_name"]] == [
        "SnackShort",
        "StardustTV Minis",
    ]


def test_prices_are_of_the_market_and_of_no_app(offers: list[Row]) -> None:
    priced = [row for row in offers if row["unlock_price_usd"] is not None]
    (terms,) = priced
    assert (terms["evidence"], terms["apps"], terms["app_name"]) == ("market_terms", None, None)
    assert (terms["free_episodes_min"], terms["free_episodes_max"]) == (8, 10)
    assert (terms["monthly_price_low_usd"], terms["monthly_price_high_usd"]) == (40, 80)
    assert terms["unlock_price_is_lower_bound"] is True


def test_what_is_not_published_is_empty(offers: list[Row]) -> None:
    for column in ("publisher", "unified_app_id", "beans_per_episode", "first_seen_on"):
        assert {row[column] for row in offers} == {None}


def test_growth_is_a_lower_bound_against_mid_december(paths: list[Path]) -> None:
    growth, views = read_rows(paths[1].read_bytes(), paths[1].name, SEARCH_INTEREST)
    assert (str(growth["window_start_on"]), str(growth["window_end_on"])) == (
        "2025-12-30",
        "2026-01-05",
    )
    assert (growth["growth_ratio"], growth["growth_is_lower_bound"]) == (3, True)
    assert growth["compared_with"] == "mid-December 2025"
    assert growth["in_top_100"] is False
    assert (views["hashtag_views"], views["hashtag_views_is_lower_bound"]) == (10_000_000, True)


def test_the_same_facts_give_the_same_bytes(paths: list[Path], tmp_path: Path) -> None:
    assert [path.read_bytes() for path in write_minis_files(tmp_path)] == [
        path.read_bytes() for path in paths
    ]
