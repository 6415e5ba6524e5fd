"""The overview as a web page: no network, no script that it needs, readable on a phone."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shortdrama.health.overview.calendar import Frame, Month, calendar, frame_of
from shortdrama.health.overview.coverage import STATES, span
from shortdrama.health.overview.model import DatasetStatus, Overview, Trouble

FOLDER = Path(__file__).parent / "templates"
SHOWN_SPANS = 40
SHOWN_REFUSALS = 5

ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
SCRIPT = (FOLDER / "theme.js").read_text(encoding="utf-8")
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self';"
    f" script-src 'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}'"
)
"""The page's only script is the one that follows Airflow's theme; nothing is fetched."""

GATES = {
    "published": "Readers have all loads that are accepted.",
    "passed": "The next build has passed its gate and is not published yet.",
    "refused": "The next build was refused by its gate; readers keep the last snapshot.",
    "waiting": "Accepted loads or code are new and not built yet.",
    "no loads": "No load is accepted yet.",
    "unknown": "A ledger cannot be read, so the next build is not known.",
}
NAMES = {
    "unreadable": "unreadable",
    "never": "no load",
    "refused": "refused",
    "stale": "stale",
    "late": "late",
    "gap": "gap",
}
LEGEND = {
    "covered": "covered",
    "provisional": "provisional: covered, the source may still change it",
    "gap": "gap: no accepted load, or not of all countries",
    "refused": "refused: a load came and its gate refused it",
}


@dataclass(frozen=True)
class Card:
    """A dataset on the page."""

    status: DatasetStatus
    months: tuple[Month, ...]
    troubles: tuple[tuple[str, str], ...]
    spans: tuple[tuple[str, tuple[str, ...], int], ...]

    @property
    def summary(self) -> str:
        """The calendar in a sentence, for people who do not see it."""
        counted = [f"{self.status.days(state):,} days {state}" for state in STATES]
        return f"Coverage of {self.status.dataset}: {', '.join(counted)}."


def page(overview: Overview, until: str | None = None) -> str:
    """The page; its calendar ends with the month `until` (`2025-02`), by default with this one."""
    frame = frame_of(until, overview.asked_at.date())
    return ENVIRONMENT.get_template("status.html.j2").render(
        overview=overview,
        cards=[_card(status, frame) for status in overview.datasets],
        frame=frame,
        has_earlier=any(
            status.stretches and status.stretches[0].window.start < frame.first
            for status in overview.datasets
        ),
        has_later=frame.last < overview.asked_at.date().replace(day=1),
        gate=GATES[overview.marts.gate],
        legend=LEGEND,
        shown_refusals=SHOWN_REFUSALS,
        script=SCRIPT,
    )


def unreachable_page(why: str) -> str:
    """Instead of the page: the lake cannot be read, and why."""
    return ENVIRONMENT.get_template("unreachable.html.j2").render(why=why, script=SCRIPT)


def _card(status: DatasetStatus, frame: Frame) -> Card:
    return Card(
        status=status,
        months=calendar(status, frame),
        troubles=tuple((NAMES[trouble], said(status, trouble)) for trouble in status.troubles),
        spans=tuple(_spans(status)),
    )


def said(status: DatasetStatus, trouble: Trouble) -> str:
    """What is wrong, in a sentence."""
    match trouble:
        case "unreadable":
            return f"Its ledger cannot be read: {status.unreadable}"
        case "never":
            return "No load was accepted yet."
        case "refused":
            count = len(status.refused_since)
            loads = "A load was" if count == 1 else f"{count} loads were"
            return f"{loads} refused; the dataset stays at its last accepted load."
        case "stale":
            return (
                f"Its newest day is {status.behind_days} days old,"
                f" more than {status.stale_after_days}."
            )
        case "late":
            return (
                f"No load was accepted for {status.age_days} days; usually one is"
                f" {every(status.usual_days or 0)}."
            )
        case "gap":
            return f"{status.days('gap'):,} days are missing."


def _spans(status: DatasetStatus) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Each state with its newest spans in words, and how many earlier ones there are."""
    for state in STATES:
        if state == "covered":
            found = [span(window) for window in status.windows("covered", "provisional")]
        else:
            found = [str(stretch) for stretch in status.stretches if stretch.state == state]
        if found:
            newest = tuple(reversed(found[-SHOWN_SPANS:]))
            yield state, newest, len(found) - len(newest)


def minute(instant: datetime) -> str:
    """An instant for people; the pipeline's instants are all in UTC."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def ago(days: int) -> str:
    """How many days ago a date was, in words; days that the clock has not reached are said too."""
    if days < 0:
        return "in the future"
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")


def every(days: float) -> str:
    """How often, in words."""
    return "every day" if days == 1 else f"every {days:g} days"


ENVIRONMENT.filters["ago"] = ago
ENVIRONMENT.filters["every"] = every
ENVIRONMENT.filters["minute"] = minute
ENVIRONMENT.filters["span"] = span
