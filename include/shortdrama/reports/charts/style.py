"""How all charts look: one width, one font, and inks that stand out on white and in dark mode.

A picture has no ground of its own, so each ink is of a middle tone.
"""

from shortdrama.reports.page import Direction, Tone

WIDTH = 552
"""Of a picture on a wide screen, in pixels; a phone of 390 pixels shows it 358 wide."""

DENSITY = 2
FONT_SIZE = 17
"""On that phone 11 pixels."""

LINE_HEIGHT = 22
FONT = "Noto Sans CJK SC"
GROUNDS = ("#FFFFFF", "#1B212A")
"""What is behind a picture in a mail, light and dark."""

INK = "#76808E"
RULE = "#8A96A5"
MAIN = "#2F80D8"
UP, DOWN = "#23915A", "#D9554D"
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
