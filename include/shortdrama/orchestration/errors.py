"""How the pipeline's errors end an Airflow task."""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from shortdrama.core.errors import Failure


@contextmanager
def classed() -> Iterator[None]:
    """Fail at once if a retry cannot help: it would only use quota and repeat the alert.

    Airflow prints the stack frames of what a task raises. For errors of ours they do not help a
    person, so only the message is raised; the error itself is kept as `__context__`.
    """
    try:
        yield
    except Failure as error:
        kind = AirflowFailException if error.is_final else AirflowException
        raise kind(str(error)) from None
