"""A move as people read it."""

from decimal import Decimal

from shortdrama.warehouse.compare.diff import Move

WIDTH = 80


def move_words(move: Move) -> str:
    """The figure before and after, the difference and its causes; indented by 4, in 80 columns."""
    was, now = (_number(text) if text else "no row" for text in (move.before, move.after))
    sign = "" if move.difference.startswith("-") else "+"
    figures = f"{move.column} {was} → {now} ({sign}{_number(move.difference)})"
    causes = ", ".join(move.causes)
    gap = "\n      " if 4 + len(figures) + 2 + len(causes) > WIDTH else "  "
    return f"{figures}{gap}{causes}".rstrip()


def _number(text: str) -> str:
    return f"{Decimal(text):,}"
