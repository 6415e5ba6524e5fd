"""Ladders: changes of a small load that move a figure past each of its limits, step by step."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from figures import SmallLoad
from shortdrama.gates.suites import Suite

Change = str | tuple[str, ...]
Ladder = tuple[Change, ...]
Limit = tuple[str, str, float]
"""The severity, which end it is, and its value."""

NEAR = 0.5
"""A step is near if it is this part of the limit away from it, or 1 from a whole number."""
EVERY = 8
"""`make test` tries so many times fewer; which ones depends on the order alone."""

ONE = "rowid = (select min(rowid) from load)"
EVERY_LOAD: Mapping[str, Ladder] = {
    "row_count": (f"delete from load where not {ONE}", "delete from load"),
    "duplicate_keys": ("insert into load select * from load limit 1",),
    "foreign_rows": (f"update load set load_id = 'L9' where {ONE}",),
    "sample_marks": (f"update load set is_sample = false where {ONE}",),
    "missing_countries": ("delete from load where country_code = 'JP'",),
    "unasked_countries": (f"update load set country_code = 'FR' where {ONE}",),
}


def of_all(key: str, share: float) -> str:
    """SQL: whether a row is among a share of all, by a hash of the key."""
    return f"hash({key}) % 1000 < {1000 * share}"


def lost(share: float, key: str, where: str = "true", table: str = "load") -> str:
    """A share of the rows is gone."""
    return f"delete from {table} where {where} and {of_all(key, share)}"


def new_ids(where: str) -> str:
    """Some products come a second time, under new ids."""
    return (
        "insert into load by name"
        f" select * replace (product_id + 100000 as product_id) from load where {where}"
    )


def parameters(ladders: Mapping[str, Ladder]) -> list[Any]:
    """Each figure with its ladder; most of them only for `make gates`."""
    return [
        pytest.param(
            figure, ladder, id=figure, marks=() if number % EVERY == 0 else pytest.mark.trials
        )
        for number, (figure, ladder) in enumerate(ladders.items())
    ]


def untried(dataset_id: str, figure: str, ladder: Ladder, small: SmallLoad) -> list[Limit]:
    """The limits of the figure that no step of the ladder comes close to, from both sides."""
    changes = [(step,) if isinstance(step, str) else step for step in ((), *ladder)]
    values = [value for one in changes if (value := small.figure(figure, one)) is not None]
    return [limit for limit in limits_of(dataset_id, figure) if not is_tried(limit, values)]


def limits_of(dataset_id: str, figure: str) -> Iterator[Limit]:
    """Each end of each expectation. Nothing is below the zero of what must be zero."""
    for expectation in Suite.load(f"{dataset_id}.load").expectations:
        kwargs = expectation["kwargs"]
        if kwargs["column"] != figure:
            continue
        for end in ("min_value", "max_value"):
            if kwargs.get(end) is not None and (end, kwargs[end]) != ("min_value", 0):
                yield expectation["severity"], end, kwargs[end]


def is_tried(limit: Limit, values: list[float]) -> bool:
    """Whether a value near the limit passes it, and one near it does not."""
    _, end, value = limit
    sign = 1 if end == "max_value" else -1
    step = max(NEAR * value, 1.0 if value == int(value) else 0.0)
    # How far each value is beyond the limit. What must be zero has no near side.
    beyond = [sign * (one - value) for one in values]
    passes = any(-step <= one <= 0 for one in beyond)
    return passes and any(one > 0 and (one <= step or value == 0) for one in beyond)
