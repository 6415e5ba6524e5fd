"""Conditional formats of an XLS: which cells they show in another way.

[MS-XLS] 2.4.56 (CondFmt), 2.4.42 (CF) and 2.5.92 (DXFN); xlrd passes over them.
"""

import struct
from collections.abc import Iterable

from shortdrama.sources.files import colours
from shortdrama.sources.files.workbook import Area

CONDFMT, CF = 0x01B0, 0x01B1
STYLE, FLAGS = 6, 6
"""Where the style begins in a CF, and how many bytes of it are flags."""

HAS_NUMBER_FORMAT, HAS_FONT = 1 << 25, 1 << 26
FONT_COLOUR = 80
"""Where the colour is in a style's font, which comes first where no number format does."""


def changed_areas(records: Iterable[tuple[int, bytes]]) -> list[Area]:
    """The areas whose numbers a condition shows in another format, or in white."""
    found: list[Area] = []
    areas: list[Area] = []
    for kind, body in records:
        if kind == CONDFMT:
            (count,) = struct.unpack_from("<H", body, 12)
            places = (struct.unpack_from("<4H", body, 14 + 8 * n) for n in range(count))
            areas = [Area(top, left, bottom, right) for top, bottom, left, right in places]
        elif kind == CF and _changes_look(body[STYLE:]):
            found += areas
    return found


def _changes_look(style: bytes) -> bool:
    (flags,) = struct.unpack_from("<I", style)
    if flags & HAS_NUMBER_FORMAT:
        return True
    if not flags & HAS_FONT:
        return False
    colour = colours.of_index(struct.unpack_from("<i", style, FLAGS + FONT_COLOUR)[0])
    return colour is not None and colours.look_alike(colour, colours.WHITE)
