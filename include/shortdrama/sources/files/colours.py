"""Colours of fonts and fills, as far as they say whether a person sees the text."""

from openpyxl.styles.colors import COLOR_INDEX

INVISIBLE = "of the colour of its background"
WHITE = (255, 255, 255)
NEAR = 24
"""Two colours that differ by less, in each of red, green and blue, look the same in print."""

Colour = tuple[int, int, int]
"""Red, green and blue, from 0 to 255."""


def of_hex(text: str) -> Colour | None:
    """The colour of `FFFFFF` or `FFFFFFFF`; the first two digits of eight do not count."""
    try:
        red, green, blue = bytes.fromhex(text[-6:])
    except ValueError:
        return None
    return red, green, blue


def of_index(number: int) -> Colour | None:
    """A colour of Excel's own list, where 1 and 9 are white; None for the system's colours."""
    return of_hex(COLOR_INDEX[number]) if 0 <= number < len(COLOR_INDEX) else None


def look_alike(one: Colour, other: Colour) -> bool:
    """Whether text of one colour cannot be read on the other."""
    return all(abs(a - b) < NEAR for a, b in zip(one, other, strict=True))
