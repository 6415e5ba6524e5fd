"""Landing: the bytes as received, one part per request, never changed.

A part is its packed body and a `.meta.json` beside it. The metadata is written last, so a part
without it was killed halfway and does not count. `<load_id>.pull.json` lists a pull's parts.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from shortdrama.core.clock import Clock
from shortdrama.lake import documents, keys, packing
from shortdrama.lake.documents import Document
from shortdrama.lake.reading import LayoutRef
from shortdrama.lake.records import Coverage
from shortdrama.lake.store import ObjectStore

REUSE_FOR = timedelta(hours=24)
"""A retried or cleared run reuses its own parts if they are younger than this."""


Ending = Literal["answered", "empty", "refused"]
"""How a call ended: with entries, without any, or as a refusal that only means "nothing"."""


class Part(Document):
    """One answer of a source. `context` says what the request was for (a country, a page).

    `entries` counts what the answer holds (rows, entries of a page), `body_bytes` its bytes
    unpacked; parts of older releases and files do not say them.
    """

    schema_version: Literal[1] = 1
    key: str
    said_at: datetime
    request: dict[str, str]
    response: dict[str, str]
    context: dict[str, str]
    sha256: str
    size_bytes: int
    is_sample: bool
    entries: int | None = None
    body_bytes: int | None = None

    @property
    def ending(self) -> Ending:
        """How the call ended; an answer whose entries nobody counted counts as answered."""
        if self.response.get("status", "200") != "200":
            return "refused"
        return "empty" if self.entries == 0 else "answered"


class Pull(Document):
    """A finished pull: what was asked for, when the source said it, and the parts in order.

    `revision` counts the loads made from it: 1 is the first, the others are replays. `layout` is
    the one that a replay must use. `backfill` is the backfill that asked; its load is staged.
    """

    # Form 2 has `backfill`. Older software would accept the load.
    upgrades = (lambda pull: pull,)
    schema_version: Literal[2] = 2
    pull_id: str
    dataset: str
    coverage: Coverage
    parts: tuple[Part, ...]
    revision: int = 1
    layout: LayoutRef | None = None
    backfill: str | None = None

    @property
    def file_name(self) -> str | None:
        """What the file is called that the pull took from an inbox."""
        return self.parts[0].context.get("file_name")

    @property
    def said_at(self) -> datetime:
        """The time of the oldest answer: nothing in the pull is older."""
        return min(part.said_at for part in self.parts)

    @property
    def is_sample(self) -> bool:
        """Whether any part says that it is sample."""
        return any(part.is_sample for part in self.parts)

    @property
    def load_id(self) -> str:
        """The id of the load that this pull becomes; it stays the same when conformed again."""
        return keys.load_id(self.said_at, self.pull_id, self.revision)


@dataclass(frozen=True)
class Usage:
    """What one answer says about the account, as far as it says it.

    `used` are the calls of today and `limit` how many there may be; `credits_cost` is what the
    answer itself cost in paid credits and `credits_left` what remains of them.
    """

    used: int | None = None
    limit: int | None = None
    credits_cost: int | None = None
    credits_left: int | None = None


@dataclass
class Cost:
    """What one attempt of a pull has cost so far.

    `used` counts requests sent, repeated ones too; `reused` answers that an earlier attempt of the
    same run had landed, `refusals` HTTP answers that were no success, of all tries. `endings` are
    those of the calls that have an answer, reused ones too. `limit`, `usage` and `credits_left` are
    the account's, from the newest answer; `credits_spent` is what the answers cost in paid credits.
    None: nobody said it.
    """

    used: int = 0
    reused: int = 0
    refusals: int = 0
    endings: Counter[Ending] = field(default_factory=Counter)
    limit: int | None = None
    usage: int | None = None
    credits_spent: int | None = None
    credits_left: int | None = None

    def hear(self, told: Usage | None) -> None:
        """Keep what an answer says about the account's quota and credits, if it says anything."""
        if told is None:
            return
        if told.used is not None and told.limit is not None:
            self.limit, self.usage = told.limit, told.used
        if told.credits_cost is not None:
            self.credits_spent = (self.credits_spent or 0) + told.credits_cost
        if told.credits_left is not None:
            self.credits_left = told.credits_left


