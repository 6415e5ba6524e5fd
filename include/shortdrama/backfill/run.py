"""A backfill on its way: begun or resumed, paused, completed or given up. Knows no scheduler.

Every function can be called twice: after a kill, the same call goes on.
"""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from shortdrama.backfill.outlook import budget_of, known_for
from shortdrama.backfill.plan import (
    Asked,
    Plan,
    PlannedWindow,
    left_of,
    plan,
    spread_again,
)
from shortdrama.backfill.record import (
    Backfill,
    State,
    Step,
    check_none_open,
    create,
    of_dataset,
    read_backfill,
    update,
)
from shortdrama.core.errors import BackfillRefused, Failure
from shortdrama.core.settings import Settings
from shortdrama.datasets import dataset_named
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.overrides import said_who, said_why
from shortdrama.lake.records import Status, is_completed
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id


class BackfillIncomplete(Failure):
    """Windows of the backfill are not staged yet; the message names them and says what to do."""

    is_final = True


class WindowState(BaseModel):
    """A window of the plan and what became of it: the status of its newest load, if it has one."""

    model_config = ConfigDict(frozen=True)

    planned: PlannedWindow
    status: Status | None
    load_id: str | None = None
    rows: int | None = None


def begin(
    asked: Asked, *, is_reviewed: bool, by: str, settings: Settings, store: ObjectStore
) -> Backfill:
    """Begin a backfill, or go on with the open one that asks for the same.

    `asked` was checked (`asking.checked`). A resumed backfill keeps its windows, so that answers
    which were landed before are used; it plans again when they are pulled. Raises BackfillRefused
    if another one of the dataset is open, or if nothing is to be pulled.
    """
    earlier = _open_same(asked, store)
    if earlier is not None:
        return _resume(earlier, is_reviewed, by, settings, store)
    made = _planned(asked, settings, store)
    step = _step("planned", by, asked.reason, settings)
    return create(
        asked.dataset,
        store,
        lambda backfill_id: Backfill(
            backfill_id=backfill_id,
            asked=asked,
            is_reviewed=is_reviewed,
            plan=made,
            steps=(step,),
            before=current_snapshot_id(store),
        ),
    )


def foreseen(asked: Asked, settings: Settings, store: ObjectStore) -> tuple[Backfill | None, Plan]:
    """What `begin` would do: the open backfill that it would go on with, and what is to be pulled.

    Changes nothing, and raises BackfillRefused like `begin`.
    """
    earlier = _open_same(asked, store)
    if earlier is None:
        check_none_open(asked.dataset, store)
        return None, _planned(asked, settings, store)
    return earlier, left_of(*_planned_again(earlier, settings, store))


def requests_due(backfill: Backfill, day: date, store: ObjectStore) -> list[PullRequest]:
    """The pulls that are due until that day, oldest window first.

    The run key names the backfill and not the run, so that a resumed backfill uses the answers that
    were landed before. After a refused load the key is another one: the source is asked again.
    """
    return [
        PullRequest(
            dataset=backfill.asked.dataset,
            run_key=_run_key(backfill.backfill_id, refused),
            window=planned.window,
            countries=planned.countries,
            backfill=backfill.backfill_id,
        )
        for planned, refused in _not_staged(backfill, store)
        if planned.from_day <= day
    ]


def note_running(backfill_id: str, by: str, settings: Settings, store: ObjectStore) -> Backfill:
    """Its windows are being pulled."""
    return note("running", backfill_id, by, "", settings, store)


def note_paused(
    backfill_id: str, until: datetime, because: str, by: str, settings: Settings, store: ObjectStore
) -> Backfill:
    """The quota is used up; `until` is when it starts again (UTC)."""
    return note("paused", backfill_id, by, because, settings, store, paused_until=until)


def note_failed(
    backfill_id: str, because: str, by: str, settings: Settings, store: ObjectStore
) -> Backfill:
    """A run of it ended with an error; asking for the same again goes on."""
    return note("failed", backfill_id, by, because, settings, store)


