"""What every connector does: pull a request into landing."""

import hashlib
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import PermanentError
from shortdrama.core.windows import Window
from shortdrama.lake.landing import REUSE_FOR, Landing, Part
from shortdrama.lake.ledger import Coverage
from shortdrama.sources.http import Call

BACKFILL_REUSE_FOR = timedelta(days=7)
"""A load says that it is as old as its oldest part, so a newer load of the same days still wins."""


class PullRequest(BaseModel):
    """One dataset to pull, for one window or from one inbox file.

    `run_key` names the run: attempts with the same key share their landing parts. `uploaded_at` is
    when the inbox file came, `too_large` its size in bytes if nobody is to download it.

    `backfill` is the backfill that asks: its load is staged, and its landing parts are shared for a
    week, because it may wait for several days' quotas. `countries` are asked instead of those of
    the settings; empty: those of the settings.
    """

    model_config = ConfigDict(frozen=True)

    dataset: str
    run_key: str
    window: Window | None = None
    inbox_key: str | None = None
    uploaded_at: datetime | None = None
    too_large: int | None = None
    backfill: str | None = None
    countries: tuple[str, ...] = ()

    def __str__(self) -> str:
        about = self.window or (self.inbox_key or "").rsplit("/", 1)[-1]
        return f"{self.dataset} {about}".strip()

    @property
    def pull_id(self) -> str:
        """The same for every attempt of the same run, and for no other."""
        text = f"{self.dataset}|{self.window}|{self.inbox_key}|{self.run_key}"
        if self.countries:
            text += f"|{' '.join(self.countries)}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def reuse_for(self) -> timedelta:
        """How old a landing part of the same run may be."""
        return BACKFILL_REUSE_FOR if self.backfill else REUSE_FOR


def window_of(request: PullRequest) -> Window:
    """The window of a request that must have one; raises PermanentError."""
    if request.window is None:
        raise PermanentError(f"{request.dataset} needs a window; give start and end")
    return request.window


class Connector(Protocol):
    """One dataset's way in."""

    def pull(self, request: PullRequest, landing: Landing) -> tuple[Coverage, list[Part]]:
        """Land every answer; raises SourceError."""
        ...


@runtime_checkable
class ByCountry(Protocol):
    """A connector that can be asked for only some of its countries."""

    countries: tuple[str, ...]
    """All countries that it asks for, also the world if it does."""


@runtime_checkable
class Planned(Protocol):
    """A connector that knows all its calls before it makes the first."""

    def calls(self, request: PullRequest) -> list[Call]:
        """The calls of a pull, in order, without making any; raises SourceError."""
        ...
