"""Hostile and broken files: each is made here, by a function named after what is wrong with it."""

import struct
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
import xlwt

from shortdrama.core.settings import REPOSITORY
from shortdrama.sources.files import xlsx_package
from shortdrama.sources.files.opening import OLE_MAGIC, open_sheets
from shortdrama.sources.files.workbook import MAX_BYTES, WorkbookRefused

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def plain_xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "Region"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def plain_xls() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("Revenue").write(0, 0, "Region")
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(name: str, body: bytes, compression: int = ZIP_DEFLATED) -> bytes:
    """The plain workbook with a part put in or replaced."""
    buffer = BytesIO()
    with ZipFile(BytesIO(plain_xlsx())) as source, ZipFile(buffer, "w", ZIP_DEFLATED) as target:
        for part in source.namelist():
            if part != name:
                target.writestr(part, source.read(part))
        target.writestr(name, body, compression)
    return buffer.getvalue()


def sheet_xml(inside: str, doctype: str = "") -> bytes:
    return f'<?xml version="1.0"?>{doctype}<worksheet xmlns="{MAIN}">{inside}</worksheet>'.encode()


def zip_bomb() -> bytes:
    return with_part(SHEET, b" " * (200 * 1024 * 1024))


def zip_bomb_that_declares_little() -> bytes:
    """The directory and the part's own header say 1,000 bytes."""
    bomb = bytearray(with_part(SHEET, b" " * (80 * 1024 * 1024)))
    honest, little = struct.pack("<I", 80 * 1024 * 1024), struct.pack("<I", 1_000)
    return bytes(bomb.replace(honest, little))


def zip_of_many_parts() -> bytes:
    buffer = BytesIO(plain_xlsx())
    with ZipFile(buffer, "a") as archive:
        for number in range(xlsx_package.MAX_MEMBERS):
            archive.writestr(f"xl/media/{number}.png", b"")
    return buffer.getvalue()


