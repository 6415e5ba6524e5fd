"""What the tasks of `market_reports` do, without Airflow."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from shortdrama.alerts.incidents import Incident
from shortdrama.alerts.news import noticed
from shortdrama.alerts.send import CLOCK, Alerts
from shortdrama.core.settings import MailSettings, Settings
from shortdrama.health.causes import Cause
from shortdrama.lake.sends import SendRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive.editions import find_edition
from shortdrama.reports.delivery import ledger
from shortdrama.reports.delivery.press import the_press
from shortdrama.reports.delivery.returned_mail import opened, read_returned
from shortdrama.reports.delivery.round import Asked, Round, as_json, from_json
from shortdrama.reports.delivery.suppression import mark_told, read_suppressed

States = Mapping[str, Mapping[str, Any]]
Say = Callable[[str], None]

SHOWN = 50
"""Recipients in one alert."""


def round_of(
    settings: Settings,
    mail: MailSettings | None = None,
    report: str | None = None,
    period: str | None = None,
) -> Round:
    """A round; with a period, of the edition that a person asked for."""
    asked = Asked(report or "weekly_brief", period) if period else None
    return Round(settings, ObjectStore.of(settings.s3), the_press(), mail, asked)


def look_into_mailbox(settings: Settings, mail: MailSettings) -> str | None:
    """Read returned mail; None if no mailbox is set."""
    if mail.mailbox is None:
        return None
    store = ObjectStore.of(settings.s3)
    with opened(mail.mailbox) as box:
        returned = read_returned(box, mail, store, settings.clock.now())
    named = ", ".join(f"{one.recipient} ({one.reason})" for one in returned.suppressed)
    doubtful = f"; {returned.doubtful} without our signature" if returned.doubtful else ""
    return f"no more mail to: {named or 'nobody new'}{doubtful}"


def prepare(current: Round, say: Say) -> dict[str, dict[str, object]]:
    """Make what is due; the states of the editions for the next tasks."""
    states = as_json(current.prepare())
    for edition_id, state in states.items():
        say(f"{edition_id}: {state.get('reason', 'ready')}")
    return states


def send(current: Round, states: States, say: Say) -> list[str]:
    """Send it; a line per mail that was tried."""
    outcomes = [one for one in current.send(from_json(states)) if one.is_ours]
    for one in outcomes:
        say(str(one))
    return list(map(str, outcomes))


def tell(current: Round, states: States, settings: Settings, say: Say) -> None:
    """Mail the engineers, once each, about what they do not know yet."""
    alerts, store = Alerts(settings, say), ObjectStore.of(settings.s3)
    _tell_withheld(current, states, alerts, store)
    for edition_id, records in current.unsettled().items():
        _tell_unsettled(edition_id, records, current, alerts, store)
    left = [one for one in read_suppressed(store) if not one.is_told]
    if left:
        lines = [f"- {one.recipient}: {one.reason.replace('_', ' ')}" for one in left]
        names = [one.recipient for one in left]
        headline = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        alerts.begin(noticed(Cause("readers_left", _digest(lines)), headline, lines, CLOCK.now()))
        mark_told(store, names)
    if missing := current.subscriptions.without_address():
        lines = [f"- {one}" for one in missing]
        cause = Cause("no_address", _digest(lines))
        alerts.begin(noticed(cause, ", ".join(missing[:3]), lines, CLOCK.now()))


def _tell_withheld(current: Round, states: States, alerts: Alerts, store: ObjectStore) -> None:
    """One mail per withheld edition at its deadline, and one when it has been made."""
    for one in current.overdue(from_json(states)):
        edition_id = f"{one.report}/{one.period}"
        cause = Cause("brief_withheld", edition_id)
        alerts.begin(noticed(cause, edition_id, [one.reason], CLOCK.now()))
    alerts.end(partial(_is_made, store))


def _is_made(store: ObjectStore, incident: Incident) -> bool:
    kind, _, edition_id = incident.cause.partition("/")
    is_edition = kind == "brief_withheld" and "/" in edition_id
    return is_edition and find_edition(store, edition_id) is not None


def _tell_unsettled(
    edition_id: str,
    records: Sequence[SendRecord],
    current: Round,
    alerts: Alerts,
    store: ObjectStore,
) -> None:
    lines = [
        f"- {one.recipient}, {one.kind}: {_state(one, current)}"
        + (f" ({one.error})" if one.error else "")
        for one in records
    ]
    more = [f"… and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    headline = f"{edition_id}, {len(records)} recipient{'s' if len(records) > 1 else ''}"
    cause = Cause("sends_unsettled", f"{edition_id}/{_digest(lines)}")
    alerts.begin(noticed(cause, headline, [*lines[:SHOWN], *more], CLOCK.now()))
    for one in records:
        ledger.mark_told(store, edition_id, one)


def _state(record: SendRecord, current: Round) -> str:
    state = ledger.state_at(record, current.now)
    return "given up" if state == "failed" else state


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
