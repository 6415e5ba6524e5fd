import json
from typing import Any

import duckdb
import pytest

from shortdrama.core.clock import Clock
from shortdrama.core.errors import ReportWithheld
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.old_archive import ArchiveDamaged, Edition, read_edition, read_part
from shortdrama.reports.weekly_brief import LOCALES, prepare_edition

FOLDER = "reports/weekly_brief/2025-W39"


def test_an_edition_is_archived_in_every_locale(store: ObjectStore, edition: Edition) -> None:
    parts = {f"{locale}/{name}" for locale in LOCALES for name in (
        "brief.html", "brief.txt", "chart.png",
    )}  # fmt: skip
    expected = {f"{FOLDER}/{name}" for name in (*parts, "edition.json")}
    assert set(store.list("reports/")) == expected
    assert read_edition(store, "2025-W39") == edition
    assert 'src="chart.png"' in store.get(f"{FOLDER}/en/brief.html").decode()


def test_an_edition_keeps_the_snapshot_that_it_was_first_rendered_from(
    store: ObjectStore,
    edition: Edition,
    example_marts: duckdb.DuckDBPyConnection,
    example_manifest: dict[str, Any],
    clock: Clock,
) -> None:
    example_marts.execute("update marts.rpt_market_size_weekly set revenue_usd = 1")
    newer = {**example_manifest, "snapshot_id": "20251002T000000Z-newer"}
    again = prepare_edition(store, example_marts, newer, "2025-W39", clock)
    assert again == edition
    assert again.snapshot_id == "20251001T021455Z-8f3c2a"
    assert "US$51.2M" in read_part(store, again, "en").text


def test_a_kill_before_the_edition_is_recorded_leaves_nothing_bound(
    store: ObjectStore,
    example_marts: duckdb.DuckDBPyConnection,
    example_manifest: dict[str, Any],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "compare_and_swap", killed)
        with pytest.raises(KeyboardInterrupt):
            prepare_edition(store, example_marts, example_manifest, "2025-W39", clock)
    assert read_edition(store, "2025-W39") is None
    newer = {**example_manifest, "snapshot_id": "20251002T000000Z-newer"}
    edition = prepare_edition(store, example_marts, newer, "2025-W39", clock)
    assert "20251002T000000Z-newer" in read_part(store, edition, "en").text


def test_a_withheld_edition_leaves_no_trace(
    store: ObjectStore,
    example_marts: duckdb.DuckDBPyConnection,
    example_manifest: dict[str, Any],
    clock: Clock,
) -> None:
    with pytest.raises(ReportWithheld, match=r"appfigures\.estimates covers only 2 of the 7 days"):
        prepare_edition(store, example_marts, example_manifest, "2025-W40", clock)
    assert list(store.list("reports/")) == []


def test_an_archive_that_was_changed_is_not_mailed(store: ObjectStore, edition: Edition) -> None:
    store.put(edition.part_key("zh", "brief.txt"), b"something else")
    assert read_part(store, edition, "en").text
    with pytest.raises(ArchiveDamaged, match=r"2025-W39 \(zh\)"):
        read_part(store, edition, "zh")


def test_the_edition_record_can_be_read_by_people(store: ObjectStore, edition: Edition) -> None:
    record = json.loads(store.get(f"{FOLDER}/edition.json"))
    assert record["snapshot_id"] == edition.snapshot_id
    assert record["bound_at"] == "2025-10-01T03:00:00Z"
    assert record["is_sample"] is True
