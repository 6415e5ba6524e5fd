import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from shortdrama.lake.store import SWAP_ATTEMPTS, Conflict, NotFound, ObjectStore, dump_json

KEY = "ops/counter.json"


def test_a_missing_object_is_told_by_its_key(store: ObjectStore, tmp_path: Path) -> None:
    assert not store.exists("nowhere")
    with pytest.raises(NotFound, match="nowhere"):
        store.get("nowhere")
    with pytest.raises(NotFound, match="nowhere"):
        store.download("nowhere", tmp_path / "file")
    assert store.read_json_versioned("nowhere") == (None, None)


def test_bytes_come_back_as_they_were_given(store: ObjectStore, tmp_path: Path) -> None:
    content = "短剧\n".encode() + bytes(range(256))
    (tmp_path / "in").write_bytes(content)
    store.upload(tmp_path / "in", "a/b é.bin")
    store.copy("a/b é.bin", "copied")
    store.download("copied", tmp_path / "out")
    assert store.get("a/b é.bin") == (tmp_path / "out").read_bytes() == content


def test_deleting_twice_is_safe(store: ObjectStore) -> None:
    store.put("gone", b"x")
    store.delete("gone")
    store.delete("gone")
    assert not store.exists("gone")


def test_listing_goes_on_over_pages_and_keeps_to_its_prefix(store: ObjectStore) -> None:
    keys = {f"inbox/omdia/{n:04}" for n in range(12)}
    for key in (*keys, "inbox/minis/x"):
        store.put(key, b"")
    store.client.meta.events.register(
        "provide-client-params.s3.ListObjectsV2", lambda params, **_: {**params, "MaxKeys": 5}
    )
    assert set(store.list("inbox/omdia/")) == keys


def test_a_key_is_created_once(store: ObjectStore) -> None:
    store.compare_and_swap(KEY, b"{}", None)
    with pytest.raises(Conflict, match=f"{KEY} was changed by somebody else"):
        store.compare_and_swap(KEY, b'{"late": 1}', None)
    assert store.get(KEY) == b"{}"


def test_a_swap_from_an_old_version_is_refused(store: ObjectStore) -> None:
    first = store.compare_and_swap(KEY, b'{"n": 1}', None)
    second = store.compare_and_swap(KEY, b'{"n": 2}', first)
    with pytest.raises(Conflict):
        store.compare_and_swap(KEY, b'{"n": 3}', first)
    assert store.read_json_versioned(KEY) == ({"n": 2}, second)


def test_no_update_is_lost_when_many_write_at_once(store: ObjectStore) -> None:
    writers, rounds = 6, 3
    together = Barrier(writers)

    def count(writer: int) -> None:
        own = ObjectStore(store.client, store.bucket)
        together.wait(timeout=10)
        for number in range(rounds):
            entry = [writer, number]
            own.update_json(KEY, lambda found, entry=entry: [*(found or []), entry])

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(count, range(writers)))
    entries = json.loads(store.get(KEY))
    assert sorted(entries) == [[w, n] for w in range(writers) for n in range(rounds)]


def test_an_update_that_met_a_faster_one_starts_from_what_that_one_wrote(
    store: ObjectStore,
) -> None:
    seen = []

    def change(found: list[str] | None) -> list[str]:
        seen.append(found)
        if len(seen) == 1:
            store.compare_and_swap(KEY, dump_json(["faster"]), None)
        return [*(found or []), "slower"]

    assert store.update_json(KEY, change) == ["faster", "slower"]
    assert seen == [None, ["faster"]]


def test_an_update_gives_up_on_a_key_that_never_stands_still(store: ObjectStore) -> None:
    attempts = 0

    def change(found: int | None) -> int:
        nonlocal attempts
        attempts += 1
        store.put(KEY, str(attempts).encode())
        return -1

    with pytest.raises(Conflict, match=f"changed by others during {SWAP_ATTEMPTS} attempts"):
        store.update_json(KEY, change)
    assert attempts == SWAP_ATTEMPTS


def test_an_update_that_wants_no_change_writes_nothing(store: ObjectStore) -> None:
    etag = store.compare_and_swap(KEY, b'{"as": "it was"}', None)
    assert store.update_json(KEY, lambda _: None) == {"as": "it was"}
    assert store.read_json_versioned(KEY)[1] == etag


def test_the_bucket_is_made_once(store: ObjectStore) -> None:
    store.put("kept", b"x")
    store.ensure_bucket()
    assert store.get("kept") == b"x"
