"""Units by their meaning: `US$m`, `US$ million` and `百万美元` are one unit."""

import re
from dataclasses import dataclass
from decimal import Decimal

from shortdrama.sources.files.figures import label_key

PERCENT = "%"
COUNT = "count"

_MEASURES = {
    "USD": ("us$", "usd", "us dollars", "us dollar", "dollars", "dollar", "$", "美元", "美金"),
    "CNY": ("rmb", "cny", "cn¥", "renminbi", "yuan", "人民币", "元"),
    "EUR": ("eur", "euros", "euro", "€", "欧元"),
    "GBP": ("gbp", "£", "英镑"),
    "JPY": ("jpy", "日元", "円"),
    "¥": ("¥", "￥"),
    "KRW": ("krw", "₩", "韩元"),
    "INR": ("inr", "₹", "rs"),
    "HKD": ("hk$", "hkd", "港元", "港币"),
    "other dollars": ("a$", "au$", "c$", "ca$", "s$", "sg$", "nt$", "r$", "mx$", "nz$"),
    "local currency": ("local currency", "local currencies"),
    PERCENT: ("%", "％", "percent", "per cent", "pct", "百分比"),
    COUNT: ("users", "people", "persons", "subscribers", "人", "用户"),
}
_SCALES = {
    0: ("units", "ones"),
    3: ("k", "'000", "000", "000s", "'000s", "thousand", "thousands", "千"),
    4: ("万",),
    6: ("m", "mn", "mln", "mio", "mm", "million", "millions", "百万"),
    7: ("千万",),
    8: ("亿",),
    9: ("bn", "b", "bln", "billion", "billions", "十亿"),
    12: ("tn", "trillion", "trillions", "万亿"),
}
_MEASURE_OF = {word: measure for measure, words in _MEASURES.items() for word in words}
_SCALE_OF = {word: Decimal(10) ** power for power, words in _SCALES.items() for word in words}
_LONGEST_FIRST = sorted(_MEASURE_OF, key=len, reverse=True)
_BETWEEN_WORDS = re.compile(r"[\s().,:/]|\bin\b|\bof\b")


@dataclass(frozen=True)
class Meant:
    """What a unit measures (a currency, %, a count) and in how many at once; None: not said."""

    measure: str | None
    scale: Decimal | None


def unit_meant(text: str) -> Meant | None:
    """What the words of a unit mean together; None if any of them is not known."""
    words = label_key(text).replace("u.s.", "us")
    for word in _LONGEST_FIRST:
        place = words.find(word)
        if place >= 0 and not _inside_a_word(words, place, word):
            rest = _BETWEEN_WORDS.sub("", words[:place] + " " + words[place + len(word) :])
            if not rest:
                return Meant(_MEASURE_OF[word], None)
            scale = _SCALE_OF.get(rest)
            return None if scale is None else Meant(_MEASURE_OF[word], scale)
    scale = _SCALE_OF.get(_BETWEEN_WORDS.sub("", words))
    return None if scale is None else Meant(None, scale)


def measure_in(text: str) -> Meant | None:
    """The currency that is named somewhere in the words; None if there is none."""
    words = label_key(text).replace("u.s.", "us")
    for word in _LONGEST_FIRST:
        place = words.find(word)
        is_currency = _MEASURE_OF[word] not in (PERCENT, COUNT)
        if is_currency and place >= 0 and not _inside_a_word(words, place, word):
            return Meant(_MEASURE_OF[word], None)
    return None


def same_unit(one: str, other: str) -> bool:
    """Whether two labels name the same unit."""
    if label_key(one) == label_key(other):
        return True
    meant = unit_meant(one)
    return (
        meant is not None
        and meant.measure is not None
        and _whole(meant) == _whole(unit_meant(other))
    )


def _whole(meant: Meant | None) -> tuple[str | None, Decimal] | None:
    return None if meant is None else (meant.measure, meant.scale or Decimal(1))


def _inside_a_word(words: str, place: int, word: str) -> bool:
    """Whether the word is only a part of a longer one, as `rs` is of `users`."""
    if not word.isascii() or not word.isalpha():
        return False
    neighbours = words[max(place - 1, 0) : place] + words[place + len(word) : place + len(word) + 1]
    return any(letter.isascii() and letter.isalpha() for letter in neighbours)
