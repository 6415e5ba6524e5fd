"""A lake in a folder and back: what is written meanwhile, killed, damaged, named oddly."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from listed_store import Bucket
from memory_store import Killed
from shortdrama.core.errors import NewerDocument
from shortdrama.core.windows import Window
from shortdrama.lake import backup, documents, keys, pages
from shortdrama.lake.backup import BackupDamaged, NoBackup, OtherLake, TargetNotEmpty
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.marker import LakeKindMismatch, ensure_lake, lake_kind
from shortdrama.lake.sends import SendRecord, read_sends
from shortdrama.lake.store import Digest, NotFound, ObjectStore
from shortdrama.reports.archive.editions import Edition, all_editions, bind
from shortdrama.reports.archive.parts import Part
from shortdrama.reports.delivery import ledger
from shortdrama.warehouse.snapshots.iceberg import IcebergTables, find_tables
from shortdrama.warehouse.snapshots.manifest import (
    MANIFEST_FILE,
    VIEWS_FILE,
    MartFile,
    SnapshotManifest,
    all_manifests,
    current_snapshot_id,
    read_manifest,
)
from shortdrama.warehouse.snapshots.pointer import Pointer

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
DAY = Window(start=date(2025, 9, 30), end=date(2025, 9, 30))
DATASET = "appfigures.estimates"


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the n-th access is always the same, and ledgers have pages soon."""
    monkeypatch.setattr(backup, "WORKERS", 1)
    monkeypatch.setattr(pages, "PAGE_RECORDS", 2)


def write_a_day(store: ObjectStore, number: int) -> None:
    """A load, a snapshot that keeps a file of the one before, an edition with a send."""
    load_id = f"2026030{number}T080000Z-{number:012x}"
    body = load_id.encode()
    raw = keys.raw(DATASET, load_id, NOW)
    store.put(raw, body)
    LoadLedger(store, DATASET).append(
        LoadRecord(
            load_id=load_id, pull_id=load_id, dataset=DATASET, status="accepted", key=raw,
            sha256=hashlib.sha256(body).hexdigest(), rows=1, coverage=Coverage(window=DAY),
            said_at=NOW, decided_at=NOW, is_sample=True,
        )
    )  # fmt: skip
    publish(store, load_id)
    part = f"reports/weekly_brief/2026-W{number:02}/en/abc/brief.html"
    store.put(part, load_id.encode())
    edition = Edition(
        report="weekly_brief", period=f"2026-W{number:02}", snapshot_id=load_id, is_sample=True,
        bound_at=NOW,
        parts={"en": Part(language="en", sender_name="", subject="", folder="en/abc",
                          files={"brief.html": hashlib.sha256(load_id.encode()).hexdigest()})},
    )  # fmt: skip
    bind(store, edition, {})
    claimed = SendRecord(
        recipient="readers-en", locale="en", state="claimed", claim_id=load_id, claimed_at=NOW
    )
    ledger.claim(store, edition.id, claimed)


def publish(store: ObjectStore, snapshot_id: str) -> None:
    before = current_snapshot_id(store)
    taken_over = read_manifest(store).marts["dim_app"][-1:] if before else ()
    key = keys.snapshot(snapshot_id, "dim_app.parquet")
    store.put(key, snapshot_id.encode())
    store.put(keys.snapshot(snapshot_id, VIEWS_FILE), b"views")
    manifest = SnapshotManifest(
        snapshot_id=snapshot_id, created_at=NOW, is_sample=True, fingerprint=snapshot_id,
        code="code", code_version="1", universe_version="none", datasets={},
        marts={"dim_app": (*taken_over, MartFile(key=key, rows=1, sha256=""))}, mart_keys={},
        gate=None, warnings=(), overrides=(), previous=before,
    )  # fmt: skip
    documents.put(manifest, store, keys.snapshot(snapshot_id, MANIFEST_FILE))
    documents.put(Pointer(snapshot_id=snapshot_id), store, keys.CURRENT_SNAPSHOT)
    describe_to_engines(store, snapshot_id)


def describe_to_engines(store: ObjectStore, snapshot_id: str) -> None:
    """Two Iceberg tables: of each a list of files, then its metadata; at last which there are."""
    for mart in ("dim_a", "dim_b"):
        table = keys.iceberg_table(snapshot_id, mart)
        store.put(f"{table}/metadata/snap-0.avro", f"files of {table}".encode())
        store.put(keys.iceberg_metadata(snapshot_id, mart), table.encode())
    tables = {mart: keys.iceberg_metadata(snapshot_id, mart) for mart in ("dim_a", "dim_b")}
    listed = IcebergTables(snapshot_id=snapshot_id, tables=tables, left_out={})
    documents.put(listed, store, keys.iceberg_tables(snapshot_id))


