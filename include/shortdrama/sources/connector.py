"""What every connector does: pull a request into landing."""

import hashlib
from datetime import datetime
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from shortdrama.core.errors import PermanentError
from shortdrama.core.windows import Window
from shortdrama.lake.landing import Landing, Part
from shortdrama.lake.ledger import Coverage
from shortdrama.sources.http import Call


class PullRequest(BaseModel):
    """One dataset to pull, for one window or from one inbox file.

    `run_key` names the run: attempts with the same key share their landing parts. `uploaded_at` is
    when the inbox file came, `too_large` its size in bytes if nobody is to download it.
    """

    model_config = ConfigDict(frozen=True)

    dataset: str
    run_key: str
    window: Window | None = None
    inbox_key: str | None = None
    uploaded_at: datetime | None = None
    too_large: int | None = None

    def __str__(self) -> str:
        about = self.window or (self.inbox_key or "").rsplit("/", 1)[-1]
        return f"{self.dataset} {about}".strip()

    @property
    def pull_id(self) -> str:
        """The same for every attempt of the same run, and for no other."""
        text = f"{self.dataset}|{self.window}|{self.inbox_key}|{self.run_key}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]


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
class Planned(Protocol):
    """A connector that knows all its calls before it makes the first."""

    def calls(self, request: PullRequest) -> list[Call]:
        """The calls of a pull, in order, without making any; raises SourceError."""
        ...