def xml_bomb() -> bytes:
    doctype = (
        '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    )
    return with_part(SHEET, sheet_xml("<sheetData/>&c;", doctype))


def xml_bomb_in_utf_16() -> bytes:
    text = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE w []><worksheet xmlns="{MAIN}"/>'
    return with_part(SHEET, text.encode("utf-16"))


def doctype_in_a_part_that_calls_itself_a_picture() -> bytes:
    return with_part("xl/media/image1.png", b"<!DOCTYPE w []><w/>")


def merged_range_over_the_whole_sheet() -> bytes:
    return with_part(
        SHEET,
        sheet_xml('<sheetData/><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
    )


def too_many_cells() -> bytes:
    row = '<row r="1">' + '<c r="A1"/>' * 1_000 + "</row>"
    return with_part(SHEET, sheet_xml("<sheetData>" + row * 251 + "</sheetData>"))


def too_many_formats() -> bytes:
    body = f'<styleSheet xmlns="{MAIN}"><cellXfs>' + "<xf/>" * 70_000 + "</cellXfs></styleSheet>"
    return with_part("xl/styles.xml", body.encode())


def macros() -> bytes:
    return with_part("xl/vbaProject.bin", b"\xcc\x61")


def content_type_of_macros() -> bytes:
    with ZipFile(BytesIO(plain_xlsx())) as archive:
        types = archive.read("[Content_Types].xml").decode()
    old = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    new = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert old in types
    return with_part("[Content_Types].xml", types.replace(old, new).encode())


def external_link() -> bytes:
    return with_part("xl/externalLinks/externalLink1.xml", b"<externalLink/>")


def password_in_ole() -> bytes:
    """As Excel writes it: an OLE file whose stream `EncryptedPackage` is the XLSX."""
    return OLE_MAGIC + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(480)


def password_of_the_zip() -> bytes:
    content = bytearray(plain_xlsx())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 8] |= 1
    return bytes(content)


def unusual_compression() -> bytes:
    return with_part(SHEET, sheet_xml("<sheetData/>"), ZIP_BZIP2)


def truncated_zip() -> bytes:
    return plain_xlsx()[:-400]


def truncated_part() -> bytes:
    content = bytearray(plain_xlsx())
    content[200:260] = bytes(60)
    return bytes(content)


def broken_xml() -> bytes:
    return with_part(SHEET, b"<worksheet><sheetData>")


def zip_without_a_workbook() -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    return buffer.getvalue()


def ods() -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    return buffer.getvalue()


def too_many_fonts() -> bytes:
    return with_part("xl/styles.xml", b"<styleSheet>" + b"<font/>" * 65_491 + b"</styleSheet>")


XLSX: dict[Callable[[], bytes], str] = {
    zip_bomb: r"it declares 209,\d{3},\d{3} bytes when unpacked",
    zip_bomb_that_declares_little: "truncated or damaged",
    zip_of_many_parts: "the archive has 1,0.. parts",
    xml_bomb: "declares a document type.*XML bomb",
    xml_bomb_in_utf_16: "declares a document type",
    doctype_in_a_part_that_calls_itself_a_picture: "declares a document type",
    merged_range_over_the_whole_sheet: "more than 250,000 cells, merged ones counted",
    too_many_cells: "more than 250,000 cells",
    too_many_formats: "far more formats",
    too_many_fonts: "far more formats",
    macros: "holds macros; save it",
    content_type_of_macros: "holds macros; save it",
    external_link: "takes values from other workbooks.*break the links",
    password_in_ole: "protected with a password; save it from Excel without",
    password_of_the_zip: "protected with a password",
    unusual_compression: "compressed in a way",
    truncated_zip: "not a readable XLSX.*truncated or damaged",
    truncated_part: "not a readable XLSX",
    broken_xml: "not a readable XLSX.*sheet1.xml",
    zip_without_a_workbook: "no Excel workbook, although its name says so",
    plain_xls: r"ends in '\.xlsx', but the content is an old Excel file.*rename it",
}


@pytest.mark.parametrize(("build", "message"), XLSX.items(), ids=[build.__name__ for build in XLSX])
def test_a_harmful_or_broken_xlsx_is_refused_with_what_to_do(
    build: Callable[[], bytes], message: str
) -> None:
    with pytest.raises(WorkbookRefused, match=rf"(?s)^forecast\.xlsx: .*{message}"):
        open_sheets(build(), "forecast.xlsx")


def record_turned_into(kind: int, into: int, start: bytes = b"") -> bytes:
    """The plain XLS with the first record of a kind turned into one of another."""
    content = bytearray(plain_xls())
    place = content.index(struct.pack("<H", kind), 512)
    struct.pack_into("<H", content, place, into)
    content[place + 4 : place + 4 + len(start)] = start
    return bytes(content)


def xls_with_password() -> bytes:
    return record_turned_into(0x005C, 0x002F)


def xls_with_macros() -> bytes:
    return record_turned_into(0x005C, 0x00D3)


def xls_with_a_macro_sheet() -> bytes:
    content = bytearray(plain_xls())
    name = content.index(b"Revenue", 512)
    content[name - 3] = 1
    return bytes(content)


def xls_with_external_links() -> bytes:
    return record_turned_into(0x005C, 0x01AE, b"\x01\x00\x09\x00other.xls")


def truncated_xls() -> bytes:
    return plain_xls()[:1_024]


def ole_without_a_workbook() -> bytes:
    workbook, other = ("Workbook".encode("utf-16-le"), "Contents".encode("utf-16-le"))
    return plain_xls().replace(workbook, other)


XLS: dict[Callable[[], bytes], str] = {
    xls_with_password: "protected with a password",
    xls_with_macros: "holds macros",
    xls_with_a_macro_sheet: "holds macros",
    xls_with_external_links: "takes values from other workbooks",
    truncated_xls: "not a readable XLS",
    ole_without_a_workbook: "no workbook of Excel 97 or later",
    plain_xlsx: r"ends in '\.xls', but the content is a zip archive.*end in '\.xlsx'",
}


@pytest.mark.parametrize(("build", "message"), XLS.items(), ids=[build.__name__ for build in XLS])
def test_a_harmful_or_broken_xls_is_refused_with_what_to_do(
    build: Callable[[], bytes], message: str
) -> None:
    with pytest.raises(WorkbookRefused, match=rf"(?s)^forecast\.xls: .*{message}"):
        open_sheets(build(), "forecast.xls")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("forecast.xlsm", plain_xlsx(), "may hold macros are not read"),
        ("forecast.pdf", b"%PDF-1.7", r"ends in '\.pdf'.*Read are \.xlsx, \.xls and \.csv"),
        ("forecast", b"Region,Country", "has no ending.*content is text.*end in '.csv'"),
        ("forecast.csv", plain_xlsx(), r"the content is a zip archive.*end in '\.xlsx'"),
        ("forecast.xls", b"<html><table>", "the content is a web page or XML; open it in Excel"),
        ("forecast.ods", ods(), "the content is a workbook of LibreOffice; save it from"),
        ("forecast.xlsx", b"Region,Country\n", "the content is text.*end in '.csv'"),
        ("forecast.xlsx", b"", "the file is empty"),
        ("forecast.csv", b" \r\n", "the file is empty"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    name: str, content: bytes, message: str
) -> None:
    with pytest.raises(WorkbookRefused, match=message):
        open_sheets(content, name)


def test_a_file_above_the_size_limit_is_not_even_opened() -> None:
    with pytest.raises(WorkbookRefused, match=r"forecast\.xlsx: the file has 20,971,521 bytes"):
        open_sheets(b"PK" + b"\0" * (MAX_BYTES - 1), "forecast.xlsx")


def test_an_unlucky_name_does_not_hide_the_kind_of_file() -> None:
    (sheet,) = open_sheets(plain_xlsx(), "Forecast 2025.v2.XLSX")
    assert sheet.rows[0][0].value == "Region"


MEASURE = """
import resource, sys
from pathlib import Path
from shortdrama.sources.files.opening import open_sheets
from shortdrama.sources.files.workbook import WorkbookRefused

content = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    open_sheets(content, "forecast.xlsx")
except WorkbookRefused:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize(
    "build",
    [
        zip_bomb,
        zip_bomb_that_declares_little,
        xml_bomb,
        merged_range_over_the_whole_sheet,
        too_many_cells,
        too_many_formats,
    ],
)
def test_refusing_a_bomb_takes_little_memory_and_time(
    build: Callable[[], bytes], tmp_path: Path
) -> None:
    bomb = tmp_path / "bomb.xlsx"
    bomb.write_bytes(build())
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, str(bomb)],
        env={"PYTHONPATH": str(REPOSITORY / "include")},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert int(answer.stdout) < 50 * 1024, "kB of memory beyond the imports"
