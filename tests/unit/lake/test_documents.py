"""Documents of any form: older ones are upgraded, newer and damaged ones refused by name.

What can be wrong with a document that lies in a lake:
1. it has no version: it is from before that field, form 1
2. it is two forms old: every step is taken, once and in order
3. its form is newer than the code, to read or to change: refused, and left as it is
4. its version cannot be one: text, a fraction, zero, below zero, true, null
5. it was cut off, is empty, or no text at all
6. it is JSON of another shape: a list, a number, null, an object of something else
7. a field is missing or of another type
8. it says a newer form than it has: an edit by hand
9. it has fields that nobody knows: written by later code that did not count up; they are ignored
10. somebody else upgrades it between our read and our write
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any, Literal

import pytest

import shortdrama
from shortdrama.core.errors import DamagedDocument, NewerDocument
from shortdrama.lake import documents
from shortdrama.lake.documents import Document
from shortdrama.lake.marker import Marker
from shortdrama.lake.store import NotFound, ObjectStore

KEY = "ops/shelf.json"


class Shelf(Document):
    """Form 1 was a list of titles, form 2 had `titles`."""

    upgrades = (
        lambda titles: {"titles": titles},
        lambda shelf: {"books": [{"title": title} for title in shelf["titles"]]},
    )
    schema_version: Literal[3] = 3
    books: tuple[dict[str, str], ...]


THIS = Shelf(books=({"title": "短剧"},))


def kinds() -> Iterator[type[Document]]:
    """Every kind of document of the package."""
    for module in pkgutil.walk_packages(shortdrama.__path__, "shortdrama."):
        if module.name.split(".")[1] not in ("cli", "orchestration"):
            importlib.import_module(module.name)
    waiting = [Document]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("shortdrama."):
                yield kind


def test_every_kind_has_a_step_from_each_of_its_forms_to_the_next() -> None:
    found = {kind.__name__: kind for kind in kinds()}
    assert {"Head", "Page", "SnapshotManifest", "Outcome", "Edition", "Part", "Pull"} <= set(found)
    for name, kind in found.items():
        newest = kind.model_fields["schema_version"].default
        assert newest == len(kind.upgrades) + 1, name
        with pytest.raises(NewerDocument):
            kind.read({"schema_version": newest + 1}, name)


@pytest.mark.parametrize(
    "older",
    [
        ["短剧"],
        {"schema_version": 2, "titles": ["短剧"]},
        {"schema_version": 3, "books": [{"title": "短剧"}]},
        {"schema_version": 3, "books": [{"title": "短剧"}], "colour": "a later code's"},
    ],
)
def test_a_document_of_every_form_says_the_same(older: Any) -> None:
    assert Shelf.read(older, KEY) == THIS
    assert Shelf.read(json.dumps(older), KEY) == THIS
    assert Shelf.read(json.dumps(older, ensure_ascii=False).encode(), KEY) == THIS


def test_what_is_written_is_the_newest_form_and_readable(store: ObjectStore) -> None:
    documents.put(THIS, store, KEY)
    assert store.get(KEY).decode().splitlines()[:2] == ["{", ' "schema_version": 3,']
    assert "短剧" in store.get(KEY).decode()
    assert documents.get(Shelf, store, KEY) == documents.find(Shelf, store, KEY) == THIS


def test_a_newer_form_is_refused_with_its_name_and_left_as_it_is(store: ObjectStore) -> None:
    newer = b'{"schema_version": 4, "boxes": []}'
    store.put(KEY, newer)
    for touch in (
        lambda: documents.get(Shelf, store, KEY),
        lambda: documents.find(Shelf, store, KEY),
        lambda: documents.update(Shelf, store, KEY, lambda _: THIS),
    ):
        with pytest.raises(
            NewerDocument, match=r"ops/shelf\.json has form 4.* up to 3.*[Uu]pgrade"
        ):
            touch()
    assert store.get(KEY) == newer


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "EOF"),
        (b'{"schema_version": 3, "boo', "EOF"),
        (b"\xff\xfe\x00", "expected value"),
        (b"null", "NoneType"),
        (b"7", "int"),
        (b'["a"', "EOF"),
        (b'{"schema_version": 3}', "books: Field required"),
        (b'{"schema_version": 3, "books": 7}', r"books: Input should be a valid tuple"),
        (b'{"schema_version": 3, "titles": ["a"]}', "books: Field required"),
        (b'{"schema_version": 2}', "titles"),
        (b'{"schema_version": "2", "titles": []}', "schema_version is '2'"),
        (b'{"schema_version": 2.0, "titles": []}', r"schema_version is 2\.0"),
        (b'{"schema_version": true, "titles": []}', "schema_version is True"),
        (b'{"schema_version": null, "titles": []}', "schema_version is None"),
        (b'{"schema_version": 0, "titles": []}', "schema_version is 0"),
        (b'{"schema_version": -1, "titles": []}', "schema_version is -1"),
    ],
)
def test_a_damaged_document_is_refused_with_its_name(
    store: ObjectStore, body: bytes, why: str
) -> None:
    store.put(KEY, body)
    with pytest.raises(DamagedDocument, match=rf"^ops/shelf\.json cannot be used.*{why}"):
        documents.get(Shelf, store, KEY)
    with pytest.raises(DamagedDocument, match="backup"):
        documents.update(Shelf, store, KEY, lambda _: THIS)
    assert store.get(KEY) == body


def test_a_document_that_is_not_there_is_none_or_not_found(store: ObjectStore) -> None:
    assert documents.find(Shelf, store, KEY) is None
    with pytest.raises(NotFound):
        documents.get(Shelf, store, KEY)


def test_an_update_writes_the_newest_form_of_an_older_document(store: ObjectStore) -> None:
    store.put(KEY, b'["one"]')

    def add(found: Shelf | None) -> Shelf:
        assert found is not None
        return Shelf(books=(*found.books, {"title": "two"}))

    assert documents.update(Shelf, store, KEY, add).books == ({"title": "one"}, {"title": "two"})
    assert json.loads(store.get(KEY))["schema_version"] == 3


def test_an_update_that_leaves_an_older_document_does_not_rewrite_it(store: ObjectStore) -> None:
    store.put(KEY, b'["one"]')
    assert documents.update(Shelf, store, KEY, lambda found: found or THIS).books == (
        {"title": "one"},
    )
    assert store.get(KEY) == b'["one"]'


def test_an_update_starts_over_from_what_somebody_else_has_upgraded(store: ObjectStore) -> None:
    store.put(KEY, b'["one"]')
    seen: list[Shelf | None] = []

    def add(found: Shelf | None) -> Shelf:
        if not seen:
            documents.put(THIS, store, KEY)
        seen.append(found)
        assert found is not None
        return Shelf(books=(*found.books, {"title": "mine"}))

    documents.update(Shelf, store, KEY, add)
    assert [one.books[0]["title"] for one in seen if one] == ["one", "短剧"]
    assert documents.get(Shelf, store, KEY).books == (*THIS.books, {"title": "mine"})


def test_a_real_document_is_refused_by_its_key(store: ObjectStore) -> None:
    store.put("lake.json", b'{"kind": "synthetic"}')
    with pytest.raises(DamagedDocument, match=r"lake\.json .* Marker \(kind: Input should be"):
        documents.get(Marker, store, "lake.json")
