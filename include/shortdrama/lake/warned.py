"""What a gate told of something that it let pass; it travels with the data."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

Concern = Literal["timeliness", "restatement", "completeness", "universe", "plausibility"]
"""What a warning is about, for people who do not read expectations: each has a sentence in the
reports' locales. The suites say it in `meta.concern`."""


class Warned(BaseModel):
    """A warning. `about` are the datasets that it concerns; none: the marts as a whole."""

    model_config = ConfigDict(frozen=True)

    about: tuple[str, ...]
    concern: Concern
    text: str

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        """Ledgers and manifests of before 2026-11-28 hold the text alone."""
        if isinstance(value, str):
            return {"about": (), "concern": "plausibility", "text": value}
        return value
