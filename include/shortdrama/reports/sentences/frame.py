"""What stands around every edition: banners, the block about the pipeline, the footer."""

from collections.abc import Sequence
from datetime import date, datetime

from shortdrama.lake.overrides import Override
from shortdrama.reports.facts.minis import PRESS
from shortdrama.reports.facts.snapshot import SnapshotFacts
from shortdrama.reports.facts.vendors import Vendor
from shortdrama.reports.page import Banner, Footer, Lines, Phrase
from shortdrama.reports.words.voice import Voice

MOST_DECISIONS = 3
LONGEST_REASON = 120
"""A reason that a person typed is cut after so many characters."""


def banners(
    voice: Voice, snapshot: SnapshotFacts, leading: str, since: date, made_at: datetime
) -> tuple[Banner, ...]:
    """What changes how the figures are to be read; `leading` is the dataset of the headline."""
    found = []
    if snapshot.is_sample:
        found.append(Banner("sample", voice.t("banner.sample")))
    accepted = accepted_gate(snapshot, since)
    if accepted is not None:
        found.append(Banner("overridden", decision(voice, accepted)))
    as_of = snapshot.as_of(leading)
    if snapshot.is_late(leading) and as_of is not None:
        days = (made_at.date() - as_of).days
        found.append(Banner("late", voice.counted("banner.late", days, day=voice.f.day(as_of))))
    return tuple(found)


def accepted_gate(snapshot: SnapshotFacts, since: date) -> Override | None:
    """The newest decision to publish marts that had failed checks, if there is one."""
    for override in snapshot.decisions((), since):
        if override.kind == "marts_published":
            return override
    return None


def pipeline(
    voice: Voice, snapshot: SnapshotFacts, shown: Sequence[str], since: date, extra: Sequence[str]
) -> Lines:
    """The block about our data: how far it goes, warnings and decisions about what is shown.

    `extra` are further lines. An accepted red gate stands in its banner and not here again; so
    does the lateness of the first dataset.
    """
    lines = [_through(voice, snapshot, shown)]
    lines += [
        voice.t("data.refused", dataset=voice.dataset(name))
        for name in shown
        if (state := snapshot.datasets.get(name)) and state.refused_since
    ]
    lines += _warnings(voice, snapshot, shown)
    decisions = [
        one for one in snapshot.decisions(tuple(shown), since) if one.kind != "marts_published"
    ]
    lines += [decision(voice, one) for one in decisions[:MOST_DECISIONS]]
    if len(decisions) > MOST_DECISIONS:
        lines.append(voice.t("data.more", count=len(decisions) - MOST_DECISIONS))
    return Lines(voice.t("data.title"), tuple(map(Phrase, [*lines, *extra])))


def decision(voice: Voice, made: Override) -> str:
    """Who decided what against our checks, and why, in one sentence."""
    because = made.because if len(made.because) <= LONGEST_REASON else (
        made.because[:LONGEST_REASON].rstrip() + "…"
    )  # fmt: skip
    findings = len(made.findings)
    plural = ".one" if findings == 1 else ""
    key = f"decision.{made.kind}"
    return voice.t(
        key + plural if voice.has(key + plural) else key,
        day=voice.f.day(made.at.date()),
        by=made.by,
        because=because,
        dataset=voice.dataset(made.dataset or ""),
        findings=findings,
    )


def scope(voice: Voice, vendor: Vendor) -> str:
    """What is counted; that it is after fees is said as firmly as it is known."""
    fees = voice.t("fees.stated" if vendor.evidence == "stated" else "fees.read")
    return voice.t("scope", vendor=vendor.vendor, fees=fees)


def method(voice: Voice, vendor: Vendor) -> str:
    """What the figures are, and how we know it."""
    evidence = voice.t(f"evidence.{vendor.evidence or 'unknown'}", vendor=vendor.vendor)
    return voice.t("method", evidence=evidence)


def next_edition(voice: Voice, on: date | None) -> str:
    """When the next one comes; of an edition that was made late only its rhythm is known."""
    return voice.t("next") if on is None else voice.f.day(on)


def left_out(voice: Voice, publishers: Sequence[str]) -> list[str]:
    """The line that says whose figures are missing, because nobody has permitted them."""
    if not publishers:
        return []
    names = [voice.t("press") if name == PRESS else name for name in publishers]
    return [voice.t("left_out", publishers=voice.f.listed(names))]


def footer(
    voice: Voice,
    snapshot: SnapshotFacts,
    *,
    edition: str,
    made_at: datetime,
    leading: str,
    method: str,
    vendors: Sequence[str],
    next_edition: str,
) -> Footer:
    """As-of, ids, vendors, when the next edition comes, and whom to answer."""
    as_of = snapshot.as_of(leading)
    facts = [
        ("footer.edition", edition),
        ("footer.through", voice.f.day(as_of) if as_of else voice.t("missing")),
        ("footer.snapshot", snapshot.snapshot_id),
        ("footer.published", voice.f.instant(made_at)),
        ("footer.vendors", voice.f.listed(list(vendors))),
        ("footer.next", next_edition),
        ("footer.universe", snapshot.universe_version or voice.t("missing")),
    ]
    return Footer(
        method=method,
        facts=tuple(Phrase(voice.t(key), detail=value) for key, value in facts),
        help=voice.t("footer.help"),
    )


def _through(voice: Voice, snapshot: SnapshotFacts, shown: Sequence[str]) -> str:
    known = [
        voice.t("data.through.one", dataset=voice.dataset(name), day=voice.f.day(as_of))
        for name in shown
        if (as_of := snapshot.as_of(name))
    ]
    return voice.t("data.through", list=voice.t("semicolon").join(known) or voice.t("missing"))


def _warnings(voice: Voice, snapshot: SnapshotFacts, shown: Sequence[str]) -> list[str]:
    """One sentence per concern about the same data, however many warnings there are."""
    leading = shown[0]
    sentences = []
    for warning in snapshot.warnings:
        about = [name for name in warning.about if name in shown]
        if warning.concern == "timeliness":
            about = [name for name in about if name != leading]
        if warning.about and not about:
            continue
        names = [voice.dataset(name) for name in about]
        what = voice.f.listed(names) if names else voice.t("data.marts")
        sentences.append(voice.t(f"concern.{warning.concern}", about=what))
    return list(dict.fromkeys(sentences))
