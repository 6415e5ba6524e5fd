"""How the pipeline's errors end an Airflow task."""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowFailException

from shortdrama.core.errors import Failure


@contextmanager
def classed() -> Iterator[None]:
    """Fail at once where a retry cannot help: it would only burn quota and repeat the alert."""
    try:
        yield
    except Failure as error:
        if not error.is_final:
            raise
        raise AirflowFailException(str(error)) from error
