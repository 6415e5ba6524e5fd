"""A ledger's facts, in few words."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from overviews import overview  # noqa: F401 - a fixture
from shortdrama.health.overview.facts import LoadFact


@pytest.fixture
def load() -> Callable[..., LoadFact]:
    """`load("2026-02-01", "2026-02-07")`: accepted, said and decided the day after it ends."""
    made = 0

    def make(start: str, end: str | None = None, **changes: Any) -> LoadFact:
        nonlocal made
        made += 1
        first, last = date.fromisoformat(start), date.fromisoformat(end or start)
        said_at = datetime.combine(last, time(23, 59), UTC)
        if said := changes.pop("said", None):
            said_at = datetime.fromisoformat(said).replace(tzinfo=UTC)
        decided = changes.pop("decided", None)
        fact = LoadFact(
            load_id=f"load-{made}", status="accepted", seq=made, start=first, end=last,
            countries=(), said_at=said_at,
            decided_at=datetime.fromisoformat(decided).replace(tzinfo=UTC) if decided else said_at,
            about=f"{first}..{last}", reasons=(), override=None,
        )  # fmt: skip
        return fact._replace(**changes)

    return make
