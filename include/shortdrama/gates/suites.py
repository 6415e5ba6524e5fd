"""Suites of expectations: read from `expectations/`, run on frames, merged into findings.

Great Expectations takes seconds to import and is loaded when the first suite runs.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd
import pyarrow as pa

from shortdrama.gates import frames
from shortdrama.gates.results import Finding, Sample, Severity, words
from shortdrama.gates.suite_files import read_suite
from shortdrama.lake.marker import LakeKind

MAX_SAMPLES = 5
PAIR_EQUAL = "expect_column_pair_values_to_be_equal"
UNIQUE = ("expect_compound_columns_to_be_unique", "expect_column_values_to_be_unique")


class SuiteError(RuntimeError):
    """An expectation could not be evaluated: the suite and the data do not fit together."""


@dataclass(frozen=True)
class Suite:
    """A suite, as in its JSON file; `suite_files` says what it is called."""

    name: str
    document: dict[str, Any]

    @classmethod
    def load(cls, name: str) -> "Suite":
        """The suite of that name in `expectations/`."""
        return cls(name, read_suite(name))

    @property
    def expectations(self) -> list[dict[str, Any]]:
        """The expectations as Great Expectations writes them."""
        return list(self.document["expectations"])

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the expectations look at."""
        names: dict[str, None] = {}
        for expectation in self.expectations:
            kwargs = expectation["kwargs"]
            names |= dict.fromkeys(kwargs.get("column_list", ()))
            names |= dict.fromkeys(
                kwargs[role] for role in ("column", "column_A", "column_B") if role in kwargs
            )
        return tuple(names)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that the suite says are unique together, if it does."""
        for expectation in self.expectations:
            if expectation["type"] in UNIQUE:
                return tuple(columns_of(expectation))
        return ()

    def with_key(self, key: Sequence[str]) -> tuple[str, ...]:
        """The columns to read: those of the expectations, and those that name a row."""
        return tuple(dict.fromkeys((*key, *self.columns)))

    def for_lake(self, kind: LakeKind) -> "Suite":
        """The suite without the expectations that `meta.lake` keeps for the other kind of lake."""
        kept = [e for e in self.expectations if e["meta"].get("lake", kind) == kind]
        return Suite(self.name, {**self.document, "expectations": kept})


@dataclass
class _Tally:
    """One expectation's result so far, over the slices seen."""

    holds: bool = True
    unexpected: int = 0
    checked: int = 0
    observed: int | None = None
    samples: list[Sample] = field(default_factory=list)

    def add(self, failure: Any | None, table: pa.Table, columns: Sequence[str]) -> None:
        self.checked += len(table)
        if failure is None:
            return
        self.holds = False
        outcome = failure.result
        if "element_count" not in outcome:
            self.observed = int(outcome["observed_value"])
            self.unexpected = self.checked = 1
            return
        self.unexpected += int(outcome["unexpected_count"])
        rows = outcome.get("partial_unexpected_index_list") or []
        wanted = rows[: MAX_SAMPLES - len(self.samples)]
        self.samples += frames.samples(table, wanted, columns)


def audit_rows(suite: Suite, slices: Iterable[pa.Table], key: Sequence[str]) -> list[Finding]:
    """Run the suite on every slice; one finding per expectation that fails in some slice.

    With more than one slice, use only expectations about single rows and a row count of at least 1.
    Expectations about the whole table belong to a profile.
    """
    tallies = [_Tally() for _ in suite.expectations]
    for table in slices:
        failures = _failures(suite, range(len(tallies)), frames.to_pandas(table))
        for number, (expectation, tally) in enumerate(
            zip(suite.expectations, tallies, strict=True)
        ):
            tally.add(failures.get(number), table, [*key, *columns_of(expectation)])
    return [
        _finding(
            suite,
            expectation,
            unexpected=tally.unexpected,
            checked=tally.checked,
            observed=tally.observed,
            samples=tuple(tally.samples),
        )
        for expectation, tally in zip(suite.expectations, tallies, strict=True)
        if not tally.holds
    ]


