"""Layouts of workbooks, as data: the words that a publisher uses and what they mean."""

from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

OMDIA_2H25 = "omdia_2h25.json"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Metric(_Data):
    """What a metric label means. No workbook says gross or net: the basis is our reading."""

    metric: str
    unit: str
    value_basis: str
    basis_evidence: str


class Unit(_Data):
    """What a unit label means: one of it is `scale` of `unit`."""

    unit: str
    scale: Decimal


class Columns(_Data):
    """The header labels of the columns that say what a row is about."""

    region: str
    country: str
    segment: str
    metric: str
    unit: str


class Layout(_Data):
    """One publisher's workbook. A `*_line` is a pattern of a whole cell, in any case.

    `geographies` are by region, then country: "Total" means another thing in every region.
    `not_published` are marks in lower case.
    """

    publisher: str
    source_line: str
    publication_date_line: str
    version_line: str
    unit_line: str
    figure_sheets: tuple[str, ...]
    text_sheets: tuple[str, ...]
    columns: Columns
    ignored_columns: tuple[str, ...]
    not_published: tuple[str, ...]
    geographies: dict[str, dict[str, str]]
    segments: dict[str, str]
    metrics: dict[str, Metric]
    units: dict[str, Unit]


def load_layout(file_name: str) -> Layout:
    """The layout of that file in this folder."""
    return Layout.model_validate_json((Path(__file__).parent / file_name).read_bytes())
