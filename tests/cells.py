"""Cells as people make them, and what LibreOffice shows of them.

`python tests/cells.py 5000 1` makes 5,000 cells by seed 1, lets LibreOffice say what it shows of
each, and keeps the first 500 answers for the tests. Only this needs LibreOffice (`soffice`).
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from shortdrama.sources.omdia.collecting import Problems
from shortdrama.sources.omdia.workbook import examine_workbook

RECORDED = Path(__file__).parent / "fixtures" / "shown_by_libreoffice.json"
KEPT = 500
_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
STYLE, TABLE, TEXT = (_NAMES % name for name in ("style", "table", "text"))
FILE = "cells.xlsx"
UNITS = {"US$m": ("Microdramas", "Revenue"), "%": ("Microdramas", "Share of segment revenue")}
FORMATS = (
    "General", "0", "0.0", "0.00", "#,##0", "#,##0.0", "#,##0.00", "0%", "0.0%", "0.00%", "#,##0%",
    "#,##0_);(#,##0)", "#,##0.0_);[Red](#,##0.0)", "0;-0", "0;0", "0;;", ";;;", '0;-0;"-"', '0"%"',
    "[Blue]0", "[>=100]0;0.0", '"US$"#,##0', '"$"0.0', "$#,##0", "[$$-409]#,##0", "[$€-2] #,##0",
    '0"m"', '0" million"', '0.0"bn"', '0.0,"k"', "#,##0,", "#,##0,,", "0.0,,", '"n/a"', '"ca. "0',
    '0" (est.)"', "0*x", '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"??_);_(@_)', "@", "# ##0",
    "0.0E+00", "# ?/?", "yyyy", "d mmm yyyy", "h:mm", '0"F"', "00000", "0.0##", "#", "#.##", "?0.0",
    '+0;-0;0', '"up "0;"down "0', "[Red]-0", "0 %", '#,##0"*"', "[DBNum1]0", "0_ ;-0\\ ",
)  # fmt: skip
TEXTS = (
    "n/a", "-", "–", "", " ", "40", " 40 ", "40²", "40 [1]", "1,234", "1,234.5", "1.500", "1.234,5",
    "0.5", ">60%", "> 60 %", "83%", "0.83", "<5", "~11", "(40)", "-40", "−40", "US$40", "40 m",
    "5 bn", "1e9", "#REF!", "#N/A", "4 0", "40%*", "40†", "½", "٣", "４０",
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A cell below a year: its stored value or runs of text, its look, and its row's unit."""

    value: float | str | None
    number_format: str = "General"
    raised: str = ""
    is_hidden: bool = False
    unit: str = "US$m"


NUMBERS = st.one_of(
    st.integers(-50, 20_000),
    st.decimals(-2, 2, places=3).map(float),
    st.decimals(-1_000, 20_000, places=4).map(float),
    st.sampled_from([0, 1, 0.83, 0.5, 1.005, 0.1 + 0.2, 1e-7, 1e12, 123456789.123, 45_000]),
)
EXAMPLES = st.one_of(
    st.builds(
        Example,
        value=NUMBERS,
        number_format=st.sampled_from(FORMATS),
        is_hidden=st.sampled_from([False] * 9 + [True]),
        unit=st.sampled_from(list(UNITS)),
    ),
    st.builds(
        Example,
        value=st.sampled_from(TEXTS) | NUMBERS.map(lambda number: f"{number:,}"),
        raised=st.sampled_from(["", "", "2", "12", "*", "a"]),
        is_hidden=st.sampled_from([False] * 9 + [True]),
        unit=st.sampled_from(list(UNITS)),
    ),
)


def drawn(count: int, number: int) -> list[Example]:
    """So many examples as hypothesis draws them by that seed."""
    found: list[Example] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(EXAMPLES)
    def draw(example: Example) -> None:
        found.append(example)

    draw()
    return found[:count]


