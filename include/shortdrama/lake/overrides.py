"""Overrides: what a person decided against a gate's verdict, with a name and a reason."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from shortdrama.core.errors import DecisionRefused

OverrideKind = Literal["load_accepted", "load_revoked", "marts_published"]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class AcceptedFinding(BaseModel):
    """A critical finding of the mart gate that a person accepted."""

    model_config = ConfigDict(frozen=True)

    suite: str
    expectation: str
    column: str | None = None


class Override(BaseModel):
    """A decision: by whom, when (UTC) and why.

    `subject` is a load id, or for marts the build id; `dataset` is that of the load. For marts
    `findings` are exactly the critical findings that were accepted.
    """

    model_config = ConfigDict(frozen=True)

    kind: OverrideKind
    subject: str
    dataset: str | None = None
    by: Filled
    at: datetime
    because: Filled
    findings: tuple[AcceptedFinding, ...] = ()

    def repeats(self, other: "Override | None") -> bool:
        """Whether the same person already decided the same for the same reason."""
        return other is not None and self.model_copy(update={"at": other.at}) == other

    @property
    def text(self) -> str:
        """Who, when and why, as errors and logs print it."""
        return f"by {self.by} on {self.at:%Y-%m-%d %H:%M} UTC (“{self.because}”)"


def said_why(because: str) -> str:
    """The reason without blanks around it; raises DecisionRefused if nothing is left."""
    reason = because.strip()
    if not reason:
        raise DecisionRefused(
            "a decision needs its reason: it is kept, and shown in the snapshot and in the report."
            ' Give it with --because "…"'
        )
    return reason


def said_who(by: str) -> str:
    """The name without blanks around it; raises DecisionRefused if nothing is left."""
    name = by.strip()
    if not name:
        raise DecisionRefused(
            "a decision needs the name of who decides: it is kept, and others will ask that person."
            " Give it with --by, or leave --by out to decide as the user of this machine"
        )
    return name
