"""Which causes were mailed and are not over yet, so that each cause is mailed only once.

The lake has one list for all machines. Each machine also has a list in its home, which counts when
the lake is away, because "the lake is away" is one of the causes.
"""

import os
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, ValidationError

from shortdrama.lake import documents, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.store import ObjectStore

KEPT = timedelta(days=90)
"""How long the list remembers causes that are over."""

OF_THE_STORE = ("store_away", "store_refused")
"""Causes that only the machine's list can hold, and that are over as soon as the lake answers."""

ONCE = "load_refused/"
"""Causes that are mailed only once: a refused load stays refused, however often it is cleared."""


ALONE = "alone"
"""The token of an incident that a machine has ended without the lake: its end was mailed."""


class Work(BaseModel):
    """A task, and the dataset or the report's period on which it works; None means any."""

    model_config = ConfigDict(frozen=True)

    dag_id: str
    task: str
    dataset: str | None = None

    def covers(self, other: "Work") -> bool:
        """Whether the other is part of this work."""
        same_task = (self.dag_id, self.task) == (other.dag_id, other.task)
        return same_task and self.dataset in (None, other.dataset)


class Incident(BaseModel):
    """A cause that was mailed. It is over at the next success of `healed_by`.

    Without `healed_by` it is over when the watch no longer sees it. `left` is what a person must
    still do after that. `token` says who wrote the entry last.
    """

    model_config = ConfigDict(frozen=True)

    cause: str
    opened_at: datetime
    title: str = ""
    healed_by: Work | None = None
    left: str = ""
    over_at: datetime | None = None
    token: str = ""

    @property
    def is_of_the_store(self) -> bool:
        """Whether the store itself is the cause."""
        return self.cause in OF_THE_STORE

    @property
    def is_open(self) -> bool:
        """Whether it is not over."""
        return self.over_at is None

    def is_news_after(self, known: "Incident | None") -> bool:
        """Whether it needs a mail, given what is known about the same cause.

        A failure before the end of the known incident was part of that incident.
        """
        if known is None:
            return True
        if known.over_at is None or self.cause.startswith(ONCE):
            return False
        return self.opened_at > known.over_at


class Known(Document):
    """The document of the lake's list."""

    incidents: tuple[Incident, ...] = ()

    @property
    def by_cause(self) -> dict[str, Incident]:
        """What is known of each cause, over or not."""
        return {incident.cause: incident for incident in self.incidents}

    @classmethod
    def of(cls, entries: Iterable[Incident], now: datetime) -> "Known":
        """The list of these entries, without those that were over long ago."""
        kept = [one for one in entries if one.over_at is None or one.over_at > now - KEPT]
        return cls(incidents=tuple(sorted(kept, key=lambda one: one.cause)))


class LakeBook:
    """The list for all machines: one document, changed by compare-and-swap."""

    def __init__(self, store: Callable[[], ObjectStore]) -> None:
        self._store = store

    def entries(self) -> dict[str, Incident]:
        """What is known of each cause, over or not."""
        found = documents.find(Known, self._store(), keys.INCIDENTS)
        return found.by_cause if found else {}

    def open(self, incident: Incident, local: Incident | None) -> bool:
        """Enter an incident; False if it is not new. `local` is open on this machine.

        The lake may not have what is open here, or others may have ended it since.
        """

        def opened(standing: Incident | None) -> Incident | None:
            missed = local is not None and local.is_news_after(standing)
            return None if missed or not incident.is_news_after(standing) else incident

        return self._change(incident.cause, opened, incident.opened_at)

    def close(self, cause: str, at: datetime) -> bool:
        """End the incident of a cause; True only for the caller who ended it."""

        def closed(standing: Incident | None) -> Incident | None:
            if standing is None or not standing.is_open:
                return None
            return standing.model_copy(update={"over_at": at})

        return self._change(cause, closed, at)

    def forget(self, cause: str) -> None:
        """As if the cause had never been entered."""

        def without(known: Known | None) -> Known:
            entries = known.incidents if known else ()
            return Known(incidents=tuple(one for one in entries if one.cause != cause))

        documents.update(Known, self._store(), keys.INCIDENTS, without)

    def _change(
        self, cause: str, change: Callable[[Incident | None], Incident | None], now: datetime
    ) -> bool:
        """Replace an entry; whether we did it, even if the answer to our first write was lost.

        `change` gives the new entry, or None to leave it.
        """
        token = uuid.uuid4().hex

        def changed(known: Known | None) -> Known:
            known = known or Known()
            standing = known.by_cause.get(cause)
            if standing is not None and standing.token == token:
                return known
            entry = change(standing)
            if entry is None:
                return known
            ours = entry.model_copy(update={"token": token})
            return Known.of((known.by_cause | {cause: ours}).values(), now)

        known = documents.update(Known, self._store(), keys.INCIDENTS, changed)
        standing = known.by_cause.get(cause)
        return standing is not None and standing.token == token