def audit_profile(suite: Suite, profile: dict[str, Any]) -> list[Finding]:
    """Run the suite on a profile: figures about a whole table, by name.

    A figure that is None does not apply and always passes. A finding about a figure shows the rows
    of `<figure>_samples`.
    """
    figures = {name: profile[name] for name in suite.columns}
    said = {name: value for name, value in figures.items() if value is not None}
    frame = pd.DataFrame({name: [float(value)] for name, value in said.items()}, dtype="Float64")
    columns = [expectation["kwargs"]["column"] for expectation in suite.expectations]
    applying = [number for number, column in enumerate(columns) if column in said]
    findings = []
    for number in sorted(_failures(suite, applying, frame)):
        expectation, column = suite.expectations[number], columns[number]
        rows = (profile.get(f"{column}_samples") or [])[:MAX_SAMPLES]
        findings.append(
            _finding(
                suite,
                expectation,
                unexpected=1,
                checked=1,
                observed=frames.json_safe(figures)[column],
                excess=_excess(figures[column], expectation["kwargs"]),
                samples=tuple(frames.json_safe(row) for row in rows),
            )
        )
    return findings


def _excess(figure: Any, limits: dict[str, Any]) -> float | None:
    """How many times the limit a figure above it is, or the other way round below it."""
    low, high = limits.get("min_value"), limits.get("max_value")
    if high is not None and figure > high:
        return float(figure) / high if high > 0 else None
    return low / float(figure) if low is not None and figure > 0 else None


def _finding(suite: Suite, expectation: dict[str, Any], **found: Any) -> Finding:
    severity: Severity = expectation["severity"]
    return Finding(
        suite=suite.name,
        expectation=expectation["type"],
        column=", ".join(columns_of(expectation)) or None,
        severity=severity,
        expected=expected_words(expectation),
        reason=expectation["meta"]["reason"],
        concern=expectation["meta"].get("concern", "plausibility"),
        **found,
    )


def columns_of(expectation: dict[str, Any]) -> list[str]:
    """The columns that an expectation looks at."""
    return list(Suite("", {"expectations": [expectation]}).columns)


def expected_words(expectation: dict[str, Any]) -> str:
    """What the expectation asks for, in words."""
    kwargs = expectation["kwargs"]
    low, high = (
        None if kwargs.get(end) is None else words(kwargs[end])
        for end in ("min_value", "max_value")
    )
    if low and high:
        return low if low == high else f"between {low} and {high}"
    if low:
        return f"above {low}" if kwargs.get("strict_min") else f"at least {low}"
    if high:
        return f"at most {high}"
    if "value_set" in kwargs:
        return "one of " + ", ".join(map(str, kwargs["value_set"]))
    if "regex" in kwargs:
        return f"like {kwargs['regex']}"
    if expectation["type"] in UNIQUE:
        return "unique"
    if "column_A" in kwargs:
        return "equal" if expectation["type"] == PAIR_EQUAL else "in descending order"
    return "filled in"


@cache
def _batch_definition() -> Any:
    """The only context of this process: in memory, silent, without telemetry."""
    # Before the import, because the import itself logs hundreds of lines.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("gate").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


def _failures(suite: Suite, numbers: Sequence[int], frame: pd.DataFrame) -> dict[int, Any]:
    """Which of the `numbers` failed: results by place in the suite; raises SuiteError.

    Counts and rows double the cost, so they are computed only for expectations that failed.
    """
    verdicts = _validate(suite, numbers, frame, "BOOLEAN_ONLY") if numbers else {}
    broken = [number for number, result in verdicts.items() if not result.success]
    return _validate(suite, broken, frame, "SUMMARY") if broken else {}


def _validate(
    suite: Suite, numbers: Sequence[int], frame: pd.DataFrame, detail: str
) -> dict[int, Any]:
    """Great Expectations' results for some of the expectations, by their place in the suite."""
    from great_expectations import ExpectationSuite

    # It returns results grouped by column; the id says which expectation a result is for.
    numbered = [{**suite.expectations[number], "id": str(number)} for number in numbers]
    batch = _batch_definition().get_batch(batch_parameters={"dataframe": frame})
    results = batch.validate(
        ExpectationSuite(**{**suite.document, "expectations": numbered}),
        result_format={"result_format": detail, "partial_unexpected_count": MAX_SAMPLES},
    ).results
    for result in results:
        if detail != "BOOLEAN_ONLY" and not result.result:
            raise SuiteError(
                f"{result.expectation_config.type} of the suite {suite.name} could not be"
                f" evaluated: {_messages(result.exception_info)}. Correct"
                f" expectations/{suite.name}.json or the columns that it names"
            )
    return {int(result.expectation_config.id): result for result in results}


def _messages(exception_info: dict[str, Any]) -> str:
    """What went wrong, by metric, each message once."""
    details = [entry for entry in exception_info.values() if isinstance(entry, dict)]
    messages = {str(entry["exception_message"]) for entry in details or [exception_info]}
    return "; ".join(sorted(messages))
