"""Alerts that wait for the mail server, as files in the home, without addresses."""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

PATIENCE_SECONDS = 300.0
"""If sending takes longer than this, the sender was killed meanwhile."""


def writable(text: str) -> str:
    """The text without halves of characters, which no mail, file or log can hold."""
    return text.encode(errors="replace").decode()


Text = Annotated[str, BeforeValidator(writable)]


class Alert(BaseModel):
    """A mail to the engineers, written at an instant in UTC. `cause` names what happened."""

    model_config = ConfigDict(frozen=True)

    cause: str
    subject: Text
    body: Text
    at: datetime


class Outbox:
    """A folder with one file per alert: `.sending` while somebody tries, `.waiting` after that.

    An alert is written to a file before it is sent, so that a killed process loses none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)

    def keep(self, alert: Alert) -> Path | None:
        """Write an alert to a file, as being sent; None if nothing can be written."""
        path = self._folder / _unique(f"{alert.at:%Y%m%dT%H%M%S}")
        try:
            path.touch(mode=0o600)
            path.write_text(alert.model_dump_json())
        except OSError:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            return None
        return path

    def wait(self, path: Path) -> None:
        """Let an alert wait again, because it could not be sent."""
        path.replace(path.with_suffix(".waiting"))

    def drop(self, path: Path | None) -> None:
        """Remove an alert: it was sent, or must not be sent."""
        if path is not None:
            path.unlink(missing_ok=True)

    def take(self) -> Iterator[tuple[Path, Alert]]:
        """Each alert that waits, oldest first; the caller sends it, drops it or lets it wait."""
        for path in sorted(self._folder.glob("*")):
            if path.suffix != ".waiting" and not _was_left(path):
                continue
            mine = path.with_name(_unique(path.name.partition("-")[0]))
            try:
                os.utime(path)
                path.replace(mine)
                yield mine, Alert.model_validate_json(mine.read_text())
            except OSError:
                continue  # another process has taken it, or it is another user's
            except ValueError:  # also half a character
                mine.unlink()  # its writer was killed before it claimed anything


def _unique(begin: str) -> str:
    return f"{begin}-{uuid.uuid4().hex}.sending"


def _was_left(path: Path) -> bool:
    try:
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return False
    return path.suffix == ".sending" and age > PATIENCE_SECONDS
