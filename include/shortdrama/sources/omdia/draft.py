"""A first layout for a file of an unknown house: what its cells suggest, for a person to check."""

import json
import re
from collections.abc import Sequence
from typing import Any

from shortdrama.sources.files.opening import open_sheets
from shortdrama.sources.files.units import PERCENT, unit_meant
from shortdrama.sources.files.workbook import (
    LONGEST_LINE,
    Cell,
    Row,
    Sheet,
    WorkbookRefused,
    shown,
)
from shortdrama.sources.omdia.layouts import TO_DO

_YEAR = re.compile(r"(?:FY\s*)?((?:19|20)[0-9]{2})\s*(\S.*)?", re.IGNORECASE)
_ESTIMATE, _FORECAST = re.compile("^e$|估", re.IGNORECASE), re.compile("f|预|e/f|p", re.IGNORECASE)
_SOURCE = re.compile(r"(source|来源|数据来源)\s*[:：]\s*(.+)", re.IGNORECASE)
_DATE = re.compile(r"(.*(?:publi|releas|as of|date|发布|日期)[^:：]*[:：]?)\s*(.*)", re.IGNORECASE)
_UNIT = re.compile(r"(.*\bin|units?|单位)\s*[:：]?\s*(.+)", re.IGNORECASE)
_GROWTH = re.compile(r"cagr|growth|yoy|change|增长|同比", re.IGNORECASE)
_FIXED = {"segment": "Microdramas"}
_COLUMNS = {
    "region": ("region", "大区", "区域"),
    "country": ("country", "market", "territory", "geography", "地区", "国家", "市场"),
    "segment": ("segment", "category", "细分", "类别"),
    "metric": ("metric", "indicator", "measure", "指标"),
    "unit": ("unit", "units", "单位"),
    "year": ("year", "年份", "年"),
}
_GEOGRAPHIES = {
    "world": "World", "global": "World", "worldwide": "World", "total": "World", "全球": "World",
    "rest of world": "World ex-China", "world ex-china": "World ex-China",
    "china": "CN", "mainland china": "CN", "中国": "CN", "japan": "JP", "日本": "JP",
    "united states": "US", "usa": "US", "us": "US", "美国": "US", "south korea": "KR",
    "korea": "KR", "韩国": "KR", "india": "IN", "印度": "IN", "brazil": "BR", "巴西": "BR",
    "united kingdom": "GB", "uk": "GB", "英国": "GB", "germany": "DE", "德国": "DE",
    "france": "FR", "法国": "FR", "indonesia": "ID", "thailand": "TH", "mexico": "MX",
}  # fmt: skip


def draft_layout(content: bytes, file_name: str, layout_id: str) -> str:
    """A layout as JSON text with `TODO` where a person must decide; raises WorkbookRefused.

    The table is the first row with two years, or a year's column, and what stands below it.
    """
    sheets = [sheet for sheet in open_sheets(content, file_name, _is_header) if sheet.is_visible]
    tables = [(sheet, row) for sheet in sheets if (row := _header(sheet)) is not None]
    if not tables:
        raise WorkbookRefused(
            file_name,
            "no row has two years, and no column is headed Year, so there is no table to draft a "
            "layout from; hand in the sheet with the figures",
        )
    first, header = tables[0]
    texts = [
        text
        for sheet in sheets
        for row in sheet.rows
        for cell in row
        if 0 < len(text := shown(cell)) <= LONGEST_LINE
    ]
    columns = _label_columns(header)
    figure_sheets = [sheet.title for sheet, _ in tables if sheet.title]
    layout: dict[str, Any] = {
        "id": layout_id,
        "publisher": TO_DO,
        "vendor": {"scope": TO_DO, "source": TO_DO},
        "source_line": _pattern(texts, _SOURCE, whole=True),
        "publication_date_line": _pattern(texts, _DATE),
        **({"unit_line": _pattern(texts, _UNIT)} if _units_above(first, header) else {}),
        "figure_sheets": [{"name": title} for title in figure_sheets] or [{"name": "*"}],
        "text_sheets": [s.title for s in sheets if s.title and s.title not in figure_sheets],
        "columns": {name: [label] for name, label in columns.items()},
        "fixed": {
            name: _FIXED.get(name, TO_DO)
            for name in ("country", "segment", "metric")
            if name not in columns
        },
        "ignored_columns": [
            text for cell in header if (text := shown(cell)) and _GROWTH.search(text)
        ],
        "years": _year_forms(header),
        "geographies": {"": _geographies(tables, columns.get("country"))},
        "segments": _meanings(tables, columns.get("segment")) or {_FIXED["segment"]: "microdramas"},
        "metrics": {
            label: {
                "metric": "revenue",
                "unit": "USD",
                "value_basis": "unknown",
                "basis_evidence": "n/a",
                **_unit_of(label),
            }
            for label in _below(tables, columns.get("metric")) or [TO_DO]
        },
        "units": _units(texts),
    }
    return json.dumps(layout, indent=1, ensure_ascii=False) + "\n"


