"""What a load asked its source for and was answered: by call, and by country.

One document per load lies beside the ledger and not in it, because 150 countries are some 25 kB.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shortdrama.core.windows import Window
from shortdrama.lake.documents import Document
from shortdrama.lake.landing import Ending, Part

COUNTRY, PROVIDER = "country_code", "provider"
"""Names in the context of a part; a load has one provider."""


class Calls(BaseModel):
    """The calls about one thing, for a country if they name one.

    `about` is what else the request was for (`kind chart, page 1`); calls that differ only in
    the products or tags that they name are one line. `answered`, `empty` and `refused` count the
    calls by their ending, `entries` what the answers hold, `body_bytes` their size unpacked; both
    are None when a part of an older release does not say them.
    """

    model_config = ConfigDict(frozen=True)

    country_code: str | None
    about: str
    answered: int
    empty: int
    refused: int
    entries: int | None
    body_bytes: int | None

    @property
    def name(self) -> str:
        """What people call it: `US, kind chart, page 1`."""
        return ", ".join(filter(None, (self.country_code, self.about)))

    @property
    def count(self) -> int:
        """How many calls there were."""
        return self.answered + self.empty + self.refused


class Rows(BaseModel):
    """The rows that a load has for a country, or in all if its dataset has no countries.

    `products` counts the different values of the first column of the dataset's key: products, or
    hashtags.
    """

    model_config = ConfigDict(frozen=True)

    country_code: str | None
    rows: int
    products: int


class Answers(Document):
    """What one load asked for, and what it was answered.

    `rows` has every country that was asked for, also those without a row. It is None if the answers
    could not be made into rows.
    """

    schema_version: Literal[1] = 1
    load_id: str
    dataset: str
    window: Window
    calls: tuple[Calls, ...]
    rows: tuple[Rows, ...] | None = None

    @property
    def body(self) -> bytes:
        """JSON without blanks: it has a line for each country."""
        return self.model_dump_json().encode()

    def count(self, ending: Ending) -> int:
        """How many calls ended so."""
        return sum(getattr(line, ending) for line in self.calls)

    def rows_of(self, country_code: str | None) -> Rows | None:
        """The rows of a country, if it was asked for."""
        return next((one for one in self.rows or () if one.country_code == country_code), None)


def calls_of(parts: Iterable[Part]) -> tuple[Calls, ...]:
    """The calls that brought the parts, those about the same thing as one line, as first asked."""
    named: dict[tuple[str | None, str], list[Part]] = {}
    for part in parts:
        named.setdefault((part.context.get(COUNTRY), _about(part)), []).append(part)
    return tuple(_line(*name, same) for name, same in named.items())


def _about(part: Part) -> str:
    page = {"page": part.request["page"]} if "page" in part.request else {}
    return ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in {**part.context, **page}.items()
        if name not in (COUNTRY, PROVIDER)
    )


def _line(country_code: str | None, about: str, parts: Sequence[Part]) -> Calls:
    endings = Counter(part.ending for part in parts)
    return Calls(
        country_code=country_code,
        about=about,
        answered=endings["answered"],
        empty=endings["empty"],
        refused=endings["refused"],
        entries=_sum(part.entries for part in parts),
        body_bytes=_sum(part.body_bytes for part in parts),
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    """The sum, or None if one of them is not known."""
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total
