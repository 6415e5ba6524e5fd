"""The backfills that are on their way, or wait for a person, as the lake says."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from shortdrama.backfill.page import next_steps, notes
from shortdrama.backfill.progress import Progress, progress_of
from shortdrama.backfill.record import Backfill, State, newest_ids, read_backfill
from shortdrama.backfill.run import WindowState, window_states
from shortdrama.core.errors import DamagedDocument, NewerDocument
from shortdrama.core.windows import Window
from shortdrama.gates.triage import Step
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import NotFound, ObjectStore

KEPT = 16


class BackfillProgress(BaseModel):
    """An open backfill. `since` is when it came into its state, `notes` what it waits for."""

    model_config = ConfigDict(frozen=True)

    state: State
    since: datetime
    window: Window
    reason: str
    progress: Progress
    paused_until: datetime | None
    notes: tuple[str, ...]
    next_steps: tuple[Step, ...]


class BackfillStatus(BaseModel):
    """The newest backfill of a dataset, if it is open. `unreadable` says why nothing is known."""

    model_config = ConfigDict(frozen=True)

    backfill_id: str
    dataset: str
    known: BackfillProgress | None = None
    unreadable: str | None = None


def backfill_status(backfill: Backfill, states: Sequence[WindowState]) -> BackfillStatus:
    """What is shown of an open backfill."""
    return BackfillStatus(
        backfill_id=backfill.backfill_id,
        dataset=backfill.asked.dataset,
        known=BackfillProgress(
            state=backfill.state,
            since=backfill.steps[-1].at,
            window=backfill.asked.window,
            reason=backfill.asked.reason,
            progress=progress_of(backfill.plan, states),
            paused_until=backfill.paused_until,
            notes=tuple(notes(backfill)),
            next_steps=tuple(next_steps(backfill)),
        ),
    )


def read_backfills(store: ObjectStore) -> Iterator[BackfillStatus]:
    """The open backfills, by dataset; what is damaged is said and hides no other one."""
    for backfill_id in newest_ids(store):
        dataset = backfill_id.rpartition("-")[0]
        try:
            etag = store.etag(keys.backfill(backfill_id))
            ledger = LoadLedger(store, dataset).etag()
            found = _status(store, backfill_id, etag, ledger)
        except NotFound:
            continue  # Housekeeping has removed it meanwhile.
        except (DamagedDocument, NewerDocument) as error:
            yield BackfillStatus(backfill_id=backfill_id, dataset=dataset, unreadable=str(error))
            continue
        if found is not None:
            yield found


@lru_cache(KEPT)
def _status(store: ObjectStore, backfill_id: str, *_: str | None) -> BackfillStatus | None:
    """Of a document and a ledger with these ETags; for other ones they are read again."""
    backfill = read_backfill(backfill_id, store)
    return backfill_status(backfill, window_states(backfill, store)) if backfill.is_open else None
