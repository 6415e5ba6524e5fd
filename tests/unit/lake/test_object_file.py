"""An object as a file: any reading and seeking gives what a file would give."""

import hashlib
import io
from itertools import product

import pytest

from shortdrama.lake.object_file import FETCHED, open_object
from shortdrama.lake.store import NotFound, ObjectStore

BODY = hashlib.shake_256(b"any").digest(3 * FETCHED + 17)


def test_it_reads_as_a_file_with_these_bytes(store: ObjectStore) -> None:
    store.put("a", BODY)
    file = io.BytesIO(BODY)
    edges = (0, 1, FETCHED - 1, FETCHED, len(BODY) - 1, len(BODY), len(BODY) + 9)
    with open_object(store, "a") as opened:
        for offset, count in product(edges, (0, 1, FETCHED, 2 * FETCHED)):
            assert opened.seek(offset) == file.seek(offset)
            assert opened.read(count) == file.read(count)
        assert opened.seek(-8, io.SEEK_END) == len(BODY) - 8
        assert opened.read() == BODY[-8:]


def test_the_end_of_an_object_costs_one_request(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("a", BODY)
    fetched: list[tuple[int, int]] = []
    read = store.get_range

    def counted(key: str, start: int, end: int) -> bytes:
        fetched.append((start, end))
        return read(key, start, end)

    monkeypatch.setattr(store, "get_range", counted)
    with open_object(store, "a") as opened:
        opened.seek(-FETCHED, io.SEEK_END)
        assert opened.read(FETCHED) == BODY[-FETCHED:]
    assert fetched == [(len(BODY) - FETCHED, len(BODY))]


def test_an_empty_object_and_one_that_is_not_there(store: ObjectStore) -> None:
    store.put("a", b"")
    assert open_object(store, "a").read() == b""
    with pytest.raises(NotFound):
        open_object(store, "b")
