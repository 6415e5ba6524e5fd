"""How the pipeline's errors end an Airflow task."""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowFailException

from shortdrama.lake.overrides import DecisionRefused, UnknownLoad
from shortdrama.loads.refused import LoadRefused
from shortdrama.reports.brief import ReportWithheld
from shortdrama.sources.errors import PermanentError, QuotaError
from shortdrama.warehouse.refused import MartsRefused

FINAL = (
    PermanentError,
    QuotaError,
    LoadRefused,
    MartsRefused,
    ReportWithheld,
    DecisionRefused,
    UnknownLoad,
)


@contextmanager
def classed() -> Iterator[None]:
    """Fail at once where a retry cannot help: it would only burn quota and repeat the alert."""
    try:
        yield
    except FINAL as error:
        raise AirflowFailException(str(error)) from error