def workbook_of(examples: Sequence[Example]) -> bytes:
    """An edition whose rows have one figure each; the number of the example stands beside it."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Revenue"
    for line in ("Source: Omdia", "Publication date: 14 Oct 2025"):
        sheet.append([line])
    sheet.append(["Region", "Country", "Segment", "Metric", "Unit", 2024, "CAGR n"])
    for number, example in enumerate(examples):
        segment, metric = UNITS[example.unit]
        sheet.append(["World", "World", segment, metric, example.unit, None, f"no{number}"])
        cell = sheet.cell(sheet.max_row, 6)
        if example.raised:
            font = InlineFont(vertAlign="superscript")
            cell.value = CellRichText(str(example.value), TextBlock(font, example.raised))
        elif example.value is not None:
            cell.value = example.value
            cell.number_format = example.number_format
        sheet.row_dimensions[sheet.max_row].hidden = example.is_hidden
    book.create_sheet("Shares").append(["Region", "Country", "Segment", "Metric", "Unit", 2024])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def accepted(examples: Sequence[Example]) -> dict[int, Decimal]:
    """What our reader takes, by the example's number, in the row's unit (83 for 83%)."""
    workbook = examine_workbook(workbook_of(examples), FILE, Problems(at_most=10**9))
    scale = {"USD": Decimal(10) ** 6, "ratio": Decimal("0.01")}
    first_row = 4
    return {int(row.cell[1:]) - first_row: row.value / scale[row.unit] for row in workbook.rows}


def shown_by_libreoffice(examples: Sequence[Example]) -> dict[int, str]:
    """What LibreOffice shows, by the example's number; what it does not show is left out.

    Its flat XML has the formatted text of each cell, the style of each piece and each row's
    visibility. Raised pieces are left out.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        path.write_bytes(workbook_of(examples))
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
             "--convert-to", "fods", "--outdir", folder, str(path)],
            check=True, capture_output=True, timeout=600,
        )  # fmt: skip
        root = ElementTree.parse(path.with_suffix(".fods")).getroot()  # noqa: S314 - our own file
    raised = {
        style.get(f"{STYLE}name")
        for style in root.iter(f"{STYLE}style")
        for look in style.iter(f"{STYLE}text-properties")
        if re.match(r"super|[1-9]", look.get(f"{STYLE}text-position", ""))
    }
    shown = {}
    for row in next(root.iter(f"{TABLE}table")).iter(f"{TABLE}table-row"):
        if row.get(f"{TABLE}visibility") is not None:
            continue
        texts = [
            _text(cell, raised)
            for cell in row
            for _ in range(min(int(cell.get(f"{TABLE}number-columns-repeated", 1)), 10))
        ]
        if len(texts) > 6 and texts[6].startswith("no"):
            shown[int(texts[6].removeprefix("no"))] = texts[5]
    return shown


def _text(cell: ElementTree.Element, raised: set[str | None]) -> str:
    pieces = []
    for paragraph in cell.iter(f"{TEXT}p"):
        pieces.append(paragraph.text or "")
        for piece in paragraph:
            is_space = piece.tag == f"{TEXT}s"
            if piece.get(f"{TEXT}style-name") not in raised:
                pieces.append(" " if is_space else "".join(piece.itertext()))
            pieces.append(piece.tail or "")
    return " ".join("".join(pieces).split())


_OWN_UNIT = re.compile(r"US\$|\$|(?:million|m)$")
_FOOTNOTE = re.compile(r"(?:[⁰¹²³⁴-⁹*†]|\[[0-9]+\])+$")


def differs(example: Example, taken: Decimal, shown: str | None) -> str | None:
    """Why the figure that was taken is not what is shown; None if it is.

    The dataset keeps four decimals of dollars and of ratios: hundredths of a percent.
    """
    if shown is None:
        return "nothing is shown"
    text = re.sub(r"[\s,+]", "", _FOOTNOTE.sub("", shown.lstrip(">≥= ")))
    text = _OWN_UNIT.sub("", text)
    if example.unit == "%":
        text = text.removesuffix("%")
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    try:
        number = Decimal(text)
    except InvalidOperation:
        return f"{shown!r} is no number"
    step = Decimal(1).scaleb(min(int(number.as_tuple().exponent), 0))
    kept = Decimal("0.005") if example.unit == "%" else Decimal("0.0000000001")
    near = abs(taken - number) <= step / 2 + kept
    return None if near else f"{shown!r} is not {taken}"


def main(count: int, number: int) -> int:
    examples = drawn(count, number)
    shown, taken = shown_by_libreoffice(examples), accepted(examples)
    wrong = {
        n: why for n, value in taken.items() if (why := differs(examples[n], value, shown.get(n)))
    }
    for n, why in wrong.items():
        print(examples[n], why)
    print(f"{len(examples)} cells by seed {number}: {len(taken)} taken, {len(wrong)} differ")
    kept = [{**asdict(example), "shown": shown.get(n)} for n, example in enumerate(examples[:KEPT])]
    RECORDED.write_text(json.dumps(kept, ensure_ascii=False, indent=0) + "\n", "utf-8")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]), int(sys.argv[2]))))