def cancel(
    backfill_id: str, because: str, by: str, settings: Settings, store: ObjectStore
) -> Backfill:
    """A person stops it. Its staged loads stay, so that it can go on; `discard` drops them.

    Raises DecisionRefused without a reason, BackfillRefused if its loads count already.
    """
    reason, by = said_why(because), said_who(by)
    backfill = read_backfill(backfill_id, store)
    newest = LoadLedger(store, backfill.asked.dataset).newest()
    if backfill.is_open and is_completed(newest, backfill_id):
        raise BackfillRefused(
            f"the loads of backfill {backfill_id} count already, so there is nothing to cancel; to"
            " note its end, which a kill has prevented, ask for the same again"
        )
    return note("cancelled", backfill_id, by, reason, settings, store)


def complete(backfill_id: str, by: str, settings: Settings, store: ObjectStore) -> list[LoadRecord]:
    """Accept all its loads in one append, if every window is staged; the accepted records.

    From then on the next build publishes them. Raises BackfillIncomplete, BackfillRefused for a
    backfill that a person wants to look at first.
    """
    backfill = read_backfill(backfill_id, store)
    if backfill.state == "cancelled":
        raise BackfillRefused(
            f"backfill {backfill_id} was cancelled {_by(backfill.steps[-1])}; to go on with it, ask"
            " for the same again"
        )
    if backfill.is_reviewed:
        raise BackfillRefused(
            f"backfill {backfill_id} is staged for review: look at it with"
            f" `shortdrama backfill show {backfill_id}`, then promote or discard it"
        )
    check_all_staged(backfill, store)
    ledger = LoadLedger(store, backfill.asked.dataset)
    if not is_completed(ledger.newest(), backfill_id):
        # What it changes is compared with this one: days of other loads may lie since it began.
        before = current_snapshot_id(store)
        update(backfill_id, store, lambda found: found.model_copy(update={"before": before}))
    accepted = ledger.settle(backfill_id, "accepted", settings.clock.now())
    note("completed", backfill_id, by, "", settings, store)
    return accepted


def check_all_staged(backfill: Backfill, store: ObjectStore) -> None:
    """Raise BackfillIncomplete unless every window is staged, or counts already."""
    left = [one for one in window_states(backfill, store) if one.status not in PULLED]
    if not left:
        return
    lines = [
        f"{one.planned.window}: "
        + (f"load {one.load_id} was refused" if one.load_id else "not pulled yet")
        for one in left
    ]
    raise BackfillIncomplete(
        f"{len(left)} of {len(backfill.plan.windows)} windows of backfill {backfill.backfill_id}"
        f" are not staged, so nothing of it is published:\n" + "\n".join(lines) + "\nWhat to do:"
        " `shortdrama gate show LOAD` says why a load was refused and how to accept it. To pull"
        " again what is missing, ask for the same backfill again"
    )


PULLED: tuple[Status, ...] = ("staged", "accepted", "revoked")
"""The states of a load after which its window is not pulled again."""


def window_states(backfill: Backfill, store: ObjectStore) -> list[WindowState]:
    """Each window of the plan, and what became of it."""
    own = _own_loads(backfill, store)
    states = []
    for planned in backfill.plan.windows:
        loads = [one for one in own if _is_of(one, planned)]
        # A staged load counts, whatever was refused before or after it.
        pulled = [one for one in loads if one.status in PULLED]
        newest = [None, *loads, *pulled][-1]
        states.append(
            WindowState(
                planned=planned,
                status=newest.status if newest else None,
                load_id=newest.load_id if newest else None,
                rows=newest.rows if newest else None,
            )
        )
    return states


def _not_staged(backfill: Backfill, store: ObjectStore) -> list[tuple[PlannedWindow, int]]:
    """The windows to pull, each with the number of its pulls that were refused."""
    own = _own_loads(backfill, store)
    left = []
    for planned in backfill.plan.windows:
        loads = [one for one in own if _is_of(one, planned)]
        if not any(one.status in PULLED for one in loads):
            left.append((planned, len({one.pull_id for one in loads})))
    return left


def _own_loads(backfill: Backfill, store: ObjectStore) -> list[LoadRecord]:
    newest = LoadLedger(store, backfill.asked.dataset).newest()
    return [one for one in newest if one.backfill == backfill.backfill_id]


