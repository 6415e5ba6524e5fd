"""What alerts say: about a failure, a gate, what the watch sees, and when it is over.

Lines are not wrapped: a phone wraps them better.
"""

import hashlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shortdrama.alerts.incidents import Incident, Work
from shortdrama.alerts.outbox import Alert, writable
from shortdrama.alerts.words import WORDS, span, what_follows
from shortdrama.core.errors import LoadRefused, LoadsDamaged, MartsRefused, ReportWithheld
from shortdrama.core.settings import Settings, without_secrets
from shortdrama.gates.triage import Triage, letter
from shortdrama.health.causes import OF_A_SOURCE, Cause, Run, cause_of, telling
from shortdrama.lake.store import ObjectStore

SHOWN_LINES = 20
"""An error may be long; the log has all of it."""

ONE_MAIL = "Other tasks that fail for this cause send no mail. One mail follows when it is over."
NO_FURTHER_MAIL = """
Later builds that are refused for the same findings send no mail until something is published.
`shortdrama gate list` names the build that waits.
"""


@dataclass(frozen=True)
class News:
    """An alert, and the incident that it opens."""

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
    """The alert, written `at` an instant, of a task that failed after its last try at `since`."""
    told, words = telling(error), WORDS[cause.kind]
    message = without_secrets(str(told) or type(told).__name__, settings)
    follows = what_follows(run, cause, by_time=not settings.clock.is_frozen)
    body = [
        *([words.means.format(where=cause.where), ""] if words.means else []),
        *_cut(message),
        "",
        f"Seen: {since:%Y-%m-%d %H:%M} UTC in {run}",
        *([f"Log: {run.log_url}"] if run.log_url else []),
        "",
        "What to do",
        f"- {words.remedy.format(where=cause.where)}",
        f"- {follows.text}",
        "",
        ONE_MAIL,
    ]
    alert = _alert(cause, f"{words.title}: {_headline(cause, run, told, message)}", body, at)
    left = follows.text if follows.needs_somebody else ""
    return _news(alert, since, _healed_by(cause, run), left)


def in_one_line(error: BaseException, run: Run) -> str:
    """The same for the end of a task's log: the cause's name and the error's message."""
    told, said = telling(error), str(telling(error))
    name = type(told).__name__
    cause = cause_of(error, run, socket.gethostname())
    words = f"{name}: {said}" if cause.kind == "unknown_error" else said
    return writable(f"{WORDS[cause.kind].title}: {words or name}")


def load_refused(
    error: LoadRefused, run: Run, settings: Settings, store: ObjectStore, at: datetime
) -> News:
    """The alert of a load that its gate refused, with the text of `gate show`.

    Raises the store's errors when the lake cannot be read.
    """
    from shortdrama.ingest.triage import triage_of_load

    triage = triage_of_load(error.load_id, settings, store)
    cause = Cause("load_refused", error.load_id)
    return _news(_of_triage(cause, triage, letter(triage), at), at, _healed_by(cause, run))


def marts_refused(
    error: MartsRefused, run: Run, settings: Settings, store: ObjectStore, at: datetime
) -> News:
    """The alert of a build whose mart gate is red. Raises the store's errors.

    Every load makes another build, which is refused again for the same findings. Until something is
    published that is one cause.
    """
    from shortdrama.warehouse.decide.triage import triage_of_build
    from shortdrama.warehouse.snapshots.manifest import current_snapshot_id

    triage = triage_of_build(error.fingerprint, settings, store)
    findings = sorted((one.suite, one.name, one.unexpected) for one in triage.critical)
    digest = hashlib.sha256(repr(findings).encode()).hexdigest()[:12]
    cause = Cause("marts_refused", f"{current_snapshot_id(store) or 'first'}-{digest}")
    body = letter(triage) + NO_FURTHER_MAIL
    return _news(_of_triage(cause, triage, body, at), at, _healed_by(cause, run))


