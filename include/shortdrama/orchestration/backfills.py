"""What the tasks of the backfill DAGs do, without Airflow."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import Any

from shortdrama.backfill.asking import checked, dataset_for_backfill
from shortdrama.backfill.form import filled_form
from shortdrama.backfill.outlook import countries_of
from shortdrama.backfill.page import page
from shortdrama.backfill.plan import Asked, left_of
from shortdrama.backfill.record import Backfill, all_backfills, read_backfill
from shortdrama.backfill.run import (
    PULLED,
    begin,
    cancel,
    check_all_staged,
    complete,
    foreseen,
    note_failed,
    note_paused,
    note_running,
    requests_due,
    window_states,
)
from shortdrama.backfill.shown import shown_plan
from shortdrama.backfill.staging import discard, note_changes, promote, stage
from shortdrama.core.errors import BackfillRefused, DecisionRefused, Failure, QuotaError
from shortdrama.core.schedules import next_midnight
from shortdrama.core.settings import Settings
from shortdrama.datasets import dataset_named
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.records import is_completed
from shortdrama.lake.store import ObjectStore
from shortdrama.sources.connector import PullRequest
from shortdrama.warehouse.snapshots.manifest import (
    current_snapshot_id,
    find_manifest,
    read_manifest,
)

Form = Mapping[str, Any]
"""What a person filled in, or what `filled_form` makes of an earlier one."""

Say = Callable[[str], None]


def begun(form: Form, by: str, settings: Settings, store: ObjectStore, say: Say) -> str | None:
    """Begin what the form asks for, or go on with it; the backfill's id, None for a dry run.

    No source is asked. Raises BackfillRefused.
    """
    asked = _asked(form, settings, store)
    if form["dry_run"]:
        earlier, made = foreseen(asked, settings, store)
        if earlier is not None:
            say(f"goes on with backfill {earlier.backfill_id}, which is {earlier.state}")
        say(shown_plan(made))
        return None
    is_reviewed = form["publication"] == "stage"
    backfill = begin(asked, is_reviewed=is_reviewed, by=by, settings=settings, store=store)
    states = window_states(backfill, store)
    rest = left_of(backfill.plan, [one.planned for one in states if one.status not in PULLED])
    say(f"backfill {backfill.backfill_id}\n{shown_plan(rest)}")
    note_running(backfill.backfill_id, by, settings, store)
    return backfill.backfill_id


def due_in(pool: str, backfill_id: str, store: ObjectStore) -> list[PullRequest]:
    """The pulls of the plan's first day, if the dataset is pulled in that pool."""
    backfill = read_backfill(backfill_id, store)
    if dataset_named(backfill.asked.dataset).pool != pool:
        return []
    return requests_due(backfill, backfill.plan.today, store)


def why_not_now(backfill_id: str, settings: Settings, store: ObjectStore) -> str | None:
    """Why nothing of it is to be pulled now: somebody has stopped it, or its quota is used up."""
    backfill = read_backfill(backfill_id, store)
    if stopped := _why_stopped(backfill):
        return stopped
    until = backfill.paused_until
    if until is not None and settings.clock.now() < until:
        return f"the quota is used up; backfill {backfill_id} goes on at {_at(until)}"
    return None


def pause(
    backfill_id: str, error: QuotaError, by: str, settings: Settings, store: ObjectStore
) -> str:
    """Note that the quota ended in the middle; a line that says when it goes on, if it does."""
    until = next_midnight(settings.clock.now())
    # What the error advises is for a daily run. A discarded backfill takes no note.
    with suppress(BackfillRefused):
        note_paused(backfill_id, until, "the day's quota is used up", by, settings, store)
    if stopped := _why_stopped(read_backfill(backfill_id, store)):
        return f"{error}\n{stopped}"
    return f"{error}\nBackfill {backfill_id} is paused. It goes on by itself at {_at(until)}"


def finished(
    backfill_id: str, by: str, settings: Settings, store: ObjectStore, say: Say
) -> str | None:
    """What follows when nothing more is pulled today; the dataset whose loads count from now on.

    None if none do: it is paused, staged, or somebody has stopped it. Raises BackfillIncomplete if
    a window that was due has no good load, and what staging raises; then it is noted as failed.
    """
    try:
        completed = _finished(backfill_id, by, settings, store, say)
    except Failure as error:
        if _is_stopped(read_backfill(backfill_id, store)):
            say(f"somebody has stopped it meanwhile: {error}")
            return None
        note_failed(backfill_id, str(error).splitlines()[0], by, settings, store)
        say(shown(backfill_id, store))
        raise
    say(shown(backfill_id, store))
    return completed


def shown(backfill_id: str, store: ObjectStore) -> str:
    """Its page."""
    backfill = read_backfill(backfill_id, store)
    return page(backfill, window_states(backfill, store))


def to_go_on(settings: Settings, store: ObjectStore) -> list[dict[str, Any]]:
    """For each paused backfill whose quota has been reset: the id of the run and its form."""
    now = settings.clock.now()
    return [
        {
            "trigger_run_id": run_after(one),
            "conf": filled_form(one.asked, is_reviewed=one.is_reviewed),
        }
        for one in all_backfills(store)
        if one.state == "paused" and one.paused_until is not None and one.paused_until <= now
    ]


