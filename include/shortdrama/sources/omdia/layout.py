"""A layout: the words of one publisher's workbooks and what they mean, as data.

A label of the data fits a label of the layout in any case and without footnote marks; `*` in the
layout stands for any text, as in `CAGR *`. Units fit by their meaning.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shortdrama.sources.files.figures import label_key
from shortdrama.sources.files.units import same_unit

ValueKind = Literal["actual", "estimate", "forecast"]
Label = Literal["region", "country", "segment", "metric", "unit", "year"]
Meaning = TypeVar("Meaning")

SKIP = "skip"
YEAR = "{year}"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShareOf(_Data):
    """The total that a share is of: another geography, or another segment; what it is not keeps."""

    geography: str | None = None
    segment: str | None = None


class Metric(_Data):
    """What a metric label means. No workbook says gross or net: the basis is our reading.

    `unit_label` is given where the metric's label names the unit too, as `Revenue (US$m)` does.
    """

    metric: str
    unit: str
    value_basis: str
    basis_evidence: str
    share_of: ShareOf | None = None
    unit_label: str | None = None


class Unit(_Data):
    """What a unit label means: one of it is `scale` of `unit`."""

    unit: str
    scale: Decimal


class Vendor(_Data):
    """What readers are told about a publisher: the columns of the mart `dim_vendor`."""

    methodology: str | None = None
    scope: str
    revenue_basis: Literal["gross", "net"] | None = None
    basis_evidence: Literal["stated", "inferred", "assumed"] | None = None
    currency: str = "USD"
    may_redistribute: bool | None = None
    source: str


class SheetRule(_Data):
    """A sheet with figures. `fixed` are labels that its rows do not have, as all are alike."""

    name: str
    is_optional: bool = False
    fixed: dict[Label, str] = Field(default_factory=dict)


class YearForms(_Data):
    """How years are written, by kind; `{year}` stands for four digits.

    `dates` is the kind of a year that is written as a date; None where none is.
    """

    actual: tuple[str, ...] = ("{year}",)
    estimate: tuple[str, ...] = ("{year}E",)
    forecast: tuple[str, ...] = ("{year}F",)
    dates: ValueKind | None = None

    def read(self, text: str) -> tuple[int, ValueKind] | None:
        """The year and its kind, if the text is one of the forms."""
        for form, kind in self._forms:
            if match := form.fullmatch(text):
                return int(match[1]), kind
        return None

    @cached_property
    def _forms(self) -> list[tuple[re.Pattern[str], ValueKind]]:
        kinds: tuple[ValueKind, ...] = ("actual", "estimate", "forecast")
        return [
            (re.compile(re.escape(label_key(form)).replace(r"\{year\}", "([12][0-9]{3})")), kind)
            for kind in kinds
            for form in getattr(self, kind)
        ]


class Layout(_Data):
    """One publisher's workbook. A `*_line` is a pattern of a whole cell, in any case.

    `columns` are the header labels of the columns that say what a row is about, with their
    synonyms. Of the other columns each is a year, or one of `figure_columns`, which say what stands
    below them, or ignored. `fixed` are labels that no cell has. `headings` are the lines between
    rows that change what the rows below are about; those of `skip` are not read. `geographies` are
    by region, then country: "Total" means another thing in every region; without regions the region
    is "". `not_published` are marks in lower case.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    publisher: str
    vendor: Vendor | None = None
    supersedes: str | None = None
    source_line: str
    publication_date_line: str
    version_line: str = r"Version:?\s+(\S+)"
    unit_line: str = r"Units?:\s*(.+)"
    date_forms: tuple[str, ...] = ("%d %b %Y", "%d %B %Y", "%Y-%m-%d")
    figure_sheets: tuple[SheetRule, ...]
    text_sheets: tuple[str, ...] = ()
    columns: dict[Label, tuple[str, ...]] = Field(min_length=1)
    fixed: dict[Label, str] = Field(default_factory=dict)
    figure_columns: dict[str, dict[Label, str]] = Field(default_factory=dict)
    ignored_columns: tuple[str, ...] = ()
    headings: dict[str, dict[Label, str] | Literal["skip"]] = Field(default_factory=dict)
    years: YearForms = YearForms()
    not_published: tuple[str, ...] = ("n/a", "-", "–")
    geographies: dict[str, dict[str, str]]
    segments: dict[str, str]
    metrics: dict[str, Metric]
    units: dict[str, Unit]

    @model_validator(mode="after")
    def _patterns_are_whole(self) -> "Layout":
        for name in ("source_line", "publication_date_line", "version_line", "unit_line"):
            try:
                groups = re.compile(getattr(self, name)).groups
            except re.error as error:
                raise ValueError(f"{name} is no regular expression ({error})") from None
            if name != "source_line" and groups != 1:
                raise ValueError(f"{name} must have one group, (…), around what the line says")
        for form in (*self.years.actual, *self.years.estimate, *self.years.forecast):
            if form.count(YEAR) != 1:
                raise ValueError(f"the year form {form!r} must have {YEAR} once")
        for metric in self.metrics.values():
            if metric.unit_label and find_unit(metric.unit_label, self.units) is None:
                raise ValueError(f"the unit {metric.unit_label!r} of a metric is not in units")
        self._check_labels()
        return self

    def _check_labels(self) -> None:
        """Refuse a layout with which no row could be understood."""
        somewhere = {
            *self.columns,
            *self.fixed,
            *(name for sheet in self.figure_sheets for name in sheet.fixed),
            *(name for labels in self.figure_columns.values() for name in labels),
            *(name for effect in self.headings.values() if effect != SKIP for name in effect),
        }
        for name in ("country", "segment", "metric"):
            if name not in somewhere:
                raise ValueError(
                    f"nothing says the {name} of a row; name its column in `columns`, or give it "
                    "in `fixed`"
                )
        if "year" in self.columns and not self.figure_columns:
            raise ValueError("years are in a column, so `figure_columns` must name the figures'")

    def is_header(self, texts: Sequence[str]) -> bool:
        """Whether a row with these texts is the header of a table."""
        keys = {label_key(text) for text in texts if text}
        if not all(any(label_key(s) in keys for s in names) for names in self.columns.values()):
            return False
        return any(
            self.years.read(key) or find(key, self.figure_columns) is not None for key in keys
        ) or (bool(self.years.dates) and bool(self.columns))


