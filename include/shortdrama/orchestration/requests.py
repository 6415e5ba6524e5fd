"""What a run pulls: derived from its type, its data interval and what the person asked for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from shortdrama.core.windows import Window, asked_windows
from shortdrama.datasets import datasets_of
from shortdrama.datasets.model import Api, Dataset, Trailing
from shortdrama.sources.connector import PullRequest


def dated_requests(
    source: str,
    run_key: str,
    run_type: str,
    interval_start: datetime | None,
    params: Mapping[str, Any],
    today: date,
) -> list[dict[str, Any]]:
    """A pull request per window, for each dataset of the source whose past can be pulled."""
    return [
        request
        for dataset in datasets_of(source)
        if (trailing := _trailing(dataset)) is not None
        for request in as_requests(
            dataset, run_key, run_windows(trailing, run_type, interval_start, params, today)
        )
    ]


def present_requests(source: str, run_key: str) -> list[dict[str, Any]]:
    """A pull request per dataset of the source that only says how things are now."""
    return [
        request
        for dataset in datasets_of(source)
        if _trailing(dataset) is None
        for request in as_requests(dataset, run_key, [None])
    ]


def run_windows(
    trailing: Trailing,
    run_type: str,
    interval_start: datetime | None,
    params: Mapping[str, Any],
    today: date,
) -> list[Window]:
    """The windows of a run of a dated source.

    Scheduled: the trailing window that ends on the interval's day. Under Airflow's backfill: only
    that day. By hand: `start` and `end` from the form, or the trailing window.
    """
    if run_type == "backfill" and interval_start is not None:
        return [Window(start=interval_start.date(), end=interval_start.date())]
    if run_type == "scheduled" and interval_start is not None:
        return list(trailing.ending(interval_start.date()).split())
    start, end = (_date(params.get(name)) for name in ("start", "end"))
    return asked_windows(start, end, today, trailing.ending(today - timedelta(days=1)))


def as_requests(
    dataset: Dataset, run_key: str, windows: Sequence[Window | None]
) -> list[dict[str, Any]]:
    """A pull request per window (None: as things are now), in the form that Airflow passes on."""
    return [
        PullRequest(dataset=dataset.id, run_key=run_key, window=window).model_dump(mode="json")
        for window in windows
    ]


def _trailing(dataset: Dataset) -> Trailing | None:
    return dataset.arrives.trailing if isinstance(dataset.arrives, Api) else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