def seen(cause: Cause, headline: str, detail: str, at: datetime, since: datetime) -> News:
    """The alert of what the watch sees, `since` an instant; `detail` says what exactly."""
    words = WORDS[cause.kind]
    body = [
        detail,
        "",
        f"Seen: since {since:%Y-%m-%d %H:%M} UTC, by `shortdrama watch`",
        "",
        "What to do",
        f"- {words.remedy}",
        "",
        "One mail follows when it is over.",
    ]
    return _news(_alert(cause, f"{words.title}: {headline}", body, at), since)


def noticed(cause: Cause, headline: str, lines: Sequence[str], at: datetime) -> News:
    """The alert of something that no task failed of, such as a mail that was refused."""
    words = WORDS[cause.kind]
    body = [
        *([words.means, ""] if words.means else []),
        *lines,
        "",
        f"Seen: {at:%Y-%m-%d %H:%M} UTC in market_reports",
        "",
        "What to do",
        f"- {words.remedy}",
    ]
    return _news(_alert(cause, f"{words.title}: {headline}", body, at), at)


def recovered(ended: Sequence[Incident], at: datetime) -> Alert:
    """The mail that is sent when one or more causes are over."""
    first = min(ended, key=lambda incident: incident.opened_at)
    more = f", and {len(ended) - 1} more" if len(ended) > 1 else ""
    subject = f"Recovered after {span(at - first.opened_at)}: {_title(first)}{more}"
    lines: list[str] = []
    for incident in ended:
        lines += [
            _title(incident),
            f"It lasted from {incident.opened_at:%Y-%m-%d %H:%M} to {at:%Y-%m-%d %H:%M} UTC.",
            *([f"Still to do: {incident.left}"] if incident.left else []),
            "",
        ]
    body = "\n".join(lines)
    return Alert(cause=f"recovered/{first.cause}", subject=subject, body=body, at=at)


def _headline(cause: Cause, run: Run, error: BaseException, message: str) -> str:
    """The text after the title: the shortest one that names this cause among others of its kind."""
    if cause.kind == "unknown_error":
        return f"{type(error).__name__} in {run.dag_id}, {run.task}"
    if isinstance(error, ReportWithheld):
        return f"{error.period}, because of {error.dataset}"
    if isinstance(error, LoadsDamaged):
        return error.headline
    if cause.kind in ("dbt_error", "failed", "load_refused", "marts_refused"):
        return message.splitlines()[0]
    if cause.kind in OF_A_SOURCE:
        return run.about or f"{run.dag_id}, {run.task}"
    return run.dag_id if cause.kind == "run_stopped" else f"{run.dag_id}, {run.task}"


def _of_triage(cause: Cause, triage: Triage, body: str, at: datetime) -> Alert:
    headline = f"{triage.name}: {triage.reason}".removesuffix(": ")
    subject = f"{WORDS[cause.kind].title}: {headline}"
    return Alert(cause=cause.key, subject=subject, body=body, at=at)


def _alert(cause: Cause, subject: str, body: Sequence[str], at: datetime) -> Alert:
    return Alert(cause=cause.key, subject=subject, body="\n".join(body) + "\n", at=at)


def _cut(message: str) -> list[str]:
    lines = message.splitlines()
    more = [f"… and {len(lines) - SHOWN_LINES} lines more"] if len(lines) > SHOWN_LINES else []
    return lines[:SHOWN_LINES] + more


def _news(alert: Alert, since: datetime, healed_by: Work | None = None, left: str = "") -> News:
    incident = Incident(
        cause=alert.cause, title=alert.subject, opened_at=since, healed_by=healed_by, left=left
    )
    return News(alert, incident)


HEALED_BY: dict[str, str] = {"load_refused": "gate", "marts_refused": "publish"}
"""The task whose success ends the cause, if it is not the task that failed."""


def _healed_by(cause: Cause, run: Run) -> Work:
    if cause.kind == "loads_damaged":
        # A build compares only the loads that it reads.
        return Work(dag_id="housekeeping", task="check_loads")
    task = HEALED_BY.get(cause.kind, run.task)
    return Work(dag_id=run.dag_id, task=task, dataset=run.dataset)


def _title(incident: Incident) -> str:
    """The headline of the alert; if the file is empty, only its cause is known."""
    return incident.title or incident.cause.replace("_", " ")