def _header(sheet: Sheet) -> Row | None:
    """The first row with two years, or with a column of years."""
    return next((row for row in sheet.rows if _is_header([shown(cell) for cell in row])), None)


def _is_header(texts: Sequence[str]) -> bool:
    years = sum(_YEAR.fullmatch(text) is not None for text in texts)
    has_year_column = any(text.casefold() in _COLUMNS["year"] for text in texts)
    return years >= 2 or (has_year_column and sum(map(bool, texts)) >= 2)


def _label_columns(header: Row) -> dict[str, str]:
    found: dict[str, str] = {}
    for cell in header:
        text = shown(cell)
        name = next((n for n, words in _COLUMNS.items() if text.casefold() in words), None)
        if name is not None and name not in found:
            found[name] = text
    return found


def _year_forms(header: Row) -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {"actual": [], "estimate": [], "forecast": []}
    for cell in header:
        text = shown(cell)
        match = _YEAR.fullmatch(text)
        if match is None:
            continue
        suffix = match[2] or ""
        kind = (
            "estimate"
            if _ESTIMATE.search(suffix)
            else "forecast"
            if _FORECAST.search(suffix)
            else "actual"
        )
        form = text.replace(match[1], "{year}", 1)
        if form not in forms[kind]:
            forms[kind].append(form)
    return {kind: found for kind, found in forms.items() if found}


def _below(tables: Sequence[tuple[Sheet, Row]], label: str | None) -> list[str]:
    """The different texts below a label, in their order; rows without figures left out."""
    found: dict[str, None] = {}
    for sheet, header in tables:
        columns = [cell.column for cell in header if shown(cell) == label]
        for row in sheet.rows[header[0].row + 1 :]:
            if columns and any(map(_is_figure, row)):
                text = sheet.text(row[columns[0]])
                if text:
                    found[text] = None
    return list(found)


def _is_figure(cell: Cell) -> bool:
    """Whether the cell holds a number, in a CSV as text."""
    return re.match(r"[<>=≥~ ]*-?[0-9]", shown(cell)) is not None


def _geographies(tables: Sequence[tuple[Sheet, Row]], label: str | None) -> dict[str, str]:
    return {text: _GEOGRAPHIES.get(text.casefold(), TO_DO) for text in _below(tables, label)} or {
        TO_DO: "World"
    }


def _meanings(tables: Sequence[tuple[Sheet, Row]], label: str | None) -> dict[str, str]:
    return dict.fromkeys(_below(tables, label), "microdramas")


def _unit_of(label: str) -> dict[str, str]:
    """The unit in brackets at the end of a metric's label, as in `Revenue (US$m)`."""
    match = re.search(r"[(（]([^()（）]+)[)）]$", label)
    return {"unit_label": match[1]} if match and unit_meant(match[1]) else {}


def _units(texts: Sequence[str]) -> dict[str, dict[str, str]]:
    """Every unit that some cell, or the end of some cell, names."""
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        for words in (text, *re.findall(r"[(（]([^()（）]+)[)）]", text), *_UNIT.findall(text)):
            label = words if isinstance(words, str) else words[-1]
            is_label = len(label) < 40 and _UNIT.fullmatch(label) is None
            meant = unit_meant(label) if is_label else None
            if meant is not None and meant.measure in ("USD", PERCENT):
                is_share = meant.measure == PERCENT
                found[label] = {
                    "unit": "ratio" if is_share else "USD",
                    "scale": "0.01" if is_share else str(meant.scale or 1),
                }
    return found or {TO_DO: {"unit": "USD", "scale": "1"}}


def _units_above(sheet: Sheet, header: Row) -> bool:
    """Whether a line above the table gives the unit of all its figures."""
    lines = (shown(cell) for row in sheet.rows[: header[0].row] for cell in row)
    return any(unit_meant(match[2]) for line in lines if (match := _UNIT.fullmatch(line)))


def _pattern(texts: Sequence[str], line: re.Pattern[str], *, whole: bool = False) -> str:
    """A pattern of the first line of that kind: the whole of it, or with a group for its value."""
    for text in texts:
        match = line.fullmatch(text)
        if match is not None and (whole or line is not _UNIT or unit_meant(match[2])):
            if whole:
                return re.escape(text).replace(r"\ ", " ")
            start = text[: match.start(2)].rstrip()
            return re.escape(start).replace(r"\ ", " ") + r"\s*(.*)"
    return TO_DO if whole else f"{TO_DO} (.*)"
