"""The market page as one HTML file that needs nothing else and asks no network."""

import json
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shortdrama.market_page.marks import CONFIG
from shortdrama.market_page.model import Chart, Field, MarketPage, Value, as_text
from shortdrama.reports.layout.harmless import harmless
from shortdrama.reports.layout.html import with_whole_figures
from shortdrama.reports.words.formats import rounded
from shortdrama.reports.words.voice import Voice, voice

FOLDER = Path(__file__).parent / "templates"
LANGUAGES = {"en": "en", "zh": "zh-CN"}
MOST_ROWS = 60
"""That a table on the page has; the CSV has all of them."""

WITHOUT_CENTS = 1000
"""From this amount on, cents say nothing."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline';"
    " img-src data: blob:; base-uri 'none'; form-action 'none'"
)
"""Nothing is fetched or sent. Vega compiles its expressions, hence `unsafe-eval`; the page's texts
are escaped, and no expression is made of data."""

SPOKEN = (
    "csv", "failed", "rows.none", "table.more", "not_drawn", "missing", "colon", "semicolon",
    "enumeration",
)  # fmt: skip
"""Words that the page's script needs."""


def html(page: MarketPage) -> str:
    """The file. The same page gives the same text."""
    speaker = voice(page.locale, "market")
    return _environment().get_template("market.html.j2").render(
        page=page,
        language=LANGUAGES[page.locale],
        policy=CONTENT_SECURITY_POLICY,
        t=speaker.t,
        clean=harmless,
        whole=with_whole_figures,
        titles={section.name: section.title for section in page.sections},
        colon=speaker.t("colon"),
        shown=lambda chart: chart.chosen()[:MOST_ROWS],
        more=lambda chart: max(len(chart.chosen()) - MOST_ROWS, 0),
        written=lambda value, field: written(speaker, value, field),
        style=_file("market.css"),
        script=_script(_file("market.js")),
        vega=_script(_vega()),
        data=embedded(_data(page, speaker)),
    )  # fmt: skip


def written(speaker: Voice, value: Value, field: Field) -> str:
    """A figure in words of the language, as the page's script writes it too."""
    if value is None or value == "":
        return speaker.t("missing") if field.kind != "text" else ""
    f = speaker.f
    if field.kind == "day" and isinstance(value, date):
        return f.day(value)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return as_text(value) or ""
    number = Decimal(value)
    is_large = abs(number) >= WITHOUT_CENTS
    match field.kind:
        case "usd":
            return f.usd(number) if is_large else f.usd_price(number)
        case "count":
            return f.count(number)
        case "pct":
            return f.pct(number)
        case "ratio":
            return f.pct(100 * number)
        case "change":
            return f.pct_change(number)
        case "fine":
            shown = rounded(number, 3)
            return f"{'+' if shown > 0 else ''}{f.decimal(shown, 3)}%"
        case "number":
            return f.decimal(number, 0 if is_large or number == int(number) else 2)
        case _:
            return str(value)


def embedded(data: Any) -> Markup:
    """JSON that may stand in a script element, whatever its texts are."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can end the element


def _data(page: MarketPage, speaker: Voice) -> dict[str, Any]:
    charts = [chart for section in page.sections for chart in section.charts]
    return {
        "snapshot": page.snapshot_id,
        "language": page.locale,
        "config": CONFIG,
        "words": {key: speaker.t(key, count="{count}") for key in SPOKEN},
        "mostRows": MOST_ROWS,
        "charts": {chart.name: _chart(chart) for chart in charts},
    }


def _chart(chart: Chart) -> dict[str, Any]:
    rows = chart.rows
    return {
        "columns": rows.columns,
        "numeric": [
            index
            for index in range(len(rows.columns))
            if any(_is_number(row[index]) for row in rows.rows)
        ],
        "rows": [[as_text(value) for value in row] for row in rows.rows],
        "fields": [[field.column, field.label, field.kind, field.wide] for field in chart.fields],
        "selectors": [
            {"column": one.column,
             "fields": {field.column: [field.label, field.kind] for field in one.fields}}
            for one in chart.selectors
        ],
        "spec": chart.spec,
    }  # fmt: skip


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _script(text: str) -> Markup:
    """A script of ours or of a library, which cannot end its element."""
    return Markup(text.replace("</script", "<\\/script").replace("<!--", "<\\!--"))  # noqa: S704


@cache
def _vega() -> str:
    return str(vl_convert.javascript_bundle())  # type: ignore[call-arg]  # its stub errs


@cache
def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
