"""Columns and paragraphs of plain text, where a Chinese character is two columns wide."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

WIDTH = 78
"""The widest line of a mail's text part."""

OPENING = "（《「『【〔［｛〈“‘([{«¿¡#@$￥¥€£"
"""What must not end a line; signs of currency and `#` belong to what follows them."""

CLOSING = "，。；：、）》」』】〕］｝〉”’？！％…·—,.;:)]}?!%»°"
"""What must not begin a line."""

UNITS = "万亿千百美元次款天周月日年季度个项部集倍"
"""What a number keeps on its line in Chinese."""

WIDE = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
OPEN, CLOSE = re.escape(OPENING), re.escape(CLOSING)
TOKEN = re.compile(
    rf"(?:[{OPEN}]\s*)*"
    rf"(?:[^\s{WIDE}]*\d[{UNITS}]+|[^\s{WIDE}]*[^\s{WIDE}{OPEN}]|[{WIDE}])"
    rf"(?:\s*[{CLOSE}])*"
    rf"|\s+|."
)
"""Blanks; words and single Chinese characters, after each of which a line may break, with the marks
that belong to them; a number with its unit."""


@lru_cache(maxsize=10_000)  # the same words are measured for each width that a paragraph may have
def _count(text: str, wide: str) -> int:
    return sum(
        0 if unicodedata.category(sign) in ("Mn", "Me")
        else 2 if unicodedata.east_asian_width(sign) in wide
        else 1
        for sign in text
    )  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """Measures texts for a reader of one language.

    Signs such as · and ▲ are "ambiguous" in Unicode: in a Chinese font they are two columns wide.
    """

    wide: str

    @classmethod
    def of(cls, language: str) -> "Columns":
        """For a page's language, such as `en` or `zh-CN`."""
        return cls("WFA" if language.startswith("zh") else "WF")

    def count(self, text: str) -> int:
        """How many columns a text takes in a fixed-width font."""
        return _count(text, self.wide)

    def cut(self, text: str, width: int) -> str:
        """The longest beginning of a text that fits; at least one sign."""
        end = 1
        while end < len(text) and self.count(text[: end + 1]) <= width:
            end += 1
        return text[:end]

    def shorten(self, text: str, width: int) -> str:
        """The text, cut to `width` columns with an ellipsis if it is longer."""
        if self.count(text) <= width:
            return text
        return self.cut(text, width - self.count("…")).rstrip() + "…"

    def left(self, text: str, width: int) -> str:
        """The text at the left of a cell that is wide enough."""
        return text + " " * (width - self.count(text))

    def right(self, text: str, width: int) -> str:
        """The text at the right of a cell that is wide enough."""
        return " " * (width - self.count(text)) + text

    def lines(self, text: str, width: int) -> list[str]:
        """The text in lines of at most `width` columns, broken where its language allows it."""
        lines, taken = [""], 0
        for token in self._tokens(text, width):
            if lines[-1] and taken + self.count(token.rstrip()) > width:
                token = token.lstrip()
                lines.append(token)
                taken = self.count(token)
            else:
                lines[-1] += token
                taken += self.count(token)
        return [line.rstrip() for line in lines]

    def _tokens(self, text: str, width: int) -> list[str]:
        """What stays together; a word wider than a line is cut."""
        tokens = []
        for token in TOKEN.findall(text):
            while self.count(token) > width:
                start = self.cut(token, width)
                tokens.append(start)
                token = token[len(start) :]
            tokens.append(token)
        return tokens

    def wrap(self, text: str, first: str = "", then: str = "", width: int = WIDTH) -> str:
        """A paragraph; its lines are about equally long, so that no word is alone on the last."""
        room = width - max(self.count(first), self.count(then))
        lines = self.lines(text, room)
        for narrower in range(room - 1, room // 2, -1):
            tighter = self.lines(text, narrower)
            if len(tighter) > len(lines):
                break
            lines = tighter
        return "\n".join(
            (then if number else first) + line for number, line in enumerate(lines)
        ).rstrip()
