"""A gate's warnings about something that passed; they are kept with the data."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Concern = Literal["timeliness", "restatement", "completeness", "universe", "plausibility"]
"""What a warning is about, for people who do not read expectations: each has a sentence in the
reports' locales. The suites say it in `meta.concern`."""


class Warned(BaseModel):
    """A warning. `about` are the datasets that it concerns; empty: the marts as a whole."""

    model_config = ConfigDict(frozen=True)

    about: tuple[str, ...]
    concern: Concern
    text: str


def structured(warnings: Iterable[Any]) -> list[Any]:
    """Warnings as JSON, from documents older than 2026-11-28: some hold only the text."""
    return [
        {"about": [], "concern": "plausibility", "text": warning}
        if isinstance(warning, str)
        else warning
        for warning in warnings
    ]
