"""What a run pulls: read off its type, its data interval and what the person asked for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from shortdrama.sources.connector import PullRequest
from shortdrama.windows import Window, asked_windows, trailing


def run_windows(
    run_type: str,
    interval_start: datetime | None,
    params: Mapping[str, Any],
    today: date,
) -> list[Window]:
    """The windows of a run of a dated source.

    Scheduled: the trailing window that ends on the interval's day. Under Airflow's backfill: that
    day alone. By hand: `start` and `end` from the form, or the trailing window.
    """
    if run_type == "backfill" and interval_start is not None:
        return [Window(start=interval_start.date(), end=interval_start.date())]
    if run_type == "scheduled" and interval_start is not None:
        return list(trailing(interval_start.date()).split())
    start, end = (_date(params.get(name)) for name in ("start", "end"))
    return asked_windows(start, end, today)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def as_requests(
    dataset: str, run_key: str, windows: Sequence[Window | None]
) -> list[dict[str, Any]]:
    """A pull request per window (None: as things stand now), in the form that Airflow passes on."""
    return [
        PullRequest(dataset=dataset, run_key=run_key, window=window).model_dump(mode="json")
        for window in windows
    ]
