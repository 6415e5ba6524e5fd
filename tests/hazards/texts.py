"""Texts of several fonts, footnotes and colours."""

import xlwt
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from hazards.editions import (
    JAPAN,
    REVENUE_PART,
    Hazard,
    as_xls,
    base,
    edited,
    look,
    part_edited,
    put,
    replaced,
    rich,
    saved,
    with_shared_texts,
)


def _xls_raised(sheet: xlwt.Worksheet) -> None:
    font = xlwt.easyfont("escapement superscript")
    sheet.write_rich_text(JAPAN - 1, 5, ["40", ("2", font)])


RAISED = InlineFont(vertAlign="superscript")
LOWERED = InlineFont(vertAlign="subscript")
STRUCK = InlineFont(strike=True)


TEXTS = (
    Hazard("a raised footnote digit", lambda: edited(rich("F12", ("40", None), ("2", RAISED)))),
    Hazard("a raised footnote digit of an XLS", lambda: as_xls(_xls_raised), "forecast.xls"),
    Hazard("a typed footnote mark", lambda: edited(put("F12", "40²"))),
    Hazard(
        "a raised digit on a label", lambda: edited(rich("B12", ("Japan", None), ("3", RAISED)))
    ),
    Hazard(
        "several fonts in a figure", lambda: edited(rich("F12", ("4", None), ("0", InlineFont())))
    ),
    Hazard(
        "a lowered digit in a figure",
        lambda: edited(rich("F12", ("40", None), ("2", LOWERED))),
        refused="cell F12: '40₂' is not a number",
    ),
    Hazard(
        "a raised digit within a figure",
        lambda: edited(rich("F12", ("4", None), ("2", RAISED), ("0", None))),
        refused="cell F12: '4²0' is not a number",
    ),
    Hazard(
        "a cell that is raised as a whole",
        lambda: edited(look("F12", Font(vertAlign="superscript"))),
        refused="cell F12: '⁴⁰' is not a number",
    ),
    Hazard(
        "a figure struck through",
        lambda: edited(look("F12", Font(strike=True))),
        refused="cell F12: '40' is struck through",
    ),
    Hazard(
        "a figure struck through in part",
        lambda: edited(rich("F12", ("50", STRUCK), (" 40", None))),
        refused="cell F12: '50 40' is partly struck through",
    ),
    Hazard("a number stored as text", lambda: edited(put("F12", "40"))),
    Hazard(
        "a footnote digit in brackets",
        lambda: edited(put("F12", "40 (1)")),
        refused=r"cell F12: '40 \(1\)' is not a number",
    ),
    Hazard(
        "the sounds of Japanese signs",
        lambda: part_edited(
            {
                REVENUE_PART: replaced(
                    "<t>Japan</t>", '<t>Japan</t><rPh sb="0" eb="5"><t>nippon</t></rPh>'
                )
            }
        ),
    ),
    Hazard(
        "a raised word of a unit",
        lambda: edited(rich("F12", ("40", None), ("bn", RAISED))),
        refused="cell F12: '40ᵇⁿ' is not a number",
    ),
    Hazard(
        "a raised minus, as of a power of ten",
        lambda: edited(rich("F12", ("40", None), ("-3", RAISED))),
        refused="cell F12: '40⁻³' is not a number",
    ),
    Hazard(
        "a format that adds a unit to a text",
        lambda: edited(put("F12", "40", '@"bn"')),
        refused="cell F12: '40bn' is not a number",
    ),
    Hazard(
        "a format that hides a text",
        lambda: edited(put("F12", "40", ";;;")),
        refused="cell F12: '40' is not shown, because of its number format ';;;'",
    ),
    Hazard(
        "a format that shows a text as not published",
        lambda: edited(put("F12", "40", '0;0;0;"n/a"')),
        japan=None,
    ),
    Hazard(
        "a format that changes a label",
        lambda: edited(put("B12", "Japan", '@" (high case)"')),
        refused=r"cell B12: the country 'Japan \(high case\)' is unknown",
    ),
    Hazard("a footnote mark on a unit", lambda: edited(put("E12", "US$m¹"))),
    Hazard("digits of full width", lambda: edited(put("F12", "４０"))),
    Hazard("letters of full width", lambda: edited(put("E12", "ＵＳ＄ｍ"))),
    Hazard("signs that take no room", lambda: edited(put("B12", "\u200bJapan\u00a0"))),
    Hazard(
        "thousands set off by a space",
        lambda: edited(put("F9", "5\u202f200")),
    ),
    Hazard(
        "a unit in the text of a figure",
        lambda: edited(put("F12", "0.4亿")),
        refused="cell F12: '0.4亿' is not a number",
    ),
    Hazard(
        "texts that are stored apart from their cells",
        lambda: with_shared_texts(saved(base())),
    ),
)
