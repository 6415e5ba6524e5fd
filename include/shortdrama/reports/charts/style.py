"""How all charts look: one width, one font, and inks that stand out on white and in dark mode.

A picture has no ground of its own, and no tone has more than 4.02:1 on both grounds. So the inks
have 4.5:1 on white, and in dark mode the page brightens the picture (`BRIGHTER`), giving 5.2:1.
A program that shows its dark mode without the page's rules still has 3.5:1.
"""

from shortdrama.reports.page import Direction, Tone

WIDTH = 552
"""Of a picture on a wide screen, in pixels; a phone of 390 pixels shows it 358 wide."""

DENSITY = 2
FONT_SIZE = 19
"""On that phone 12 pixels."""

LINE_HEIGHT = 25
FONT = "Noto Sans CJK SC"
GROUNDS = ("#FFFFFF", "#1B212A")
"""What is behind a picture in a mail, light and dark."""

BRIGHTER = 1.25
"""In dark mode each part of a colour is multiplied by this, as the filter of CSS does it."""

INK = "#6D7683"
RULE = "#8994A3"
MAIN = "#2C77C9"
UP, DOWN = "#208653", "#C74E47"
INKS = (INK, RULE, MAIN, UP, DOWN)

TONES: dict[Tone, str] = {
    "main": MAIN, "muted": RULE, "estimate": MAIN, "forecast": MAIN, "up": UP, "down": DOWN,
}  # fmt: skip
DASHES: dict[Tone, list[int]] = {"estimate": [7, 4], "forecast": [3, 4]}
"""Lines around and through figures that have not happened."""


def tone_ink(tone: Tone, coloured: bool) -> str:
    """The colour of a mark; without colours up and down look like any other."""
    return TONES["main" if tone in ("up", "down") and not coloured else tone]


def direction_ink(direction: Direction, coloured: bool) -> str:
    """The colour of a change."""
    return {"up": UP, "down": DOWN, "flat": INK}[direction] if coloured else INK
