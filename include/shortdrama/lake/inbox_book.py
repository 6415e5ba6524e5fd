"""The book of an inbox: which files were seen, when, and which of them were decided.

A store's own times are no evidence: a restore or a copy changes them. What the book says of a file
stays, so the order in which two files of one edition count stays too.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shortdrama.lake.documents import Document
from shortdrama.lake.store import Listed

ONE_SECOND = timedelta(seconds=1)
"""The lake's times are in whole seconds."""


class Seen(BaseModel):
    """One content under one key. `uploaded_at` is what the store said when it was first seen.

    `dataset` and `pull_id` are what it is and becomes, once somebody looked into it; `is_decided`:
    a load was accepted or refused, so nobody has to look again.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    etag: str
    size: int
    uploaded_at: datetime
    sha256: str | None = None
    dataset: str | None = None
    pull_id: str | None = None
    is_decided: bool = False

    def is_of(self, listed: Listed) -> bool:
        """Whether the object still has the content that was seen."""
        return (self.key, self.etag, self.size) == (listed.key, listed.etag, listed.size)


class InboxBook(Document):
    """The files of one source's inbox, by key; of a key that was replaced, the newest content."""

    schema_version: Literal[1] = 1
    files: dict[str, Seen] = Field(default_factory=dict)
    newest_at: datetime | None = None

    def seen(self, listed: Listed) -> Seen | None:
        """What is known of the object with that content."""
        found = self.files.get(listed.key)
        return found if found and found.is_of(listed) else None

    def with_listed(self, listed: Iterable[Listed], now: datetime) -> "InboxBook":
        """The book with the objects that it did not know; itself if it knew them all.

        Those that were uploaded later get a later time, also where the store's clock or ours says
        otherwise; files of the same second get the same time, for nobody knows their order.
        """
        new = sorted(
            (one for one in listed if self.seen(one) is None), key=lambda one: one.modified_at
        )
        if not new:
            return self
        files, newest = dict(self.files), self.newest_at
        for modified_at, group in groupby(new, key=lambda one: one.modified_at):
            at = min(modified_at, now).replace(microsecond=0)
            newest = at if newest is None else max(at, newest + ONE_SECOND)
            for one in group:
                files[one.key] = Seen(key=one.key, etag=one.etag, size=one.size, uploaded_at=newest)
        return self.model_copy(update={"files": files, "newest_at": newest})

    def with_seen(self, seen: Iterable[Seen]) -> "InboxBook":
        """The book with more known about files; of those that were replaced since, nothing."""
        kept = {
            one.key: one
            for one in seen
            if (there := self.files.get(one.key)) is not None
            and (there.etag, there.size) == (one.etag, one.size)
            and there != one
        }
        return self.model_copy(update={"files": self.files | kept}) if kept else self
