"""Pages in the lake: made once, found by snapshot, gone with it; the command that opens them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.core.clock import Clock
from shortdrama.lake import keys
from shortdrama.market_page import archive
from shortdrama.warehouse.publish.garbage import collect_garbage, find_garbage
from shortdrama.warehouse.snapshots.manifest import NothingPublished

run = CliRunner().invoke


def quiet(_: str) -> None:
    pass


def test_before_the_first_publish_there_is_nothing_to_make(lake: Any) -> None:
    with pytest.raises(NothingPublished):
        archive.make_pages(lake.settings, lake.store, quiet)


def test_both_languages_are_made_once(lake: Any) -> None:
    manifest = lake.publish("2025-12-10", {"dim_app": "select 1 as app_id"})
    made = archive.make_pages(lake.settings, lake.store, quiet)
    assert made == [keys.market_page(manifest.snapshot_id, locale) for locale in ("en", "zh")]
    body = archive.find_page(lake.store, manifest.snapshot_id, "zh")
    assert body is not None
    assert manifest.snapshot_id.encode() in body
    head = lake.store.client.head_object(Bucket=lake.store.bucket, Key=made[0])
    assert head["ContentType"] == "text/html; charset=utf-8"
    assert archive.make_pages(lake.settings, lake.store, quiet) == []


def test_a_maker_that_was_killed_between_languages_goes_on(lake: Any) -> None:
    manifest = lake.publish("2025-12-10", {"dim_app": "select 1 as app_id"})
    lake.store.put(keys.market_page(manifest.snapshot_id, "en"), b"as it was sent")
    made = archive.make_pages(lake.settings, lake.store, quiet)
    assert made == [keys.market_page(manifest.snapshot_id, "zh")]
    assert archive.find_page(lake.store, manifest.snapshot_id, "en") == b"as it was sent"


def test_a_page_goes_with_its_snapshot_and_never_before(lake: Any) -> None:
    ids = []
    for day in ("2025-11-01", "2025-11-02", "2025-12-10"):
        ids.append(lake.publish(day, {"dim_app": f"select '{day}' as a"}).snapshot_id)
        archive.make_pages(lake.settings, lake.store, quiet)
    young = keys.market_page("20260103T080000Z-00000000", "en")
    lake.store.put(young, b"of a snapshot that is being published")
    clock = Clock(lake.published[-1].created_at + timedelta(days=20))
    garbage = find_garbage(lake.store, clock, cited=())
    gone = {key for key in garbage.object_keys if key.startswith(keys.MARKET_PAGES)}
    assert gone == {keys.market_page(ids[0], locale) for locale in ("en", "zh")}
    assert find_garbage(lake.store, clock, cited=(ids[0],)).snapshot_ids == ()
    collect_garbage(lake.store, clock, cited=())
    assert set(archive.languages_of(lake.store)) == {*ids[1:], "20260103T080000Z-00000000"}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that a browser was asked to open."""
    addresses: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: addresses.append(address) or True)
    return addresses


def test_the_command_writes_a_file_and_opens_nothing(
    lake: Any, tmp_path: Path, opened: list[str]
) -> None:
    manifest = lake.publish("2025-12-10", {"dim_app": "select 1 as app_id"})
    archive.make_pages(lake.settings, lake.store, quiet)
    target = tmp_path / "new" / "page.html"
    answer = run(app, ["explore", "--language", "zh", "--to", str(target)])
    assert answer.exit_code == 0, answer.output
    assert answer.output.strip() == str(target)
    assert target.read_bytes() == archive.find_page(lake.store, manifest.snapshot_id, "zh")
    assert opened == []


def test_the_command_opens_the_page_of_a_day_and_makes_one_that_is_missing(
    lake: Any, opened: list[str]
) -> None:
    first = lake.publish("2025-12-10", {"dim_app": "select 1 as app_id"})
    lake.publish("2025-12-12", {"dim_app": "select 2 as app_id"})
    answer = run(app, ["explore", "--snapshot", "2025-12-10"])
    assert answer.exit_code == 0, answer.output
    assert f"snapshot {first.snapshot_id} has no page in en; making it here" in answer.output
    (address,) = opened
    assert address.endswith(f"/pages/{first.snapshot_id}/market-en.html")
    assert archive.languages_of(lake.store) == {}


def test_the_command_lists_pages(lake: Any) -> None:
    assert "no snapshot has a page yet" in run(app, ["explore", "--list"]).output
    manifest = lake.publish("2025-12-10", {"dim_app": "select 1 as app_id"})
    archive.make_pages(lake.settings, lake.store, quiet)
    answer = run(app, ["explore", "--list"]).output
    assert answer.splitlines()[1] == f"{manifest.snapshot_id:25}  en, zh  current"
    assert all(len(line) <= 80 for line in answer.splitlines())
    (row,) = json.loads(run(app, ["explore", "--json"]).output)
    assert row == {
        "snapshot_id": manifest.snapshot_id,
        "languages": ["en", "zh"],
        "is_current": True,
    }
