"""Which encoding a text file has, by its content; what is not certain is refused by name.

A wrong guess is not seen: `Japan¹` in one encoding is other letters in another. So each candidate
gets a confidence from 0 to 1, and only a clear winner is taken.
"""

import codecs
import re
from dataclasses import dataclass

from shortdrama.sources.files.workbook import WorkbookRefused

CERTAIN, CLEAR, DOUBTFUL = 1.0, 0.9, 0.5
REMEDY = "save the file again as 'CSV UTF-8'"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_COMMON_PAIR = re.compile(rb"[\xa1-\xa9\xb0-\xd7][\xa1-\xfe]")
"""Signs and the 3,755 usual characters of GB2312, the core of GB18030."""

_FIRST_LETTER = b"\xb0\xa1"
_AFTER_KOREAN = b"\xc9"
"""Korean in EUC-KR has its syllables in the same pairs, but only up to here."""

_KANA = (0xA4, 0xA5)
"""First bytes of the kana of EUC-JP, whose other letters would be read as wrong Chinese."""

FEWEST_LETTERS = 4
FEWEST_ZEROS = 0.05
"""The part of a UTF-16 table's bytes that are zero: digits and separators have one each."""

EVIDENCE_BYTES = 256 * 1024
"""From the first byte that is not ASCII: enough to tell, and little memory."""

_MARK_IN_WORD = re.compile(r"[^\W\d_][\u00a1-\u00bf×÷€‚„…†‡ˆ‰‹›˜™•][^\W\d_]")
"""A sign between two letters, as mojibake of another western encoding has it."""


@dataclass(frozen=True)
class Encoding:
    """A codec's name, and how sure it is, from 0 to 1."""

    name: str
    confidence: float

    def __str__(self) -> str:
        return f"{self.name.removesuffix('-sig').upper()} ({self.confidence:.0%} sure)"


def encoding_of(content: bytes, file_name: str) -> Encoding:
    """The encoding that the whole content has; raises WorkbookRefused."""
    for bom, name in _BOMS:
        if content.startswith(bom):
            if name is None or not _decodes(content, name):
                raise WorkbookRefused(file_name, f"it is no text in UTF-8 or UTF-16; {REMEDY}")
            return Encoding(name, CERTAIN)
    if b"\0" in content:
        return _utf_16(content, file_name)
    if _decodes(content, "utf-8"):
        return Encoding("utf-8", CERTAIN)
    return _of_bytes(content, file_name)


def _utf_16(content: bytes, file_name: str) -> Encoding:
    """UTF-16 without a mark: the zero bytes of its separators all stand at odd or even places."""
    zeros = [content[0::2].count(0), content[1::2].count(0)]
    name = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    confidence = max(zeros) / sum(zeros)
    is_text = (
        len(content) % 2 == 0
        and confidence == CERTAIN
        and sum(zeros) > FEWEST_ZEROS * len(content)
        and _decodes(content, name)
    )
    if not is_text or "\n" not in content[: 1 << 20].decode(name, errors="ignore"):
        raise WorkbookRefused(
            file_name, f"this is no text (it holds zero bytes that are not UTF-16); {REMEDY}"
        )
    return Encoding(name, confidence)


def _of_bytes(content: bytes, file_name: str) -> Encoding:
    """GB18030 has its high bytes in pairs, cp1252 in Latin words one by one."""
    first = _HIGH_RUN.search(content)
    start = first.start() if first else 0
    runs = _HIGH_RUN.findall(content[start : start + EVIDENCE_BYTES])
    high = sum(map(len, runs))
    candidates = [
        Encoding(name, confidence)
        for name, confidence in (
            ("gb18030", _as_chinese(runs) / high),
            ("cp1252", sum(len(run) == 1 for run in runs) / high),
        )
        if _decodes(content, name)
    ]
    if not candidates:
        raise WorkbookRefused(
            file_name, f"this is neither UTF-8 nor cp1252 text, nor UTF-16 or GB18030; {REMEDY}"
        )
    best = max(candidates, key=lambda one: one.confidence)
    others = [one for one in candidates if one is not best]
    is_clear = best.confidence >= CLEAR and all(one.confidence < DOUBTFUL for one in others)
    if is_clear and best.name == "cp1252":
        is_clear = _MARK_IN_WORD.search(content.decode("cp1252")) is None
    if not is_clear:
        raise WorkbookRefused(
            file_name,
            f"its encoding is not certain: {' or '.join(map(str, candidates))}, or another one; "
            f"{REMEDY}",
        )
    return best


def _as_chinese(runs: list[bytes]) -> int:
    """How many bytes are usual Chinese characters; none where it may be Korean or Japanese."""
    pairs = [pair for run in runs for pair in _COMMON_PAIR.findall(run)]
    letters = {pair for pair in pairs if pair >= _FIRST_LETTER}
    is_chinese = (
        len(letters) >= FEWEST_LETTERS
        and any(letter > _AFTER_KOREAN for letter in letters)
        and not any(pair[0] in _KANA for pair in pairs)
    )
    return 2 * len(pairs) if is_chinese else 0


def _decodes(content: bytes, name: str) -> bool:
    """Whether the content is text in the encoding; in pieces, so that memory stays small."""
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for start in range(0, len(content), 1 << 20):
            decoder.decode(content[start : start + (1 << 20)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