def run_after(backfill: Backfill) -> str:
    """The run that goes on after a pause: always the same, so that no pause starts two runs."""
    return f"{backfill.backfill_id}__{backfill.paused_until:%Y-%m-%dT%H.%M}"


def note_deserted(
    was_run: Callable[[str], bool], by: str, settings: Settings, store: ObjectStore, say: Say
) -> None:
    """Note those as failed that nobody goes on with; call it only while no run of one is active.

    A run was killed or stopped and could not say so, or the run after a pause has failed before it
    began. `was_run` says whether there was a run of that id.
    """
    for one in all_backfills(store):
        if one.state in ("planned", "running") and _is_completed(one, store):
            complete(one.backfill_id, by, settings, store)
            say(f"backfill {one.backfill_id} was killed when its loads counted; it is completed")
            continue
        if one.state in ("planned", "running"):
            why = "its run was killed or stopped, and could not say so itself"
        elif one.state == "paused" and was_run(run_after(one)):
            why = f"the run that should go on with it has failed: {run_after(one)}"
        else:
            continue
        note_failed(one.backfill_id, why, by, settings, store)
        say(f"backfill {one.backfill_id}: {why}")


def note_published(settings: Settings, store: ObjectStore, say: Say) -> None:
    """Note what each backfill has changed that was published at once, and is published by now."""
    for one in all_backfills(store):
        if one.state == "completed" and one.changes is None and _is_comparable(one, store):
            note_changes(one.backfill_id, settings, store)
            say(shown(one.backfill_id, store))


def decided(
    form: Form, user: str | None, settings: Settings, store: ObjectStore, say: Say
) -> str | None:
    """Decide as the form of `backfill_decision` says; the dataset whose loads count from now on.

    Raises DecisionRefused, BackfillRefused, and what a promotion raises; then nothing was changed.
    """
    if not user:
        raise DecisionRefused(
            "this run does not name the user who triggered it, but a decision needs a name: trigger"
            " backfill_decision in the UI, or use `shortdrama backfill`"
        )
    backfill_id, because = form["backfill"].strip(), form["because"]
    dataset = None
    if form["decision"] == "promote":
        digest = (form["digest"] or "").strip() or None
        promote(backfill_id, because, user, settings, store, say, digest=digest)
        dataset = read_backfill(backfill_id, store).asked.dataset
    elif form["decision"] == "discard":
        discard(backfill_id, because, user, settings, store)
    else:
        cancel(backfill_id, because, user, settings, store)
    say(shown(backfill_id, store))
    return dataset


def _asked(form: Form, settings: Settings, store: ObjectStore) -> Asked:
    dataset = dataset_for_backfill(form["dataset"])
    return checked(
        dataset.id,
        date.fromisoformat(form["start"]),
        date.fromisoformat(form["end"]),
        form["countries"] or [],
        form["policy"],
        form["because"],
        known=countries_of(dataset, settings, store),
        today=settings.clock.today(),
    )


def _finished(
    backfill_id: str, by: str, settings: Settings, store: ObjectStore, say: Say
) -> str | None:
    backfill = read_backfill(backfill_id, store)
    if _is_stopped(backfill) and backfill.state != "completed":
        return None
    left = [one for one in window_states(backfill, store) if one.status not in PULLED]
    is_refused = any(one.status == "quarantined" for one in left)
    if backfill.state == "paused" and not is_refused:
        return None
    # By the day of the plan: a run may end after midnight.
    was_due = any(one.planned.from_day <= backfill.plan.today for one in left)
    if left and not was_due:
        _wait_for(min(one.planned.from_day for one in left), backfill, by, settings, store)
        return None
    check_all_staged(backfill, store)
    if backfill.is_reviewed:
        stage(backfill_id, by, settings, store, say)
        return None
    complete(backfill_id, by, settings, store)
    return backfill.asked.dataset


def _wait_for(
    day: date, backfill: Backfill, by: str, settings: Settings, store: ObjectStore
) -> None:
    until = datetime.combine(day, time(), UTC)
    why = "the rest of its plan is for the quotas of later days"
    note_paused(backfill.backfill_id, until, why, by, settings, store)


def _is_stopped(backfill: Backfill) -> bool:
    return backfill.state == "cancelled" or not backfill.is_open


def _why_stopped(backfill: Backfill) -> str | None:
    if not _is_stopped(backfill):
        return None
    return f"backfill {backfill.backfill_id} is {backfill.state}, so nothing more of it is pulled"


def _is_comparable(backfill: Backfill, store: ObjectStore) -> bool:
    """Whether all its loads are in the current snapshot, and the one before is still there."""
    if current_snapshot_id(store) is None or backfill.before is None:
        return False
    if find_manifest(store, backfill.before) is None:
        return False
    state = read_manifest(store).datasets.get(backfill.asked.dataset)
    own = set(_counting(backfill, store))
    return state is not None and bool(own) and own <= set(state.load_ids)


def _is_completed(backfill: Backfill, store: ObjectStore) -> bool:
    newest = LoadLedger(store, backfill.asked.dataset).newest()
    return not backfill.is_reviewed and is_completed(newest, backfill.backfill_id)


def _counting(backfill: Backfill, store: ObjectStore) -> Iterator[str]:
    for load in LoadLedger(store, backfill.asked.dataset).accepted():
        if load.backfill == backfill.backfill_id:
            yield load.load_id


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