class LocalBook:
    """The list of this machine: one file per cause; its name is enough.

    On a full disk only an empty file can be made, so the list must work without the files' content.
    Raises OSError when no file can be made.
    """

    def __init__(self, folder: Path) -> None:
        self._open, self._over = folder / "open", folder / "over"
        # Make the folder early, while the disk has room.
        with suppress(OSError):
            self._open.mkdir(parents=True, exist_ok=True)
            self._over.mkdir(exist_ok=True)

    def open(self, incident: Incident) -> bool:
        """Enter an incident; False if it is not new."""
        name = quote(incident.cause, safe="")
        if not incident.is_news_after(_read(self._over / name)):
            return False
        path = self._open / name
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            return False
        with suppress(OSError):
            path.write_text(incident.model_dump_json())
        _set_time(path, incident.opened_at)
        return True

    def close(self, cause: str, at: datetime, *, alone: bool = False) -> bool:
        """End the incident of a cause; True for the one caller who ended it.

        `alone`: the lake's list does not know of it yet.
        """
        name = quote(cause, safe="")
        try:
            (self._open / name).replace(self._over / name)
        except FileNotFoundError:
            return False
        if alone:
            ended = Incident(cause=cause, opened_at=at, token=ALONE)
            with suppress(OSError):
                (self._over / name).write_text(ended.model_dump_json())
        _set_time(self._over / name, at)
        return True

    def forget(self, cause: str) -> None:
        """As if the cause had never been entered."""
        (self._open / quote(cause, safe="")).unlink(missing_ok=True)

    def find(self, cause: str) -> Incident | None:
        """The incident of the cause, if it is open."""
        return _read(self._open / quote(cause, safe=""))

    def ended_alone(self, cause: str) -> Incident | None:
        """The last incident of the cause, if it was ended while the lake was away."""
        ended = _read(self._over / quote(cause, safe=""))
        return ended if ended is not None and ended.token == ALONE else None

    def incidents(self) -> dict[str, Incident]:
        """Those that are open, by cause."""
        found = map(_read, sorted(self._open.glob("*")))
        return {incident.cause: incident for incident in found if incident is not None}


def _read(path: Path) -> Incident | None:
    """What a file says about its cause, if there is one. Files in `over` have the end's time."""
    try:
        text, time = path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    try:
        incident = Incident.model_validate_json(text)
    except ValidationError:
        incident = Incident(cause=unquote(path.name), opened_at=time)
    return incident.model_copy(update={"over_at": time}) if path.parent.name == "over" else incident


def _set_time(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


class Incidents:
    """Both lists together. Nothing here raises: an alert must not depend on what has failed."""

    def __init__(self, local: LocalBook, lake: LakeBook, say: Callable[[str], None]) -> None:
        self._local, self._lake, self._say = local, lake, say

    def begin(self, incident: Incident) -> bool:
        """Whether the caller must mail it: as far as we know, nobody has."""
        if not incident.is_of_the_store:
            try:
                return self._begin_for_all(incident)
            except Exception as error:
                # Whatever is wrong with the lake's list, this machine has its own.
                self._say(f"the lake's list of alerts cannot be used ({type(error).__name__})")
        try:
            return self._local.open(incident)
        except OSError as error:
            self._say(f"this machine's list of alerts cannot be used ({error.strerror})")
            return True  # two mails are better than none

    def _begin_for_all(self, incident: Incident) -> bool:
        local = None
        with suppress(OSError):
            local = self._local.find(incident.cause)
        begun = self._lake.open(incident, local)
        if begun:
            # For the time when the lake is away.
            with suppress(OSError):
                self._local.forget(incident.cause)
                self._local.open(incident)
        return begun

    def end(self, is_over: Callable[[Incident], bool], at: datetime) -> list[Incident]:
        """End the incidents that are over; returns those that this caller ended, once each.

        Incidents of the store stay open until the lake's list can be read.
        """
        local: dict[str, Incident] = {}
        with suppress(OSError):
            local = self._local.incidents()
        try:
            of_all = self._lake.entries()
        except Exception:
            of_all = None
        known = local | {k: e for k, e in (of_all or {}).items() if e.is_open}
        ended = []
        for cause, incident in known.items():
            over = is_over(incident) and not (incident.is_of_the_store and of_all is None)
            if over and self._end(cause, local.get(cause), of_all, at):
                ended.append(incident)
        return ended

    def _end(
        self,
        cause: str,
        local: Incident | None,
        of_all: dict[str, Incident] | None,
        at: datetime,
    ) -> bool:
        """End it in both lists; whether we did it."""
        ended_here, alone = False, None
        with suppress(OSError):
            alone = self._local.ended_alone(cause)
            ended_here = self._local.close(cause, at, alone=of_all is None)
        standing = (of_all or {}).get(cause)
        if standing is not None and standing.is_open:
            with suppress(Exception):  # the next success ends it
                return self._lake.close(cause, at) and standing.is_news_after(alone)
            return False
        # What others have ended is not new; what the lake has never known is ours.
        return ended_here and local is not None and local.is_news_after(standing)

    def take_back(self, incident: Incident) -> None:
        """Forget the cause, because no mail has left: its next failure tries again."""
        for book in (self._local, self._lake):
            with suppress(Exception):
                book.forget(incident.cause)
