"""What an error of pulling or conforming means, and its record."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from shortdrama.core.errors import Failure, SchemaError
from shortdrama.lake.store import NotFound

OF_UNEXPECTED_CONTENT = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    duckdb.Error,
)
"""What code raises that meets other values than it was written for."""

OF_LAKE_AND_MACHINE = (Failure, NotFound, duckdb.OperationalError)
"""Of these some errors above are subclasses, but they say nothing about the answers."""


@contextmanager
def understanding(about: str) -> Iterator[None]:
    """Raise SchemaError, with the cause, where answers are not what the code was written for.

    Errors that have a class already, and those of the lake and the machine, go on as they are.
    """
    try:
        yield
    except OF_LAKE_AND_MACHINE:
        raise
    except OF_UNEXPECTED_CONTENT as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise SchemaError(
            f"{about}: an answer does not have the agreed shape. {said}. What was landed is kept;"
            " fix the connector if the vendor changed its format, else pull again"
        ) from error
