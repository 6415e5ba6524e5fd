"""Texts in a picture: how wide they are, what the font can show, and where they do not collide."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from noto_cjk_sans_otc import FONT_PATH
from PIL import ImageFont

from shortdrama.reports.charts.style import FONT_SIZE, INK, LINE_HEIGHT

FONT_NUMBER = 2
"""Of Simplified Chinese in the font's file."""

NO_CHARACTER = "\U0010fffd"
"""No font has a shape for it."""

Side = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, from the upper left corner of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether they share a point."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def wider(self, by: float) -> "Box":
        """The box with so many pixels more at its left and right."""
        return Box(self.left - by, self.top, self.right + by, self.bottom)

    def has(self, x: float, y: float) -> bool:
        """Whether the point is inside."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True)
class Label:
    """A text at a point; `align` says which part of it is there. `y` is its middle."""

    text: str
    x: float
    y: float
    align: Side = "left"
    ink: str = INK

    @property
    def box(self) -> Box:
        """The room that it takes."""
        wide = text_width(self.text)
        left = self.x - {"left": 0.0, "center": wide / 2, "right": wide}[self.align]
        return Box(left, self.y - LINE_HEIGHT / 2, left + wide, self.y + LINE_HEIGHT / 2)


@lru_cache(maxsize=1000)  # labels are compared with each other again and again
def text_width(text: str) -> float:
    """In pixels."""
    return float(_font().getlength(text))


def fitted(text: str, width: float) -> str:
    """The text as the font can show it, with an ellipsis if it is wider than `width` pixels."""
    text = shown(text)
    if text_width(text) <= width:
        return text
    end = len(text)
    while end > 1 and text_width(text[:end].rstrip() + "…") > width:
        end -= 1
    return text[:end].rstrip() + "…"


def shown(text: str) -> str:
    """The text without signs that the font lacks, such as emoji, so that no box is drawn."""
    kept = "".join(sign for sign in text if _shape(sign) != _shape(NO_CHARACTER))
    return " ".join(kept.split()) or ("…" if text else "")


def widest(texts: Iterable[str]) -> float:
    """The width of the widest; 0 if there is none."""
    return max((text_width(shown(text)) for text in texts), default=0.0)


@cache
def _font() -> ImageFont.FreeTypeFont:
    basic = ImageFont.Layout.BASIC  # the other one is not in every build of Pillow
    return ImageFont.truetype(str(FONT_PATH), FONT_SIZE, FONT_NUMBER, layout_engine=basic)


@lru_cache(maxsize=10_000)
def _shape(sign: str) -> tuple[tuple[int, int], bytes]:
    """Its pixels; all signs that the font lacks have those of one box."""
    mask = _font().getmask(sign)
    return mask.size, bytes(mask)
