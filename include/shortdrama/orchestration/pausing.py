"""Backfills in Airflow: who asks, and pulls that are left out while one is paused or stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from shortdrama.core.errors import LoadRefused, QuotaError

if TYPE_CHECKING:
    from shortdrama.core.settings import Settings
    from shortdrama.lake.store import ObjectStore


BY_ITSELF = "backfill_continue"
"""Who goes on with a paused backfill: the DAG's name."""


def asked_by() -> str:
    """Who has triggered this run."""
    return get_current_context()["dag_run"].triggering_user_name or BY_ITSELF


@contextmanager
def pausing(backfill_id: str | None, settings: "Settings", store: "ObjectStore") -> Iterator[None]:
    """Skip a pull of a backfill if it is stopped or paused, and when the quota ends.

    A quota that is used up is no failure of a backfill, so nothing is mailed about it. Other pulls
    pass None, and their errors go through.
    """
    if backfill_id is None:
        yield
        return
    from shortdrama.orchestration.backfills import pause, why_not_now

    if why := why_not_now(backfill_id, settings, store):
        raise AirflowSkipException(why)
    try:
        yield
    except QuotaError as error:
        said = pause(backfill_id, error, asked_by(), settings, store)
        raise AirflowSkipException(said) from error


@contextmanager
def unless_discarded(backfill_id: str | None, store: "ObjectStore") -> Iterator[None]:
    """Skip a load that does not count because somebody discarded its backfill meanwhile.

    Nobody has to be mailed about that. Other refusals go through.
    """
    from shortdrama.backfill.record import read_backfill

    try:
        yield
    except LoadRefused as refused:
        if backfill_id and read_backfill(backfill_id, store).state == "discarded":
            raise AirflowSkipException(f"backfill {backfill_id} is discarded") from refused
        raise
