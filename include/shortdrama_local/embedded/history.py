"""What happened to the services of a home since its supervisor started, one line each."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from shortdrama.core.clock import Clock
from shortdrama_local.embedded.folders import run_folder

What = Literal["ended", "hung", "gave up"]


class Event(BaseModel):
    """A service ended without being stopped, did not answer any more, or is not started again."""

    at: datetime
    service: str
    what: What


def record(service: str, what: What) -> None:
    """Append an event, now."""
    event = Event(at=Clock().now(), service=service, what=what)
    with _path().open("a", encoding="utf-8") as file:
        file.write(event.model_dump_json() + "\n")


def events() -> Sequence[Event]:
    """All events, oldest first, without lines that a kill has cut off."""
    found = []
    for line in _path().read_text(encoding="utf-8").splitlines() if _path().exists() else []:
        try:
            found.append(Event.model_validate_json(line))
        except ValidationError:
            continue
    return found


def forget() -> None:
    """Remove all events."""
    _path().unlink(missing_ok=True)


def _path() -> Path:
    return run_folder() / "history.jsonl"