def a_lake(days: int = 4) -> Bucket:
    store = Bucket()
    ensure_lake(store, "sample")
    for number in range(1, days + 1):
        write_a_day(store, number)
    return store


def dangling(store: Bucket) -> list[str]:
    """Keys that something in the lake names and that are not there, as its readers find them."""
    named = [record.key for record in LoadLedger(store, DATASET).records()]
    for manifest in all_manifests(store):
        named += manifest.object_keys
        if tables := find_tables(store, manifest.snapshot_id):
            named += tables.tables.values()
    named.append(keys.snapshot(str(current_snapshot_id(store)), MANIFEST_FILE))
    metadata = [key for key in store.objects if key.endswith("/v1.metadata.json")]
    named += [key.replace("v1.metadata.json", "snap-0.avro") for key in metadata]
    for edition in all_editions(store):
        named.append(keys.snapshot(edition.snapshot_id, MANIFEST_FILE))
        for part in edition.parts.values():
            named += [keys.edition_part(edition.id, part.folder, name) for name in part.files]
    sends = [key for key in store.objects if key.endswith("/sends.json")]
    named += [key.replace("sends.json", "edition.json") for key in sends]
    return [key for key in named if key not in store.objects]


def restored(folder: Path, name: str | None = None) -> Bucket:
    store = Bucket()
    backup.restore(store, folder, backup.read(folder, name))
    return store


def accesses(of: Callable[[Bucket], object], store: Bucket) -> int:
    made = count()
    store.before = lambda _: next(made) and None
    of(store)
    store.before = lambda _: None
    return next(made)


def at_access(number: int, act: Callable[[], object]) -> Callable[[str], None]:
    """Calls `act` once, before the access of that number."""
    left = count(number, -1)

    def before(_: str) -> None:
        if next(left) == 0:
            act()

    return before


def test_a_restored_lake_has_the_same_objects_with_their_types(tmp_path: Path) -> None:
    lake = a_lake()
    lake.put("reports/index.html", b"<html>", content_type="text/html; charset=utf-8")
    made = backup.back_up(lake, tmp_path, "one")
    found = restored(tmp_path)
    assert found.objects == lake.objects
    assert found.types["reports/index.html"] == "text/html; charset=utf-8"
    assert made.copied == len(made.inventory.entries) == len(lake.objects)
    assert made.inventory.size == sum(map(len, lake.objects.values()))


@pytest.mark.integration
def test_whatever_is_written_while_it_copies_a_restored_lake_names_nothing_that_it_lacks(
    tmp_path: Path,
) -> None:
    """A load, a publish, an edition and a send, before each single access of the back-up."""
    number = accesses(lambda lake: backup.back_up(lake, tmp_path / "whole", "x"), a_lake())
    assert number > 60
    newest = set()
    for access in range(number):
        lake = a_lake()

        def goes_on(lake: Bucket = lake) -> None:
            lake.before = lambda _: None
            write_a_day(lake, 5)
            write_a_day(lake, 6)

        lake.before = at_access(access, goes_on)
        backup.back_up(lake, tmp_path / str(access), "x")
        found = restored(tmp_path / str(access))
        assert dangling(found) == [], f"written before access {access}"
        newest.add(current_snapshot_id(found))
    assert len(newest) == 2, "both the pointer before and the one after were copied"


@pytest.mark.integration
def test_a_writer_may_be_as_slow_as_the_backup(tmp_path: Path) -> None:
    """One write of it for each access: each of its writes comes between any two of ours."""
    written: list[tuple[str, bytes]] = []
    writer = a_lake()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "_write", lambda key, body, _: written.append((key, body)) or
                      writer.objects.__setitem__(key, body))  # fmt: skip
        write_a_day(writer, 5)
        write_a_day(writer, 6)
    for start in range(0, 60, 3):
        lake, script, waiting = a_lake(), iter(written), count(start, -1)

        def go_on(
            _: str, lake: Bucket = lake, script: Any = script, waiting: Any = waiting
        ) -> None:
            if next(waiting) <= 0:
                lake.objects.update([next(script, ("lake.json", lake.objects["lake.json"]))])

        lake.before = go_on
        backup.back_up(lake, tmp_path / str(start), "x")
        assert dangling(restored(tmp_path / str(start))) == [], f"from access {start}"


