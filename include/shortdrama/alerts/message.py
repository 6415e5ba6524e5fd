"""What an alert says. Plain text, its lines not wrapped: a phone does that better."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from textwrap import shorten

from pydantic import BaseModel, SecretStr

from shortdrama.alerts.incidents import Incident, Work
from shortdrama.alerts.outbox import Alert
from shortdrama.alerts.words import WORDS, what_follows
from shortdrama.core.errors import Failure, LoadRefused, MartsRefused
from shortdrama.core.settings import MailSettings, Settings
from shortdrama.gates.triage import Triage, page
from shortdrama.health.causes import Cause, Run, telling
from shortdrama.lake.store import ObjectStore
from shortdrama.mail.smtp import mail_domain

SUBJECT_LENGTH = 140
LONGEST_LINE = 998
"""The most that SMTP allows."""
SHOWN_LINES = 20
"""An error may be long; its log has all of it."""

ONE_MAIL = "Whatever else fails of this cause sends no mail. One mail follows when it is over."
NO_FURTHER_MAIL = """
Builds that follow and are refused for the same findings send no mail until something is published.
`shortdrama gate list` names the one that waits.
"""


@dataclass(frozen=True)
class News:
    """An alert, and the incident that it begins."""

    alert: Alert
    incident: Incident


def failure(
    cause: Cause,
    run: Run,
    error: BaseException,
    settings: Settings,
    at: datetime,
    since: datetime,
) -> News:
    """The alert of a task that failed for good `since` then, written at an instant."""
    told = telling(error)
    message = _without_secrets(str(told) or type(told).__name__, settings)
    words, follows = WORDS[cause.kind], what_follows(run, by_time=not settings.clock.is_frozen)
    subject = _subject(words.title, cause, run, told, message)
    body = [
        subject,
        "",
        *_cut(message),
        "",
        f"Seen: {since:%Y-%m-%d %H:%M} UTC in {run}",
        *([f"Log: {run.log_url}"] if run.log_url else []),
        "",
        "What to do",
        *(f"- {line}" for line in (*words.remedies, follows)),
        "",
        ONE_MAIL,
    ]
    alert = Alert(cause=cause.key, subject=subject, body="\n".join(body) + "\n", at=at)
    return _news(alert, since, _healed_by(cause, run), follows)


def load_refused(
    error: LoadRefused, run: Run, settings: Settings, store: ObjectStore, at: datetime
) -> News:
    """The alert of a load that its gate refused, as `gate show` says it.

    Raises what the lake raises when it cannot be read.
    """
    from shortdrama.ingest.triage import triage_of_load

    triage = triage_of_load(error.load_id, settings, store)
    cause = Cause("load_refused", error.load_id)
    alert = Alert(cause=cause.key, subject=_headline(cause, triage), body=page(triage), at=at)
    return _news(alert, at, _healed_by(cause, run))


def marts_refused(
    error: MartsRefused, run: Run, settings: Settings, store: ObjectStore, at: datetime
) -> News:
    """The alert of a build whose mart gate is red. Raises what the lake raises.

    Every load makes another build, which is refused for the same findings again: that is one cause
    until something is published.
    """
    from shortdrama.warehouse.decide.triage import triage_of_build
    from shortdrama.warehouse.snapshots.manifest import current_snapshot_id

    triage = triage_of_build(error.fingerprint, settings, store)
    findings = sorted((one.suite, one.name, one.unexpected) for one in triage.critical)
    digest = hashlib.sha256(repr(findings).encode()).hexdigest()[:12]
    cause = Cause("marts_refused", f"{current_snapshot_id(store) or 'first'}-{digest}")
    body = page(triage) + NO_FURTHER_MAIL
    alert = Alert(cause=cause.key, subject=_headline(cause, triage), body=body, at=at)
    return _news(alert, at, _healed_by(cause, run))


def seen(cause: Cause, headline: str, detail: str, at: datetime, since: datetime) -> News:
    """The alert of what the watch sees from outside `since` then; `detail` is what exactly."""
    words = WORDS[cause.kind]
    subject = f"{words.title}: {headline}"
    body = [
        subject,
        "",
        detail,
        f"Seen: since {since:%Y-%m-%d %H:%M} UTC, by `shortdrama watch`",
        "",
        "What to do",
        *(f"- {line}" for line in words.remedies),
        "",
        "One mail follows when it is over.",
    ]
    alert = Alert(cause=cause.key, subject=subject, body="\n".join(body) + "\n", at=at)
    return _news(alert, since)


def recovered(ended: Sequence[Incident], at: datetime) -> Alert:
    """The one mail when one or more causes are over."""
    first = min(ended, key=lambda incident: incident.opened_at)
    more = f", and {len(ended) - 1} more" if len(ended) > 1 else ""
    subject = f"Recovered after {_span(at - first.opened_at)}: {_title(first)}{more}"
    body = [subject, ""]
    for incident in ended:
        body.append(f"- {_title(incident)}")
        body.append(f"  {incident.opened_at:%Y-%m-%d %H:%M} to {at:%Y-%m-%d %H:%M} UTC")
        if incident.left:
            body.append(f"  What failed first: {incident.left}")
    return Alert(cause=f"recovered/{first.cause}", subject=subject, body="\n".join(body), at=at)


def build_message(alert: Alert, mail: MailSettings, now: datetime) -> EmailMessage:
    """The one mail to all engineers. Raises ValueError for a sender without a mail domain."""
    # A folded subject would begin with a blank in some readers.
    message = EmailMessage(policy=SMTP.clone(max_line_length=LONGEST_LINE))
    message["Subject"] = shorten(alert.subject, SUBJECT_LENGTH, placeholder=" …")
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.engineers)
    message["Date"] = format_datetime(alert.at)
    digest = hashlib.sha256(f"{alert.cause} {alert.at}".encode()).hexdigest()[:16]
    message["Message-ID"] = f"<alert.{digest}@{mail_domain(mail.sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Shortdrama-Cause"] = alert.cause
    waited = now - alert.at
    late = f"\nThis mail has waited {_span(waited)} for the mail server.\n" if waited > LATE else ""
    message.set_content(alert.body + late, cte="quoted-printable")
    return message


LATE = timedelta(minutes=2)


def _subject(title: str, cause: Cause, run: Run, error: BaseException, message: str) -> str:
    if cause.kind == "unknown_error":
        return f"{title}: {type(error).__name__} in {run}"
    if isinstance(error, Failure) and error.kind == cause.kind:
        return f"{title}: {message.splitlines()[0]}"
    return f"{title}: first seen in {run}"


def _headline(cause: Cause, triage: Triage) -> str:
    return f"{WORDS[cause.kind].title}: {triage.name}: {triage.reason}".removesuffix(": ")


def _cut(message: str) -> list[str]:
    lines = [line[:LONGEST_LINE] for line in message.splitlines()]
    more = [f"… and {len(lines) - SHOWN_LINES} lines more"] if len(lines) > SHOWN_LINES else []
    return lines[:SHOWN_LINES] + more


def _news(alert: Alert, since: datetime, healed_by: Work | None = None, left: str = "") -> News:
    incident = Incident(
        cause=alert.cause, title=alert.subject, opened_at=since, healed_by=healed_by, left=left
    )
    return News(alert, incident)


HEALED_BY: dict[str, str] = {"load_refused": "gate", "marts_refused": "publish"}
"""The task whose success ends it, where that is not the task that failed."""


def _healed_by(cause: Cause, run: Run) -> Work:
    task = HEALED_BY.get(cause.kind, run.task)
    return Work(dag_id=run.dag_id, task=task, dataset=run.dataset)


def _title(incident: Incident) -> str:
    """The headline of the alert; without the file's content its cause alone is known."""
    return incident.title or incident.cause.replace("_", " ")


def _span(length: timedelta) -> str:
    minutes = max(0, round(length.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 60 // 24} days"


def _without_secrets(text: str, settings: Settings) -> str:
    for secret in _secrets(settings):
        text = text.replace(secret, "[secret]")
    return text


def _secrets(settings: BaseModel) -> Iterator[str]:
    for value in dict(settings).values():
        if isinstance(value, SecretStr) and value.get_secret_value().strip():
            yield value.get_secret_value().strip()
        elif isinstance(value, BaseModel):
            yield from _secrets(value)