def find(label: str, known: Mapping[str, Meaning]) -> Meaning | None:
    """What the layout says that a label means; None if it does not know it."""
    pattern = _fitting(label_key(label), tuple(known))
    return None if pattern is None else known[pattern]


def is_among(label: str, patterns: Iterable[str]) -> bool:
    """Whether a label fits one of the patterns."""
    return _fitting(label_key(label), tuple(patterns)) is not None


def find_unit(label: str, units: Mapping[str, Unit]) -> Unit | None:
    """The unit of that name or that meaning."""
    named = find(label, units)
    if named is not None:
        return named
    return next((unit for known, unit in units.items() if same_unit(known, label)), None)


def _fitting(key: str, patterns: tuple[str, ...]) -> str | None:
    exact, globs = _index(patterns)
    if key in exact:
        return exact[key]
    return next((pattern for glob, pattern in globs if glob.fullmatch(key)), None)


@lru_cache(maxsize=1_024)
def _index(
    patterns: tuple[str, ...],
) -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """The patterns by what they fit: one text alone, or any that has their parts."""
    exact = {label_key(pattern): pattern for pattern in patterns if "*" not in pattern}
    # Not label_key: a star at the end would count as a footnote mark.
    globs = [
        (re.compile(".*".join(map(re.escape, " ".join(p.split()).casefold().split("*")))), p)
        for p in patterns
        if "*" in p
    ]
    return exact, globs
