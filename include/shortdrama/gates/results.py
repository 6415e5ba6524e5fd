"""What a gate found. Light to import: reading a result does not load Great Expectations."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from shortdrama.lake.documents import Document
from shortdrama.lake.warned import Concern, Warned

Severity = Literal["critical", "warning"]
Sample = dict[str, JsonValue]


SHAPE = "shape"
"""In place of a suite's name: what could not be made into rows, in words of its own."""


class Finding(BaseModel):
    """One expectation that failed.

    `unexpected` of `checked` rows break it; for a figure about the whole table (a row count, a
    column of a profile) `observed` is that figure and both counts are 1. `excess` says how many
    times its limit a figure is; it is None where there is no such measure, as for rows, a limit of
    zero, a fall to nothing, or a result of an older release. `samples` are some of the failing
    rows, key columns first.
    """

    model_config = ConfigDict(frozen=True)

    suite: str
    expectation: str
    column: str | None
    severity: Severity
    unexpected: int
    checked: int
    expected: str
    observed: JsonValue = None
    excess: float | None = None
    samples: tuple[Sample, ...] = ()
    reason: str
    concern: Concern = "plausibility"

    @property
    def name(self) -> str:
        """The expectation and its column, for people."""
        return f"{self.expectation}({self.column})" if self.column else self.expectation

    @property
    def _said(self) -> str:
        if self.observed is None:
            return f"{self.unexpected:,} of {self.checked:,} rows are not {self.expected}"
        return f"observed {words(self.observed)}, expected {self.expected}"

    @property
    def short(self) -> str:
        """The shortest line that still says what is wrong."""
        if self.suite == SHAPE and self.observed is not None and self.severity == "critical":
            return str(self.observed)
        return f"{self.column or self.expectation}: {self._said}"

    @property
    def text(self) -> str:
        """One readable line."""
        example = f", e.g. {_sample_words(self.samples[0])}" if self.samples else ""
        return f"{self.name} — {self._said}{example}. {self.reason}"

    def warned(self, *about: str) -> Warned:
        """The warning about these datasets; if none are given, about those in the samples."""
        named = dict.fromkeys(str(row["dataset"]) for row in self.samples if "dataset" in row)
        return Warned(about=about or tuple(named), concern=self.concern, text=self.text)


class GateResult(Document):
    """What a gate says about a load, or about the marts of a build.

    `judged` is a digest of the marts' content: the verdict is only about this content, even if
    another build of the same loads gives a different one.
    """

    schema_version: Literal[1] = 1
    subject: str
    judged: str = ""
    suites: tuple[str, ...]
    rows: int
    findings: tuple[Finding, ...] = ()
    what_to_do: str

    @property
    def critical(self) -> tuple[Finding, ...]:
        """The findings that refuse."""
        return tuple(finding for finding in self.findings if finding.severity == "critical")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that are kept with the data."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def refused(self) -> bool:
        """Whether the subject may not go on."""
        return bool(self.critical)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the subject was refused, one line per critical finding."""
        return tuple(finding.text for finding in self.critical)

    def summary(self) -> str:
        """One line for an alert or a log: the verdict, the first reason, and what to do."""
        if not self.refused:
            warned = "; ".join(finding.text for finding in self.warnings)
            return f"{self.subject} passed, {self.rows:,} rows" + (
                f", {len(self.warnings)} warning(s): {warned}" if warned else ""
            )
        first, *others = self.reasons
        more = f" Also: {'; '.join(finding.name for finding in self.critical[1:])}."
        return (
            f"{self.subject} refused: {first}{more if others else ''} What to do: {self.what_to_do}"
        )


def words(value: JsonValue) -> str:
    """A figure as people write it, with thousands set off."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _sample_words(sample: Sample) -> str:
    return ", ".join(f"{column} {value}" for column, value in sample.items())
