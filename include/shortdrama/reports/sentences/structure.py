"""How the market is shared among apps, and how firm the figures of past months are."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from shortdrama.reports.facts.concentration import Concentration
from shortdrama.reports.facts.revisions import Revision
from shortdrama.reports.page import Phrase, Table
from shortdrama.reports.words.formats import rounded, shown_pct
from shortdrama.reports.words.voice import Voice

Cells = tuple[Phrase, ...]


def concentrated(voice: Voice, found: Concentration) -> Table:
    """The shares of the top three, five and ten, and the index, with their changes."""
    now, before = found.now, found.before
    rows = [
        _share(voice, key, getattr(now, f"{key}_pct"),
               getattr(before, f"{key}_pct") if before else None)
        for key in ("cr3", "cr5", "cr10")
    ]  # fmt: skip
    hhi = now.hhi or Decimal(0)
    change = None if before is None or before.hhi is None else rounded(hhi - before.hhi)
    rows.append(
        (
            Phrase("HHI"),
            Phrase(voice.t("concentration.hhi")),
            Phrase(voice.f.exact(int(rounded(hhi)))),
            Phrase(voice.t("missing") if change is None else _signed(voice, change)),
        )
    )
    band = voice.t(f"concentration.band.{now.concentration_band}")
    return Table(
        title=voice.t(
            "concentration.title",
            share=voice.f.pct(now.cr3_pct or Decimal(0)),
        ),
        headings=(
            voice.t("concentration.index"),
            voice.t("concentration.what"),
            voice.f.short_month(date.fromisoformat(f"{now.label}-01")),
            voice.t("concentration.change"),
        ),
        rows=tuple(rows),
        none=voice.t("concentration.none"),
        note=voice.t("concentration.note", band=band),
    )


def revised(voice: Voice, rows: Sequence[Revision]) -> Table | None:
    """What each of the last months was first said to be, what it is now, and the difference."""
    if not rows:
        return None
    return Table(
        title=_revised_title(voice, rows),
        headings=tuple(
            voice.t(key)
            for key in (
                "revised.year",
                "revised.month",
                "revised.first",
                "revised.now",
                "revised.change",
            )
        ),
        rows=tuple(
            (
                Phrase(voice.f.year(row.month_start_on)),
                Phrase(voice.f.short_month(row.month_start_on)),
                Phrase(voice.f.table_usd(row.first_said_revenue_usd)),
                Phrase(voice.f.table_usd(row.newest_revenue_usd)),
                voice.cell(row.revenue_revision_pct),
            )
            for row in rows
        ),
        none=voice.t("revised.none"),
        note=voice.t("revised.note"),
    )


def _revised_title(voice: Voice, rows: Sequence[Revision]) -> str:
    sizes = [
        abs(shown) for row in rows if (shown := shown_pct(row.revenue_revision_pct)) is not None
    ]
    largest = max(sizes, default=Decimal(0))
    if not largest:
        return voice.counted("revised.title.none", len(rows))
    changed = sum(size > 0 for size in sizes)
    return voice.counted("revised.title", len(rows), changed=changed, size=voice.f.pct(largest))


def _share(voice: Voice, key: str, now: Decimal | None, before: Decimal | None) -> Cells:
    missing, index = voice.t("missing"), Phrase(key.upper())
    name = Phrase(voice.t(f"concentration.{key}"))
    if now is None:
        return (index, name, Phrase(missing), Phrase(missing))
    change = None if before is None else rounded(now, 1) - rounded(before, 1)
    moved = missing if change is None else _points(voice, change)
    return (index, name, Phrase(voice.f.pct(now)), Phrase(moved))


def _points(voice: Voice, change: Decimal) -> str:
    if not change:
        return voice.t("change.flat")
    return voice.t("concentration.points", change=voice.f.points(change))


def _signed(voice: Voice, change: Decimal) -> str:
    if not change:
        return voice.t("change.flat")
    return ("+" if change > 0 else "") + voice.f.exact(int(change))
