"""How deep the brackets of a JSON text go, found while the text streams past.

DuckDB's reader ends the whole process on a text that nests some ten thousand deep, so no such text
may reach it. Only brackets outside of strings count. All other signs can be deleted: a closed pair
is nothing, and what is left over are the brackets that are still open.
"""

import re

DEEPEST = 64
"""So many levels always pass, twice as many never; in between it depends on the pieces."""

BLANKS_AND_BOM = b" \t\r\n\xef\xbb\xbf"

_OTHERS = bytes(sorted(set(range(256)) - set(b'[]{}"')))
_STRING = re.compile(rb'"[^"]*"')
_UNIT = rb"[0-9a-fA-F]{2}"
_HIGH, _LOW = rb"\\u[dD][89abAB]" + _UNIT, rb"\\u[dD][c-fC-F]" + _UNIT
_ESCAPE = re.compile(
    # What may go on in the next piece: the beginning of an escape, or half of a pair.
    rb"(?P<unfinished>(?:" + _HIGH + rb")?\\(?:u[0-9a-fA-F]{0,3})?\Z|" + _HIGH + rb"\Z)"
    rb"|" + _HIGH + _LOW + rb"|(?P<lone>" + _HIGH + rb"|" + _LOW + rb")|\\.",
    re.DOTALL,
)
LONE_SURROGATE = rb"\ufffd"


class TooDeep(ValueError):
    """The brackets nest too deep, or do not match."""


class Nesting:
    """Follows a text that is fed in pieces.

    `opening` is its first byte that is no blank, `objects` how many objects have begun, at any
    depth. `has_lone_surrogates`: an escape in a string
    stands for half a character, which DuckDB takes for an error.
    """

    def __init__(self) -> None:
        self.opening = b""
        self.objects = 0
        self.has_lone_surrogates = False
        self._unfinished = b""
        self._open = b""

    @property
    def is_complete(self) -> bool:
        """Whether there was a text, and all its strings and brackets are closed."""
        return bool(self.opening) and not self._open and not self._unfinished

    def feed(self, piece: bytes) -> None:
        """The next piece of the text; raises TooDeep."""
        self.opening = self.opening or piece.lstrip(BLANKS_AND_BOM)[:1]
        text, self._unfinished = self._unfinished + piece, b""
        if b"\\" in text:
            text = _ESCAPE.sub(self._without, text)
        signs, quote = _outside_of_strings(self._open + text.translate(None, _OTHERS))
        self.objects += signs.count(b"{") - self._open.count(b"{")
        self._open = _unclosed(signs) + quote

    def _without(self, escape: re.Match[bytes]) -> bytes:
        self._unfinished = escape["unfinished"] or b""
        self.has_lone_surrogates |= escape["lone"] is not None
        return b""


def with_whole_characters(text: bytes) -> bytes:
    """The JSON text with the sign for an unknown character instead of each half of one."""
    return _ESCAPE.sub(lambda found: LONE_SURROGATE if found["lone"] else found[0], text)


def _outside_of_strings(signs: bytes) -> tuple[bytes, bytes]:
    """The brackets that are in no string, and the quote if the last string is left open."""
    outside, quote, _ = _STRING.sub(b"", signs.replace(b'""', b"")).partition(b'"')
    return outside, quote


def _unclosed(brackets: bytes) -> bytes:
    """The brackets that are left open."""
    for _ in range(DEEPEST + 1):
        left = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if left == brackets and len(left) <= DEEPEST:
            return left
        brackets = left
    raise TooDeep
