"""What happens to a backfill while a run of it, or a look at all of them, is on its way."""

from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from backfill_house import FIRST_HALF, SECOND_HALF, House
from shortdrama.backfill.record import Backfill, read_backfill
from shortdrama.backfill.run import cancel
from shortdrama.backfill.staging import discard
from shortdrama.core.errors import BackfillRefused, LoadRefused, QuotaError
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.orchestration import backfills, pausing

FORM = {
    "dataset": ESTIMATES.id,
    "start": "2025-08-01",
    "end": "2025-09-30",
    "countries": None,
    "policy": "all",
    "because": "it was restated",
    "publication": "stage",
    "dry_run": False,
}


def begun(house: House, **changes: Any) -> str | None:
    return backfills.begun(FORM | changes, "ada", house.settings, house.store, print)


@pytest.mark.parametrize(("stop", "state"), [(cancel, "cancelled"), (discard, "discarded")])
def test_a_pull_whose_quota_ends_after_somebody_stopped_the_backfill_is_left_out(
    lake: House, two: Backfill, monkeypatch: pytest.MonkeyPatch, stop: Any, state: str
) -> None:
    """Nobody is mailed about what a person has decided, and nothing goes on by itself."""
    monkeypatch.setattr(pausing, "asked_by", lambda: "ada")

    def pull() -> None:
        with pausing.pausing(two.backfill_id, lake.settings, lake.store):
            stop(two.backfill_id, "not needed", "bob", lake.settings, lake.store)
            raise QuotaError("the day's quota is used up (HTTP 420)")

    with pytest.raises(AirflowSkipException, match=f"is {state}, so nothing more"):
        pull()
    assert read_backfill(two.backfill_id, lake.store).state == state


def test_a_load_that_was_discarded_on_its_way_is_left_out_and_nobody_is_mailed(
    lake: House, two: Backfill
) -> None:
    def gate(backfill_id: str | None) -> None:
        with pausing.unless_discarded(backfill_id, lake.store):
            raise LoadRefused("no", "l1")

    for refused in (two.backfill_id, None):
        with pytest.raises(LoadRefused):
            gate(refused)
    discard(two.backfill_id, "not needed", "bob", lake.settings, lake.store)
    with pytest.raises(AirflowSkipException, match="is discarded"):
        gate(two.backfill_id)


def test_a_dry_run_says_what_a_run_would_do(
    lake: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would go on with what is open, or be refused because of it."""
    asked = {"start": "2025-09-01", "policy": "missing"}
    made = begun(lake, **asked)
    assert made is not None
    (window,) = read_backfill(made, lake.store).plan.windows
    found = read_backfill(made, lake.store)
    lake.staged(found, "l1", window.window)
    capsys.readouterr()
    assert begun(lake, **asked, dry_run=True) is None
    assert "nothing is left to pull" in capsys.readouterr().out
    with pytest.raises(BackfillRefused, match="two of one"):
        begun(lake, dry_run=True)


def test_the_log_of_a_resumed_one_shows_only_what_is_left(
    lake: House, two: Backfill, capsys: pytest.CaptureFixture[str]
) -> None:
    lake.staged(two, "l1", FIRST_HALF)
    assert begun(lake, start="2025-09-01") == two.backfill_id
    shown = capsys.readouterr().out
    assert "calls: 4 in 1 windows" in shown
    assert "this backfill has" in shown


def test_one_that_was_killed_after_its_loads_counted_is_completed_by_the_next_look(
    lake: House, two: Backfill
) -> None:
    lake.staged(two, "l1", FIRST_HALF)
    lake.staged(two, "l2", SECOND_HALF)
    lake.ledger.settle(two.backfill_id, "accepted", lake.settings.clock.now())
    backfills.note_deserted(lambda _: False, "it", lake.settings, lake.store, print)
    assert read_backfill(two.backfill_id, lake.store).state == "completed"


def test_a_digest_that_was_pasted_with_spaces_is_the_digest(
    lake: House, two: Backfill, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    monkeypatch.setattr(backfills, "promote", lambda *_, digest: given.append(digest))
    for digest in (" 0a1b ", "  ", None):
        form = {"decision": "promote", "backfill": two.backfill_id, "because": "looked at it"}
        backfills.decided(form | {"digest": digest}, "ada", lake.settings, lake.store, print)
    assert given == ["0a1b", None, None]
