"""What HTML and plain text say in the same way about a phrase."""

from shortdrama.reports.page import Direction, Phrase

SIGNS: dict[Direction, str] = {"up": "▲", "down": "▼", "flat": ""}
SENTENCE_ENDS = tuple(".。!！?？…")


def between(phrase: Phrase, colon: str) -> str:
    """What parts a text from its detail: a colon after a label, a blank before a change."""
    if phrase.direction != "flat" or phrase.text.endswith(SENTENCE_ENDS):
        return " "
    return colon
