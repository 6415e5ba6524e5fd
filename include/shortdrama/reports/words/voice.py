"""A language to write in: its words, its formats, and how sentences are put together."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from shortdrama.datasets import DATASETS
from shortdrama.reports.page import Phrase, direction
from shortdrama.reports.words.catalogue import Catalogue, catalogue
from shortdrama.reports.words.formats import Formats, LocaleName, shown_pct


@dataclass(frozen=True)
class Voice:
    """The words of a report, then those that all reports share."""

    locale: LocaleName
    words: tuple[Catalogue, ...]
    f: Formats

    def t(self, key: str, **values: object) -> str:
        """The text of a key. Values are only filled in, never read for braces of their own."""
        for words in self.words:
            if key in words:
                return words.text(key, **values)
        raise KeyError(f"no catalogue of {self.locale} has the key {key!r}")

    def counted(self, key: str, count: int, **values: object) -> str:
        """The text of a key for a count, which has words of its own for one."""
        one = f"{key}.one"
        return self.t(one if count == 1 and self.has(one) else key, count=count, **values)

    def has(self, key: str) -> bool:
        """Whether a catalogue has the key."""
        return any(key in words for words in self.words)

    def dataset(self, dataset_id: str) -> str:
        """What readers call a dataset; its id if the pipeline no longer has it."""
        known = DATASETS.get(dataset_id)
        return known.titles[self.locale] if known else dataset_id

    def change(self, growth_pct: Decimal | None) -> Phrase:
        """A change in percent: `+0.6%`, `flat`, or that there is nothing to compare with."""
        shown = shown_pct(growth_pct)
        if shown is None:
            return Phrase(self.t("change.none"))
        text = self.f.pct_change(shown) if shown else self.t("change.flat")
        return Phrase(text, direction(shown))

    def cell(self, growth_pct: Decimal | None) -> Phrase:
        """The same for a table."""
        phrase = self.change(growth_pct)
        return phrase if growth_pct is not None else Phrase(self.t("missing"))

    def begins(self, text: str) -> str:
        """A text at the beginning of a line."""
        return text[:1].upper() + text[1:]

    def in_brackets(self, text: str) -> str:
        """A remark in the language's brackets."""
        return self.t("brackets", text=text)

    def sentence(self, parts: Iterable[str]) -> str:
        """Clauses as one sentence."""
        return self.t("semicolon").join(part for part in parts if part) + self.t("stop")

    def alone(self, text: str) -> str:
        """A clause as a sentence that stands by itself."""
        return self.begins(text) + self.t("stop")

    def sentences(self, parts: Iterable[str]) -> str:
        """Sentences one after the other."""
        gap = " " if self.locale == "en" else ""
        return gap.join(part for part in parts if part)


def voice(locale: LocaleName, subject: str) -> Voice:
    """The language of a report: `weekly`, `monthly`, `pulse`."""
    words = (catalogue(locale, subject), catalogue(locale, "shared"))
    return Voice(locale, words, Formats(locale))
