"""Documents: the JSON objects of the lake that are read back, in whatever form they were written.

A document says in `schema_version` which form it has; those from before that field have form 1.
Code writes the newest form that it knows and reads every older one, for nobody rewrites a lake when
the software changes. A form that is newer than the code is refused: what it means is not known.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from shortdrama.core.errors import DamagedDocument, NewerDocument
from shortdrama.lake.store import NotFound, ObjectStore

Upgrade = Callable[[Any], Any]

SHOWN_FIELDS = 3


class Document(BaseModel):
    """The base of all documents.

    Who changes a form gives `schema_version` the next number and appends to `upgrades` a function
    that makes the new form of the one before, both as parsed JSON. Fixtures of the old form are
    kept in `tests/fixtures/`.
    """

    model_config = ConfigDict(frozen=True)

    upgrades: ClassVar[tuple[Upgrade, ...]] = ()
    """From form 1 to 2, from 2 to 3, and so on."""

    schema_version: int = 1

    @classmethod
    def read(cls, found: object, where: str) -> Self:
        """The document as it lies in the lake: JSON text, or parsed already.

        `where` is its key, for messages. Raises NewerDocument, or DamagedDocument when it is no
        such document in any form.
        """
        try:
            # Not the json of Python: this one makes one string of those that are equal.
            document: Any = from_json(found) if isinstance(found, bytes | str) else found
            version, newest = _version(document), cls.model_fields["schema_version"].default
            if version > newest:
                raise NewerDocument(where, version, newest)
            for upgrade in cls.upgrades[version - 1 :]:
                document = upgrade(document)
            return cls.model_validate({**document, "schema_version": newest})
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise DamagedDocument(where, f"it is no {cls.__name__} ({_short(error)})") from error

    @property
    def body(self) -> bytes:
        """JSON as the lake keeps it: readable for people."""
        return self.model_dump_json(indent=1).encode()


D = TypeVar("D", bound=Document)


def get(kind: type[D], store: ObjectStore, key: str) -> D:
    """The document under a key; raises NotFound, NewerDocument, DamagedDocument."""
    return kind.read(store.get(key), key)


def find(kind: type[D], store: ObjectStore, key: str) -> D | None:
    """The document under a key, or None; raises NewerDocument, DamagedDocument."""
    try:
        return get(kind, store, key)
    except NotFound:
        return None


def put(document: Document, store: ObjectStore, key: str) -> None:
    """Write a document. Two writers of the same key are expected to write the same."""
    store.put(key, document.body, content_type="application/json")


def update(kind: type[D], store: ObjectStore, key: str, change: Callable[[D | None], D]) -> D:
    """Apply `change` to the document by compare-and-swap until it holds.

    `change` gets the current document (None if there is none) and returns the one that shall
    stand: the one that it got, to leave it as it is. Returns the document that now stands.
    """
    return store.update(key, change, lambda body: kind.read(body, key), lambda one: one.body)


def _version(document: object) -> int:
    """The form of a parsed document; raises ValueError when it has no version that can be."""
    version = document.get("schema_version", 1) if isinstance(document, dict) else 1
    if type(version) is not int or version < 1:
        raise ValueError(f"schema_version is {version!r}")
    return version


def _short(error: Exception) -> str:
    """What is wrong, in a few words: of a model the first fields that do not fit."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[:SHOWN_FIELDS]
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in first)
    return str(error) or type(error).__name__
