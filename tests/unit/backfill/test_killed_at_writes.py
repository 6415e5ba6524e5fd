"""Killed at every write in turn, then done again: it ends as if nobody had killed it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from backfill_house import House
from shortdrama.backfill.record import Backfill, read_backfill
from shortdrama.backfill.run import complete, note_running
from shortdrama.backfill.staging import discard, promote, stage
from shortdrama.lake.store import ObjectStore

pytestmark = pytest.mark.integration

WRITES = ("put", "upload", "copy", "compare_and_swap", "delete")


class Killed(BaseException):
    """kill -9."""


@contextmanager
def killed_at(number: int, monkeypatch: pytest.MonkeyPatch, *, is_after: bool) -> Iterator[None]:
    """The process ends before, or just after, its write of that number."""
    left = number

    def mortal(write: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0 and not is_after:
                raise Killed
            done = write(*given, **options)
            if left == 0:
                raise Killed
            return done

        return run

    with monkeypatch.context() as patch:
        for name in WRITES:
            patch.setattr(ObjectStore, name, mortal(getattr(ObjectStore, name)))
        yield


def until_it_ends(
    work: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, *, is_after: bool
) -> int:
    """How often it was killed until a try had no such write left."""
    for number in range(1, 100):
        try:
            with killed_at(number, monkeypatch, is_after=is_after):
                work()
        except Killed:
            continue
        return number - 1
    raise AssertionError("it never ends")


@pytest.mark.parametrize("is_after", [False, True])
def test_staged_and_promoted(house: House, monkeypatch: pytest.MonkeyPatch, is_after: bool) -> None:
    made: Backfill = house.backfill()
    name, load = made.backfill_id, house.staged(made, "september")
    at = (house.settings, house.store)
    assert until_it_ends(lambda: stage(name, "ada", *at, print), monkeypatch, is_after=is_after), (
        "it writes"
    )
    assert read_backfill(name, house.store).state == "staged"
    assert until_it_ends(
        lambda: promote(name, "looked at it", "bo", *at, print), monkeypatch, is_after=is_after
    )
    found = read_backfill(name, house.store)
    assert [step.state for step in found.steps] == ["planned", "staged", "promoted"]
    (mine,) = [one for one in house.ledger.records() if one.load_id == load.load_id][1:]
    assert mine.status == "accepted"
    before = house.current
    house.publish()
    assert house.current != before


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("end", ["completed", "discarded"])
def test_completed_or_discarded(
    house: House, monkeypatch: pytest.MonkeyPatch, is_after: bool, end: str
) -> None:
    made = house.backfill(is_reviewed=False)
    name, at = made.backfill_id, (house.settings, house.store)
    note_running(name, "ada", *at)
    load = house.staged(made, "september")
    work: dict[str, Callable[[], Any]] = {
        "completed": lambda: complete(name, "ada", *at),
        "discarded": lambda: discard(name, "the wrong year", "bo", *at),
    }
    assert until_it_ends(work[end], monkeypatch, is_after=is_after)
    steps = [step.state for step in read_backfill(name, house.store).steps]
    assert steps == ["planned", "running", end]
    statuses = [one.status for one in house.ledger.records() if one.load_id == load.load_id]
    assert statuses == ["staged", {"completed": "accepted"}.get(end, end)]
