"""Opening a file that somebody handed in: by its content, and only if its name agrees.

XLSX, XLS and CSV; everything else, and whatever is broken or could do harm, is refused with what
to do about it, before a library that trusts its input sees it.
"""

import codecs
import re
from pathlib import PurePath

from shortdrama.sources.files import csv_text, xls, xlsx
from shortdrama.sources.files.workbook import (
    MAX_BYTES,
    Sheet,
    WorkbookRefused,
    shown,
    too_large,
)

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_MARKS_ALONE = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What a program writes that saves an empty text file."""

_HOLDS: dict[str, tuple[str, str]] = {
    "zip": ("a zip archive", "if it is an Excel workbook, rename it to end in '.xlsx'"),
    "ods": ("a workbook of LibreOffice", "save it from LibreOffice as .xlsx"),
    "ole": ("an old Excel file", "if it is the right file, rename it to end in '.xls'"),
    "markup": ("a web page or XML", "open it in Excel and save it as .xlsx"),
    "pdf": ("a PDF", "hand in the workbook that it was made from"),
    "text": ("text", "if it is the right file, rename it to end in '.csv'"),
}
"""What a file may be, and what to do if that is not what its name says."""

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The stream that Excel keeps a whole password-protected XLSX in, inside an OLE file."""


def open_sheets(
    content: bytes, file_name: str, is_header: csv_text.IsHeader = csv_text.any_row
) -> list[Sheet]:
    """The sheets of a file that hold anything, hidden ones too, in their order.

    `is_header` recognises the texts of a table's header row: a CSV does not say what separates its
    cells, its header tells. Raises WorkbookRefused.
    """
    _check_size(content, file_name)
    match PurePath(file_name).suffix.lower(), _kind(content):
        case ".xlsx", "zip":
            sheets = xlsx.read(content, file_name)
        case ".xls", "ole":
            sheets = xls.read(content, file_name)
        case ".csv", "text":
            sheets = [csv_text.read_sheet(content, file_name, is_header)]
        case suffix, kind:
            raise WorkbookRefused(file_name, _mismatch(suffix, kind, content))
    return [sheet for sheet in sheets if any(shown(cell) for row in sheet.rows for cell in row)]


def check_is_csv(content: bytes, file_name: str) -> None:
    """Refuse what is not text under the name of a CSV; raises WorkbookRefused."""
    _check_size(content, file_name)
    suffix, kind = PurePath(file_name).suffix.lower(), _kind(content)
    if (suffix, kind) != (".csv", "text"):
        raise WorkbookRefused(
            file_name, f"a CSV file is expected; {_mismatch(suffix, kind, content)}"
        )


def _check_size(content: bytes, file_name: str) -> None:
    if not content.strip() or content in _MARKS_ALONE:
        raise WorkbookRefused(file_name, "the file is empty; save it again and drop it anew")
    if len(content) > MAX_BYTES:
        raise WorkbookRefused(file_name, too_large(len(content)))


def _kind(content: bytes) -> str:
    """What the first bytes say that the file is, by the names of _HOLDS."""
    if content.startswith(OLE_MAGIC):
        return "ole"
    if content.startswith(b"PK"):
        return "ods" if b"mimetypeapplication/vnd.oasis" in content[:100] else "zip"
    if content.startswith(b"%PDF-"):
        return "pdf"
    start = content[:100].removeprefix(codecs.BOM_UTF8).lstrip()
    return "markup" if re.match(rb"<[!?a-zA-Z]", start) else "text"


def _mismatch(suffix: str, kind: str, content: bytes) -> str:
    if suffix in (".xlsm", ".xltm", ".xlsb", ".xlam"):
        return "workbooks that may hold macros are not read; save it from Excel as .xlsx"
    if kind == "ole" and ENCRYPTED in content:
        return "the workbook is protected with a password; save it from Excel without one"
    holds, remedy = _HOLDS[kind]
    ending = f"the name ends in {suffix!r}" if suffix else "the name has no ending such as .xlsx"
    return f"{ending}, but the content is {holds}; {remedy}. Read are .xlsx, .xls and .csv"