def _is_of(load: LoadRecord, planned: PlannedWindow) -> bool:
    coverage = load.coverage
    return coverage.window == planned.window and (
        not planned.countries or set(coverage.countries) == set(planned.countries)
    )


def _run_key(backfill_id: str, refused: int) -> str:
    return f"backfill {backfill_id}" + (f", try {refused + 1}" if refused else "")


def _open_same(asked: Asked, store: ObjectStore) -> Backfill | None:
    """The open backfill that asks for the same, if there is one."""
    found = of_dataset(asked.dataset, store)
    return next((one for one in found if one.is_open and _same(one.asked, asked)), None)


def _planned(asked: Asked, settings: Settings, store: ObjectStore) -> Plan:
    made = plan(asked, known_for(asked, settings, store))
    if not made.windows:
        raise BackfillRefused(
            f"accepted loads cover all of {asked.dataset} {asked.window}: nothing is to be pulled."
            " To pull the days again, ask for all of them (`--all`)"
        )
    return made


def _planned_again(
    backfill: Backfill, settings: Settings, store: ObjectStore
) -> tuple[Plan, list[PlannedWindow]]:
    """Its plan with new days for the windows that are not pulled yet, and these windows."""
    _check_not_discarded(backfill, store)
    left = [planned for planned, _ in _not_staged(backfill, store)]
    budget = budget_of(dataset_named(backfill.asked.dataset).source, settings, store)
    return spread_again(backfill.plan, left, budget, settings.clock.today()), left


def _same(one: Asked, other: Asked) -> bool:
    """Whether they ask for the same, maybe for another reason."""
    # The order of the countries is that of the settings, which may change.
    return set(one.countries) == set(other.countries) and (
        one.model_copy(update={"reason": other.reason, "countries": other.countries}) == other
    )


def _check_not_discarded(backfill: Backfill, store: ObjectStore) -> None:
    """Raise BackfillRefused if a person has discarded it, and a kill came before the note."""
    if any(one.status == "discarded" for one in _own_loads(backfill, store)):
        name = backfill.backfill_id
        raise BackfillRefused(
            f"the discarding of backfill {name} was stopped before its end, and what is discarded"
            f' never counts. Finish it: `shortdrama backfill discard {name} --because "…"`. Then'
            " ask for the same again"
        )


def _resume(
    backfill: Backfill, is_reviewed: bool, by: str, settings: Settings, store: ObjectStore
) -> Backfill:
    """Go on: the days of the windows are planned again, the windows stay."""
    made, _ = _planned_again(backfill, settings, store)
    name, changes = backfill.backfill_id, {"is_reviewed": is_reviewed, "plan": made}
    return note("planned", name, by, "resumed", settings, store, **changes)


OF_A_RUN: frozenset[State] = frozenset({"running", "paused", "failed", "staged"})
"""What a run notes about itself."""


def note(
    state: State,
    backfill_id: str,
    by: str,
    because: str,
    settings: Settings,
    store: ObjectStore,
    **changes: Any,
) -> Backfill:
    """Note a state; the same state for the same reason is noted once.

    `changes` are of other fields. Raises BackfillRefused if the backfill has ended, also if it did
    while the caller was looking at it. What a person has cancelled stays cancelled, whatever
    becomes of the run that is still pulling.
    """

    def change(found: Backfill) -> Backfill:
        last = found.steps[-1]
        changed = {name: getattr(found, name) for name in changes} != changes
        if (last.state, last.because) == (state, because) and not changed:
            return found
        if last.state == "cancelled" and state in OF_A_RUN:
            return found
        if not found.is_open:
            raise BackfillRefused(
                f"backfill {backfill_id} is {found.state} {_by(last)}, and that is final"
            )
        return found.at(_step(state, by, because, settings), **changes)

    return update(backfill_id, store, change)


def _by(step: Step) -> str:
    why = f" (“{step.because}”)" if step.because else ""
    return f"by {step.by} on {step.at:%Y-%m-%d %H:%M} UTC{why}"


def _step(state: State, by: str, because: str, settings: Settings) -> Step:
    return Step(state=state, at=settings.clock.now(), by=by, because=because)
