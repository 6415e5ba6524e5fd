"""Text files: encodings, separators and decimal signs."""

import re

from hazards.editions import (
    Hazard,
    as_csv,
    csv_with,
    edited,
    plain_table,
    put,
    table,
)

KOREAN = "주: 수익은 총액이며 중국 시장을 포함합니다"
JAPANESE = "注：収入は総額であり、中国市場を含む"


def _tabs(end: str) -> bytes:
    """The edition with tabs between cells, every figure with the same end."""
    rows = [
        [re.sub("^[0-9]{2,}$", "1" + end, cell) if number > 4 else cell for cell in row]
        for number, row in enumerate(plain_table())
    ]
    return as_csv(rows, "\t")


TEXT_FILES = (
    Hazard(
        "a CSV in UTF-8 with its mark", lambda: b"\xef\xbb\xbf" + as_csv(table()), "forecast.csv"
    ),
    Hazard("a CSV in UTF-16", lambda: as_csv(table(), encoding="utf-16"), "forecast.csv"),
    Hazard(
        "a CSV in UTF-16 without its mark",
        lambda: as_csv(table(), encoding="utf-16-be"),
        "forecast.csv",
    ),
    Hazard(
        "a CSV of western Excel (cp1252)",
        lambda: as_csv(table(), encoding="cp1252"),
        "forecast.csv",
    ),
    Hazard(
        "a CSV of Chinese Excel (GB18030)",
        lambda: as_csv([*plain_table(), ["数据来源：公开资料整理，仅供参考"]], encoding="gb18030"),
        "forecast.csv",
    ),
    Hazard(
        "a CSV in another encoding (Big5)",
        lambda: as_csv([*plain_table(), ["資料來源：公開資料整理，僅供參考"]], encoding="big5"),
        "forecast.csv",
        refused="its encoding is not certain: GB18030",
    ),
    Hazard(
        "a CSV of Polish Excel (cp1250)",
        lambda: as_csv([*plain_table(), ["Źródło: społeczność"]], encoding="cp1250"),
        "forecast.csv",
        refused="its encoding is not certain",
    ),
    Hazard(
        "a CSV that holds zero bytes",
        lambda: csv_with("World", "Wor\0ld"),
        "forecast.csv",
        refused="it holds zero bytes that are not UTF-16",
    ),
    Hazard(
        "semicolons and decimal commas",
        lambda: csv_with(";40;", ";40,0;", ";"),
        "forecast.csv",
    ),
    Hazard(
        "decimal commas and points for thousands",
        lambda: csv_with(";5200;", ";5.200,0;", ";"),
        "forecast.csv",
    ),
    Hazard(
        "semicolons, and a figure that means two numbers",
        lambda: csv_with(";5200;", ";5.200;", ";"),
        "forecast.csv",
        refused="cell F8: '5.200' may mean two numbers",
    ),
    Hazard(
        "decimal commas and decimal points in one file",
        lambda: csv_with(";40;80;", ";40,0;80.5;", ";"),
        "forecast.csv",
        refused="cell F11: '40,0' has a decimal comma and '80.5' a decimal point",
    ),
    Hazard(
        "a text in XLSX that means two numbers",
        lambda: edited(put("F12", "1.500")),
        refused="cell F12: '1.500' is text, and nothing says whether its point is the decimal sign",
    ),
    Hazard(
        "a row of more than a million bytes",
        lambda: as_csv(table()) + b"," * 1_100_000,
        "forecast.csv",
        refused="a row has more than 1,000,000 bytes",
    ),
    Hazard(
        "a CSV of a million rows",
        lambda: as_csv(table()) + b"\n" * 1_100_000,
        "forecast.csv",
        refused="the sheet spans A1:I27778, more than 250,000 cells",
    ),
    Hazard(
        "quotes that do not match",
        lambda: as_csv(table()) + b'"Japan',
        "forecast.csv",
        refused="its quotes do not match",
    ),
    Hazard(
        "tabs, and figures that mean two numbers",
        lambda: _tabs(",500"),
        "forecast.csv",
        refused="cell F8: '1,500' may mean two numbers.*its comma is the decimal sign",
    ),
    Hazard(
        "thousands set off by a space, and decimal commas",
        lambda: csv_with(";5200;", ";5 200,0;", ";"),
        "forecast.csv",
    ),
    Hazard(
        "a quote that is not closed",
        lambda: csv_with("China,", '"China,'),
        "forecast.csv",
        refused="its quotes do not match",
    ),
    Hazard(
        "a line that names the separator",
        lambda: b"sep=;\r\n" + as_csv(table(), ";"),
        "forecast.csv",
    ),
    Hazard(
        "a line end in a cell",
        lambda: as_csv([["Microdramas\nall markets"], *table()]),
        "forecast.csv",
    ),
    Hazard(
        "thousands that became two cells",
        lambda: csv_with("US$m,5200", "US$m,5,200"),
        "forecast.csv",
        refused="cell J8: '14000' stands in a column without a header",
    ),
    Hazard(
        "a CSV of Korean Excel (EUC-KR)",
        lambda: as_csv([*plain_table(), [KOREAN]], encoding="euc-kr"),
        "forecast.csv",
        refused="its encoding is not certain",
    ),
    Hazard(
        "a CSV of Japanese programs (EUC-JP)",
        lambda: as_csv([*plain_table(), [JAPANESE]], encoding="euc-jp"),
        "forecast.csv",
        refused="its encoding is not certain",
    ),
    Hazard(
        "two encodings in one CSV",
        lambda: as_csv(table()) + "Côte d’Ivoire".encode("cp1252"),
        "forecast.csv",
        refused="its encoding is not certain",
    ),
    Hazard(
        "a zero byte at the end",
        lambda: as_csv(table()) + b"\0",
        "forecast.csv",
        refused="it holds zero bytes that are not UTF-16",
    ),
    Hazard(
        "nothing but the mark of UTF-16", lambda: b"\xff\xfe", "forecast.csv", refused="is empty"
    ),
    Hazard(
        "a web page that is called XLS",
        lambda: b"<html><table><tr><td>Source: Omdia</td></tr></table>",
        "forecast.xls",
        refused="the content is a web page or XML; open it in Excel and save it as .xlsx",
    ),
    Hazard(
        "a PDF that is called CSV",
        lambda: b"%PDF-1.7 ...",
        "forecast.csv",
        refused="the content is a PDF; hand in the workbook",
    ),
    Hazard(
        "long lines of the same sign",
        lambda: as_csv([*table(), *[["*" * 100_000 + "x"]] * 20]),
        "forecast.csv",
    ),
)
