"""How the pipeline's errors end an Airflow task."""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from shortdrama.core.errors import Failure


@contextmanager
def classed() -> Iterator[None]:
    """Fail at once where a retry cannot help: it would only burn quota and repeat the alert.

    Airflow prints the frames of what a task raises. Of an error of ours they say nothing to a
    person, so only its message goes on; the error itself stays behind it as `__context__`.
    """
    try:
        yield
    except Failure as error:
        kind = AirflowFailException if error.is_final else AirflowException
        raise kind(str(error)) from None
