import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shortdrama.core.clock import Clock
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake.landing import Landing, Part, read_part, read_pull
from shortdrama.lake.ledger import Coverage
from shortdrama.lake.packing import packed
from shortdrama.lake.store import ObjectStore

EVENING = datetime(2026, 2, 25, 23, 50, tzinfo=UTC)
COVERAGE = Coverage(
    window=Window(start=date(2025, 9, 1), end=date(2025, 9, 3)), countries=("ZZ", "US")
)


@pytest.fixture
def landing(store: ObjectStore) -> Callable[..., Landing]:
    def at(when: datetime = EVENING, pull_id: str = "pull") -> Landing:
        return Landing(store, ESTIMATES.id, pull_id, Clock(when))

    return at


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Part]:
    def land(into: Landing, fingerprint: str, text: str = "[]", *, is_sample: bool = False) -> Part:
        path = tmp_path / "body"
        with packed(path) as file:
            file.write(text.encode())
        return into.save(
            fingerprint,
            path,
            extension="json",
            request={"path": "reports/estimates"},
            response={"status": "200"},
            context={"country_code": "US"},
            is_sample=is_sample,
        )

    return land


def test_a_part_is_the_body_and_what_is_known_of_it(landing, save, store) -> None:
    part = save(landing(), "f1", "短剧")
    stored = store.get(part.key)
    assert part.key == "landing/appfigures/estimates/2026/02/25/pull/f1.json.zst"
    assert part.sha256 == hashlib.sha256(stored).hexdigest()
    assert part.size_bytes == len(stored)
    assert part.said_at == EVENING
    assert read_part(store, part) == landing().read(part) == "短剧".encode()


def test_a_part_is_found_again_by_the_same_run_alone(landing, save) -> None:
    part = save(landing(), "f1")
    assert landing().find("f1") == part
    assert landing().find("f2") is None
    assert landing(pull_id="another run").find("f1") is None


def test_a_part_without_metadata_was_killed_halfway_and_does_not_count(
    landing, save, store
) -> None:
    part = save(landing(), "f1")
    store.delete(part.key.replace(".json.zst", ".meta.json"))
    assert store.exists(part.key)
    assert landing().find("f1") is None


@pytest.mark.parametrize(
    ("age", "reused"),
    [
        (timedelta(), True),
        (timedelta(minutes=20), True),
        (timedelta(hours=23, minutes=59, seconds=59), True),
        (timedelta(hours=24), False),
        (timedelta(days=2), False),
    ],
    ids=str,
)
def test_a_part_is_reused_for_24_hours_across_midnight_too(landing, save, age, reused) -> None:
    part = save(landing(), "f1")
    assert landing(EVENING + age).find("f1") == (part if reused else None)


def test_landing_the_same_again_is_the_same_part(landing, save, store) -> None:
    first = save(landing(), "f1", "[1]")
    before = store.get(first.key)
    assert save(landing(), "f1", "[1]") == first
    assert store.get(first.key) == before


def test_a_pull_is_read_back_with_its_parts_in_order(landing, save, store) -> None:
    parts = [save(landing(), name) for name in ("z", "a", "m")]
    key = landing().finish(COVERAGE, parts)
    pull = read_pull(store, key)
    assert (pull.pull_id, pull.dataset, pull.coverage) == ("pull", ESTIMATES.id, COVERAGE)
    assert pull.parts == tuple(parts)


def test_a_pull_is_as_old_as_its_oldest_part(landing, save, store) -> None:
    old = save(landing(), "first")
    young = save(landing(EVENING + timedelta(hours=1)), "second")
    pull = read_pull(store, landing(EVENING + timedelta(hours=1)).finish(COVERAGE, [young, old]))
    assert pull.said_at == EVENING
    assert pull.load_id == "20260225T235000Z-pull"


def test_a_pull_with_one_sample_part_is_sample(landing, save, store) -> None:
    real = save(landing(), "real")
    sample = save(landing(), "sample", is_sample=True)
    assert not read_pull(store, landing().finish(COVERAGE, [real])).is_sample
    assert read_pull(store, landing().finish(COVERAGE, [real, sample])).is_sample


def test_finishing_twice_is_the_same_pull(landing, save, store) -> None:
    parts = [save(landing(), "f1")]
    assert landing().finish(COVERAGE, parts) == landing().finish(COVERAGE, parts)


def test_a_run_that_is_cleared_a_day_later_leaves_the_earlier_pull_readable(
    landing, save, store
) -> None:
    morning = datetime(2026, 2, 25, 6, tzinfo=UTC)
    early = save(landing(morning), "early")
    late = save(landing(EVENING), "late")
    first = landing(EVENING).finish(COVERAGE, [early, late])
    before = read_pull(store, first)

    next_day = landing(morning + timedelta(days=1, hours=1))
    assert next_day.find("early") is None
    again = next_day.finish(COVERAGE, [save(next_day, "early"), next_day.find("late")])

    assert read_pull(store, first) == before
    assert read_pull(store, again).load_id != before.load_id
