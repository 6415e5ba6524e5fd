"""What becomes of the rows when a load is revoked, by how its dataset's loads follow each other."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shortdrama.core.windows import Window
from shortdrama.datasets import dataset_named
from shortdrama.ingest.revoking import effect_of
from shortdrama.lake.ledger import Coverage, LoadRecord

FIRST = datetime(2026, 2, 1, 8, tzinfo=UTC)
ESTIMATES, HASHTAGS, PRODUCTS, FORECASTS = map(
    dataset_named,
    ("appfigures.estimates", "tiktok.hashtags", "appfigures.products", "omdia.forecasts"),
)


def load(
    load_id: str, days: tuple[int, int] = (1, 4), countries: str = "ZZ US", **more: Any
) -> LoadRecord:
    """A load of some days of January, said so many days after the first one."""
    said_at = FIRST + timedelta(days=more.pop("said", 0))
    window = Window(start=date(2026, 1, days[0]), end=date(2026, 1, days[1]))
    return LoadRecord(
        load_id=load_id, pull_id=load_id, dataset="d", status="accepted", key="k", sha256="",
        rows=1, said_at=said_at, decided_at=said_at, is_sample=True, seq=more.pop("seq", 1),
        coverage=Coverage(window=window, countries=tuple(countries.split()), **more),
    )  # fmt: skip


def effect(record: LoadRecord, *others: LoadRecord, dataset: Any = ESTIMATES) -> Any:
    found = effect_of(record, dataset, [record, *others])
    return found and (found.covered, found.decided, found.restored, found.emptied)


def test_the_only_load_leaves_nothing() -> None:
    assert effect(load("a")) == (8, 8, {}, 8)


def test_days_come_back_from_the_newest_older_load_that_covers_them() -> None:
    newest, older = load("new", (2, 4), said=5), load("old", (1, 2), said=1)
    between = load("between", (2, 3), "US", said=3)
    assert effect(newest, older, between) == (6, 6, {"old": 1, "between": 2}, 3)


def test_a_load_that_newer_ones_cover_changes_nothing() -> None:
    assert effect(load("a"), load("b", (1, 30), said=1)) == (8, 0, {}, 0)
    found = effect_of(load("a"), ESTIMATES, [load("a"), load("b", said=1)])
    assert found is not None
    assert found.text == "Newer loads decide all that it covers: without it no figure changes."


def test_what_a_newer_load_did_not_ask_for_is_still_decided_by_it() -> None:
    assert effect(load("a"), load("b", (1, 4), "ZZ", said=1)) == (8, 4, {}, 4)


def test_of_loads_said_at_the_same_instant_the_later_verdict_decides() -> None:
    """A replay and its original."""
    assert effect(load("replay", seq=2), load("original")) == (8, 8, {"original": 8}, 0)
    assert effect(load("original"), load("replay", seq=2)) == (8, 0, {}, 0)


def test_a_snapshot_of_countries_comes_back_by_country() -> None:
    newest, older = load("new", said=1), load("old", countries="US")
    assert effect(newest, older, dataset=HASHTAGS) == (2, 2, {"old": 1}, 1)


def test_another_provider_neither_replaces_nor_restores_anything() -> None:
    own, theirs = load("own", provider="business"), load("b", said=1, provider="creative_center")
    assert effect(own, theirs, dataset=HASHTAGS) == (2, 2, {}, 2)


@pytest.mark.parametrize(("said", "expected"), [(1, (1, 1, {"b": 1}, 0)), (-1, (1, 0, {}, 0))])
def test_a_whole_list_is_one_slice(said: int, expected: Any) -> None:
    record = load("a", countries="", said=said)
    assert effect(record, load("b", countries=""), dataset=PRODUCTS) == expected


def test_which_editions_a_file_has_is_not_known_without_its_rows() -> None:
    assert effect(load("a", countries=""), dataset=FORECASTS) is None


def test_the_sentence_has_all_three_numbers() -> None:
    others = [load("new", (2, 4), said=5), load("old", (1, 2), said=1)]
    found = effect_of(others[0], ESTIMATES, others)
    assert found is not None
    assert found.text == (
        "It decides 6 of the 6 slices that it covers. Without it 2 will be as older loads said, and"
        " 4 will have no rows."
    )
