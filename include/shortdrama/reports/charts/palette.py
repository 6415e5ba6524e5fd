"""A picture with a palette: a fifth of the bytes, and the colours that were meant."""

from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageColor

from shortdrama.reports.charts.style import INKS

MOST_COLOURS = 256
"""That a palette holds; a chart has about a hundred."""


def with_palette(png: bytes) -> bytes:
    """The same picture, in the same bytes for the same pixels; all its colours are kept."""
    with Image.open(BytesIO(png)) as original:
        rgba = np.asarray(original.convert("RGBA"))
    height, width, _ = rgba.shape
    colours, places = np.unique(rgba.view(np.uint32), return_inverse=True)
    if len(colours) > MOST_COLOURS:
        return png
    palette = [_as_meant(*map(int, colour)) for colour in colours.view(np.uint8).reshape(-1, 4)]
    small = Image.frombytes("P", (width, height), places.astype(np.uint8).tobytes())
    small.putpalette([part for colour in palette for part in colour], "RGBA")
    written = BytesIO()
    small.save(written, format="png", optimize=True)
    return written.getvalue()


def _as_meant(red: int, green: int, blue: int, alpha: int) -> tuple[int, int, int, int]:
    """The colour of a pixel that is partly transparent.

    vl-convert 1.9 cuts each part of it at the opacity, so that a blue at 35% becomes green. The ink
    that gives these parts when it is cut is the one that was meant.
    """
    if alpha in (0, 255):
        return red, green, blue, alpha

    def distance(ink: tuple[int, int, int]) -> int:
        parts = zip(ink, (red, green, blue), strict=True)
        return sum(abs(min(meant, alpha) - part) for meant, part in parts)

    return *min(_inks(), key=distance), alpha


@cache
def _inks() -> tuple[tuple[int, int, int], ...]:
    return tuple(ImageColor.getrgb(ink)[:3] for ink in INKS)