class Landing:
    """The landing folder of one pull, and what this attempt of it costs."""

    def __init__(
        self,
        store: ObjectStore,
        dataset: str,
        pull_id: str,
        clock: Clock,
        reuse_for: timedelta = REUSE_FOR,
    ) -> None:
        self._store = store
        self._dataset = dataset
        self._pull_id = pull_id
        self._clock = clock
        self._reuse_for = reuse_for
        self._folders: dict[str, set[str]] = {}
        self.cost = Cost()

    def now(self) -> datetime:
        """The present, by the pipeline's clock."""
        return self._clock.now()

    def read(self, part: Part) -> bytes:
        """The part's body, unzipped."""
        return read_part(self._store, part)

    def find(self, fingerprint: str) -> Part | None:
        """The part that an earlier attempt of this run landed for the same request, if fresh."""
        now = self._clock.now()
        ages = range(self._reuse_for.days + 1)
        for day in (now.date() - timedelta(days=age) for age in ages):
            prefix = keys.landing_prefix(self._dataset, day, self._pull_id)
            key = f"{prefix}{fingerprint}.meta.json"
            part = documents.find(Part, self._store, key) if key in self._known(prefix) else None
            if part is not None and now - part.said_at < self._reuse_for:
                self.cost.endings[part.ending] += 1
                return part
        return None

    def _known(self, prefix: str) -> set[str]:
        """What is in a folder of this pull: one listing instead of a question for each part."""
        if prefix not in self._folders:
            self._folders[prefix] = set(self._store.list(prefix))
        return self._folders[prefix]

    def save(
        self,
        fingerprint: str,
        body: Path,
        *,
        extension: str,
        request: Mapping[str, str],
        response: Mapping[str, str],
        context: Mapping[str, str],
        is_sample: bool,
        said_at: datetime | None = None,
        entries: int | None = None,
        body_bytes: int | None = None,
    ) -> Part:
        """Land a packed body; the metadata goes last.

        `said_at` is when the source said it, if that was before now; `entries` and `body_bytes` as
        of Part.
        """
        now = self._clock.now()
        prefix = keys.landing_prefix(self._dataset, now.date(), self._pull_id)
        with body.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        part = Part(
            key=f"{prefix}{fingerprint}.{extension}{packing.SUFFIX}",
            said_at=said_at or now,
            request=dict(request),
            response=dict(response),
            context=dict(context),
            sha256=digest,
            size_bytes=body.stat().st_size,
            is_sample=is_sample,
            entries=entries,
            body_bytes=body_bytes,
        )
        self._store.upload(body, part.key)
        key = f"{prefix}{fingerprint}.meta.json"
        documents.put(part, self._store, key)
        self._known(prefix).add(key)
        self.cost.endings[part.ending] += 1
        return part

    def finish(self, coverage: Coverage, parts: list[Part], backfill: str | None = None) -> str:
        """Write `<load_id>.pull.json`; the key under which `read_pull` finds the pull again.

        `backfill` is the backfill that asked for it.
        """
        pull = Pull(
            pull_id=self._pull_id,
            dataset=self._dataset,
            coverage=coverage,
            parts=tuple(parts),
            backfill=backfill,
        )
        key = keys.pull_record(self._dataset, pull.said_at, self._pull_id)
        documents.put(pull, self._store, key)
        return key


def read_pull(store: ObjectStore, key: str) -> Pull:
    """The pull that was finished under that key."""
    return documents.get(Pull, store, key)


def read_part(store: ObjectStore, part: Part) -> bytes:
    """A part's body, unzipped, all in memory: only for small parts."""
    return packing.unpack(store.get(part.key), packing.packing_of(part.key))
