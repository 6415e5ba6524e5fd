"""Documents: the JSON objects of the lake that the code reads again, whatever form they have.

A document says in `schema_version` which form it has; older ones without that field have form 1.
Code writes the newest form that it knows and reads every older one, because a lake is not rewritten
when the software changes. A form that is newer than the code is refused, because the code does not
know what it means.
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

    To change a form, give `schema_version` the next number and append to `upgrades` a function that
    makes the new form from the one before, both as parsed JSON. Keep fixtures of the old form in
    `tests/fixtures/`.
    """

    model_config = ConfigDict(frozen=True)

    upgrades: ClassVar[tuple[Upgrade, ...]] = ()
    """From form 1 to 2, from 2 to 3, and so on."""

    schema_version: int = 1

    @classmethod
    def read(cls, found: object, where: str) -> Self:
        """Read a document as the lake has it: JSON text, or already parsed JSON.

        `where` is its key, for messages. Raises NewerDocument, or DamagedDocument when it does not
        fit any form of this document.
        """
        try:
            # Not Python's json: this parser keeps only one copy of equal strings.
            document: Any = from_json(found) if isinstance(found, bytes | str) else found
            version, newest = _version(document), cls.model_fields["schema_version"].default
            if version > newest:
                raise NewerDocument(where, version, newest)
            for upgrade in cls.upgrades[version - 1 :]:
                document = upgrade(document)
            return cls.model_validate({**document, "schema_version": newest})
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise DamagedDocument(where, f"it is not a {cls.__name__} ({_short(error)})") from error

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
    """Write a document. If two write the same key, they must write the same."""
    store.put(key, document.body, content_type="application/json")


def update(kind: type[D], store: ObjectStore, key: str, change: Callable[[D | None], D]) -> D:
    """Apply `change` to the document by compare-and-swap, until one attempt succeeds.

    `change` gets the current document (None if there is none) and returns the new one, or the same
    one to leave it unchanged. Returns the document that is now in the lake.
    """
    return store.update(key, change, lambda body: kind.read(body, key), lambda one: one.body)


def _version(document: object) -> int:
    """The form of a parsed document; raises ValueError when the version is not valid."""
    version = document.get("schema_version", 1) if isinstance(document, dict) else 1
    if type(version) is not int or version < 1:
        raise ValueError(f"schema_version is {version!r}")
    return version


def _short(error: Exception) -> str:
    """What is wrong, in a few words: for a model, the first fields that do not fit."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[:SHOWN_FIELDS]
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in first)
    return str(error) or type(error).__name__
