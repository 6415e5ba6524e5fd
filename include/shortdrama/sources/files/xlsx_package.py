"""What an XLSX file is allowed to be, checked before a library unpacks it.

Such a file is a zip of XML parts and both can be made to grow without end: a few kilobytes that
inflate to gigabytes, entities that multiply, one merged range over seventeen billion cells. Every
part is inflated here in small pieces and looked at by a bare XML parser, so that memory and time
stay bounded whatever the file says about itself.
"""

import zlib
from io import BytesIO
from typing import IO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from openpyxl.utils import range_boundaries

from shortdrama.sources.files.workbook import MAX_CELLS, WorkbookRefused

MAX_MEMBERS = 1_000
MAX_INFLATED = 64 * 1024 * 1024
MAX_RATIO, FROM_BYTES = 200, 8 * 1024 * 1024
"""A short table of like rows packs well too: the ratio counts for large ones."""

MAX_ELEMENTS = 1_000_000
MAX_FORMATS = 65_490
"""Excel's own limit of cell formats; a library keeps a large object for each."""

CHUNK = 64 * 1024
ENCRYPTED_FLAG = 0x1
MACROS = "the workbook holds macros; save it from Excel as .xlsx without them"
XML_ENDINGS = (".xml", ".rels", ".vml")


class _Harmful(Exception):
    """Why the package is refused; the caller adds the file."""


class _Damaged(ValueError):
    """A part that must be XML and is not."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def check_package(content: bytes, file_name: str) -> None:
    """Refuse what is no plain workbook; reads every part once, in pieces of 64 kB.

    Raises WorkbookRefused.
    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            _check_directory(members, len(content))
            counts = _Counts()
            for member in members:
                with archive.open(member) as part:
                    _check_part(part, member.filename, counts)
    except _Harmful as refusal:
        raise WorkbookRefused(file_name, str(refusal)) from None
    except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        where = f" (in its part {error.part})" if isinstance(error, _Damaged) else ""
        raise WorkbookRefused(
            file_name,
            f"this is not a readable XLSX workbook: it is truncated or damaged{where}; save it "
            "from Excel as .xlsx and drop it again",
        ) from error


def _check_directory(members: list[ZipInfo], size: int) -> None:
    """Look at what the archive declares; cheap, and enough for an honest bomb."""
    names = [member.filename for member in members]
    if any(member.flag_bits & ENCRYPTED_FLAG for member in members):
        raise _Harmful("the archive is protected with a password; save it from Excel without one")
    if len(names) > MAX_MEMBERS or len(names) != len(set(names)):
        raise _Harmful(
            f"the archive has {len(names):,} parts or some of them twice, which no workbook has; "
            "check where the file comes from"
        )
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise _Harmful("a part is compressed in a way that Excel does not use; save it from Excel")
    inflated = sum(member.file_size for member in members)
    if inflated > MAX_INFLATED or inflated > max(FROM_BYTES, MAX_RATIO * size):
        raise _Harmful(
            f"it declares {inflated:,} bytes when unpacked, {inflated // size:,} times its size: "
            "more than any analyst's workbook. Check where the file comes from"
        )
    _check_names(names)


def _check_names(names: list[str]) -> None:
    for name in (name.lower() for name in names):
        if name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/"):
            raise _Harmful(MACROS)
        if name.startswith("xl/externallinks/"):
            raise _Harmful(
                "the workbook takes values from other workbooks, which cannot be checked; break "
                "the links (Data, Edit Links, Break Link) and save it again"
            )


class _Counts:
    """What has been seen so far, over all parts."""

    def __init__(self) -> None:
        self.inflated = self.elements = self.cells = self.formats = self.looks = 0

    def add_bytes(self, count: int) -> None:
        self.inflated += count
        if self.inflated > MAX_INFLATED:
            raise _Harmful(
                f"it unpacks to more than {MAX_INFLATED:,} bytes, although it declares less; "
                "check where the file comes from"
            )

    def add_element(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        match name.rpartition(":")[2]:
            case "c":
                self.cells += 1
            case "xf":
                self.formats += 1
            case "font" | "fill" | "border" | "numFmt" | "dxf":
                self.looks += 1
            case "Override" if "macroEnabled" in attributes.get("ContentType", ""):
                raise _Harmful(MACROS)
            case "mergeCell":
                self.cells += _cells_in(attributes.get("ref", ""))
        if self.cells > MAX_CELLS:
            raise _Harmful(
                f"the workbook has more than {MAX_CELLS:,} cells, merged ones counted; remove raw "
                "data and clear formats outside the tables"
            )
        if self.elements > MAX_ELEMENTS or max(self.formats, self.looks) > MAX_FORMATS:
            raise _Harmful(
                "the workbook has far more formats or other markup than any analyst's; copy its "
                "tables into a new workbook as values"
            )


def _cells_in(reference: str) -> int:
    left, top, right, bottom = (int(bound or 0) for bound in range_boundaries(reference))
    return (right - left + 1) * (bottom - top + 1)


def _check_part(part: IO[bytes], name: str, counts: _Counts) -> None:
    """Inflate a part; count its elements if it is XML, whatever it is called."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = counts.add_element
    parser.StartDoctypeDeclHandler = _refuse_doctype
    is_xml = True
    while chunk := part.read(CHUNK):
        counts.add_bytes(len(chunk))
        if is_xml:
            is_xml = _parsed(parser, chunk, name)
    if is_xml:
        _parsed(parser, b"", name, is_final=True)


def _parsed(
    parser: expat.XMLParserType, chunk: bytes, name: str, *, is_final: bool = False
) -> bool:
    """Whether the part is XML so far; a part that must be and is not is damage."""
    try:
        parser.Parse(chunk, is_final)
    except expat.ExpatError as error:
        if name.lower().endswith(XML_ENDINGS):
            raise _Damaged(name) from error
        return False
    return True


def _refuse_doctype(*_: object) -> None:
    raise _Harmful(
        "an XML part declares a document type, which no spreadsheet program writes and which can "
        "hide an XML bomb; check where the file comes from"
    )