def test_what_is_gone_since_it_was_listed_is_left_out(tmp_path: Path) -> None:
    lake = a_lake()
    lake.put("candidates/appfigures/estimates/a.parquet", b"waits for its gate")
    gone = "candidates/appfigures/estimates/a.parquet"
    lake.before = lambda key: lake.objects.pop(gone, None) and None if key == gone else None
    made = backup.back_up(lake, tmp_path, "one")
    assert gone not in {entry.key for entry in made.inventory.entries}
    assert gone not in restored(tmp_path).objects


def test_a_second_backup_reads_only_what_is_new_and_each_can_be_restored(tmp_path: Path) -> None:
    lake = a_lake()
    backup.back_up(lake, tmp_path, "20260301")
    first = dict(lake.objects)
    write_a_day(lake, 5)
    lake.reads.clear()
    made = backup.back_up(lake, tmp_path, "20260302")
    assert made.copied < len(first) / 2
    assert keys.raw(DATASET, "20260301T080000Z-000000000001", NOW) not in lake.reads
    assert restored(tmp_path, "20260301").objects == first
    assert restored(tmp_path).objects == lake.objects, "the newest by default"


def test_only_the_last_backups_stay_and_each_of_them_is_whole(tmp_path: Path) -> None:
    lake, held = a_lake(), {}
    lake.put("marts/snapshots/old/dim_app.parquet", b"soon nobody needs it")
    for name in ("20260301", "20260302", "20260303"):
        (tmp_path / f"{name}.airflow.dump").write_bytes(b"the stack's database")
        backup.back_up(lake, tmp_path, name)
        held[name] = dict(lake.objects)
        lake.delete("marts/snapshots/old/dim_app.parquet")
        write_a_day(lake, 5 + len(held))
    assert backup.prune(tmp_path, 2) == ["20260301"]
    assert backup.names(tmp_path) == ["20260302", "20260303"]
    assert not (tmp_path / "20260301.airflow.dump").exists()
    assert (tmp_path / "20260302.airflow.dump").exists()
    for name in backup.names(tmp_path):
        assert restored(tmp_path, name).objects == held[name]
    kept = {path.read_bytes() for path in (tmp_path / "objects").glob("*/*")}
    assert b"soon nobody needs it" not in kept
    assert backup.prune(tmp_path, 2) == []


def test_a_killed_backup_is_none_and_the_next_goes_on_from_it(tmp_path: Path) -> None:
    lake = a_lake()

    def die() -> None:
        raise Killed("", arrived=False)

    lake.before = at_access(40, die)
    with pytest.raises(Killed):
        backup.back_up(lake, tmp_path, "one")
    assert backup.names(tmp_path) == []
    with pytest.raises(NoBackup, match="has no finished back-up"):
        backup.read(tmp_path)
    lake.before = lambda _: None
    backup.back_up(lake, tmp_path, "two")
    assert restored(tmp_path).objects == lake.objects


@pytest.mark.parametrize("damage", ["changed", "cut", "gone"])
def test_a_damaged_backup_is_found_before_anything_is_restored(tmp_path: Path, damage: str) -> None:
    lake = a_lake()
    made = backup.back_up(lake, tmp_path, "one")
    entry = made.inventory.entries[3]
    path = tmp_path / "objects" / entry.sha256[:2] / entry.sha256
    body = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(body[:-1] + (b"?" if damage == "changed" else b""))
    target = Bucket()
    with pytest.raises(BackupDamaged, match=r"1 of .* are gone or have other bytes"):
        backup.restore(target, tmp_path, backup.read(tmp_path))
    assert target.objects == {}
    with pytest.raises(BackupDamaged, match=entry.key):
        backup.check(tmp_path, made.inventory)


def test_a_killed_restore_is_no_lake_and_the_same_restore_finishes_it(tmp_path: Path) -> None:
    lake = a_lake()
    backup.back_up(lake, tmp_path, "one")
    inventory = backup.read(tmp_path)

    def run(store: Bucket) -> object:
        return backup.restore(store, tmp_path, inventory)

    def die() -> None:
        raise Killed("", arrived=False)

    for access in range(1, accesses(run, Bucket()), 4):
        target = Bucket()
        target.before = at_access(access, die)
        with pytest.raises(Killed):
            run(target)
        with pytest.raises(LakeKindMismatch):
            lake_kind(target)
        if keys.CURRENT_SNAPSHOT in target.objects:
            assert read_manifest(target).object_keys <= target.objects.keys()
        target.before = lambda _: None
        run(target)
        assert target.objects == lake.objects


