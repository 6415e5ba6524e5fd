"""The form of the DAG `backfill`, filled in."""

from typing import Any

from shortdrama.backfill.plan import Asked


def filled_form(asked: Asked, *, is_reviewed: bool) -> dict[str, Any]:
    """The form that asks for it, staged for review or published at once."""
    return {
        "dataset": asked.dataset,
        "start": str(asked.window.start),
        "end": str(asked.window.end),
        "countries": list(asked.countries),
        "policy": asked.policy,
        "because": asked.reason,
        "publication": "stage" if is_reviewed else "publish",
        "dry_run": False,
    }