def test_a_bucket_with_anything_else_is_refused_unless_it_is_replaced(tmp_path: Path) -> None:
    lake = a_lake()
    backup.back_up(lake, tmp_path, "one")
    saved = dict(lake.objects)
    write_a_day(lake, 5)
    now = dict(lake.objects)
    with pytest.raises(TargetNotEmpty, match=r"objects that are not in the back-up.*--replace"):
        backup.restore(lake, tmp_path, backup.read(tmp_path))
    assert lake.objects == now
    done = backup.restore(lake, tmp_path, backup.read(tmp_path), replace=True)
    assert lake.objects == saved
    assert done.removed == len(now) - len(saved)
    assert backup.restore(lake, tmp_path, backup.read(tmp_path)).written == 0


def test_a_new_lake_that_only_has_its_marker_can_be_restored_into(tmp_path: Path) -> None:
    lake = a_lake()
    backup.back_up(lake, tmp_path, "one")
    target = Bucket()
    ensure_lake(target, "sample")
    backup.restore(target, tmp_path, backup.read(tmp_path))
    assert target.objects == lake.objects


def test_what_was_mailed_is_known_after_a_restore(tmp_path: Path) -> None:
    lake = a_lake()
    backup.back_up(lake, tmp_path, "one")
    (send,) = read_sends(restored(tmp_path), "weekly_brief/2026-W04").values()
    assert not ledger.may_claim(send)


ODD_KEYS = (
    "inbox/omdia/市场 2025 (final).xlsx", "inbox/omdia/a", "inbox/omdia/a/b", "inbox/omdia/a/",
    "inbox/omdia/../../../etc/passwd", "/absolute", "inbox//double", "inbox/" + "x" * 900,
    "inbox/CASE", "inbox/case", "inbox/line\nend", "inbox/empty", 'inbox/"quoted\'',
)  # fmt: skip


def test_keys_need_not_be_names_of_files(tmp_path: Path) -> None:
    lake = a_lake(days=1)
    for number, key in enumerate(ODD_KEYS):
        lake.put(key, b"" if key.endswith("empty") else str(number).encode())
    backup.back_up(lake, tmp_path / "folder", "one")
    assert restored(tmp_path / "folder").objects == lake.objects
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_backup_goes_only_where_it_came_from(tmp_path: Path) -> None:
    backup.back_up(a_lake(days=1), tmp_path, "one")
    with pytest.raises(OtherLake, match="bucket shortdrama, not of elsewhere"):
        backup.restore(Bucket(bucket="elsewhere"), tmp_path, backup.read(tmp_path))


def test_what_is_no_lake_is_not_backed_up(tmp_path: Path) -> None:
    with pytest.raises(LakeKindMismatch, match="not marked"):
        backup.back_up(Bucket(), tmp_path, "one")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_of_newer_software_is_left_as_it_is(tmp_path: Path) -> None:
    backup.back_up(a_lake(days=1), tmp_path, "one")
    path = tmp_path / "one.lake.json"
    path.write_text(path.read_text().replace('"schema_version":1', '"schema_version":2', 1))
    with pytest.raises(NewerDocument):
        backup.read(tmp_path)


def test_a_store_that_gives_back_other_bytes_ends_the_restore(tmp_path: Path) -> None:
    backup.back_up(a_lake(days=1), tmp_path, "one")
    target = Bucket()
    target.digest = lambda _: Digest("", "0" * 64)  # type: ignore[method-assign]
    with pytest.raises(BackupDamaged, match="the store has other bytes"):
        backup.restore(target, tmp_path, backup.read(tmp_path))
    with pytest.raises(LakeKindMismatch):
        lake_kind(target)


def test_a_key_without_an_object_is_told(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        store.receive("nowhere", tmp_path / "file")
    store.put("a", "短剧".encode(), content_type="text/plain")
    got = store.receive("a", tmp_path / "file")
    assert got == (store.etag("a"), store.digest("a").sha256, 6, "text/plain")
    assert (tmp_path / "file").read_bytes() == "短剧".encode()
