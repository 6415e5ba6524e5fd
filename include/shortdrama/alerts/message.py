"""What an alert says. Plain text, its lines not wrapped: a phone does that better."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from textwrap import shorten

from shortdrama.core.settings import MailSettings, Settings
from shortdrama.gates.triage import page
from shortdrama.lake.store import ObjectStore
from shortdrama.mail.smtp import mail_domain

SUBJECT_LENGTH = 140
LONGEST_LINE = 998
"""The most that SMTP allows."""

NO_FURTHER_MAIL = """
Builds that follow and are refused for the same findings send no mail until something is published.
`shortdrama gate list` names the one that waits.
"""


@dataclass(frozen=True)
class Alert:
    """A mail to the engineers. `cause` names what happened: there is one mail about it."""

    cause: str
    subject: str
    body: str


def load_refused(load_id: str, settings: Settings, store: ObjectStore) -> Alert:
    """The alert of a load that its gate refused; once, however often it is retried or cleared."""
    from shortdrama.ingest.triage import triage_of_load

    triage = triage_of_load(load_id, settings, store)
    return Alert(f"loads/{load_id}", triage.headline, page(triage))


def marts_refused(fingerprint: str, settings: Settings, store: ObjectStore) -> Alert:
    """The alert of a build whose mart gate is red.

    Every load makes another build, which is refused for the same findings again: that is one cause
    until something is published.
    """
    from shortdrama.warehouse.decide.triage import triage_of_build
    from shortdrama.warehouse.snapshots.manifest import current_snapshot_id

    triage = triage_of_build(fingerprint, settings, store)
    findings = sorted((one.suite, one.name, one.unexpected) for one in triage.critical)
    digest = hashlib.sha256(repr(findings).encode()).hexdigest()[:12]
    cause = f"marts/{current_snapshot_id(store) or 'first'}-{digest}"
    return Alert(cause, triage.headline, page(triage) + NO_FURTHER_MAIL)


def task_failed(
    dag_id: str, task_id: str, about: str, error: BaseException, day: date, log_url: str
) -> Alert:
    """The alert of any other failure; once a day per DAG, dataset and class of error.

    `about` is what the task worked on, e.g. `appfigures.estimates 2025-09-01..2025-09-30`.
    """
    kind = type(error).__name__
    dataset = about.split()[0] if about else task_id
    title = f"{dag_id} failed in {task_id}" + (f": {about}" if about else "")
    body = "\n".join(
        [
            title,
            "",
            str(error) or kind,
            "",
            f"Error: {kind}",
            f"Log: {log_url}",
            "",
            "What to do",
            "- The message above says it. After mending, clear the task: what is done already is"
            " not done twice. docs/operators.md, “A task is red”, has the rest.",
            "- Further failures of this kind of this DAG and dataset today send no mail.",
        ]
    )
    first_line = (str(error) or kind).splitlines()[0]
    return Alert(f"failures/{day}/{dag_id}-{dataset}-{kind}", f"{title}: {first_line}", body + "\n")


def build_message(alert: Alert, mail: MailSettings, now: datetime) -> EmailMessage:
    """The one mail to all engineers. Raises ValueError for a sender without a mail domain."""
    # A folded subject would begin with a blank in some readers.
    message = EmailMessage(policy=SMTP.clone(max_line_length=LONGEST_LINE))
    message["Subject"] = shorten(alert.subject, SUBJECT_LENGTH, placeholder=" …")
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.engineers)
    message["Date"] = format_datetime(now)
    digest = hashlib.sha256(alert.cause.encode()).hexdigest()[:16]
    message["Message-ID"] = f"<alert.{digest}@{mail_domain(mail.sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Shortdrama-Cause"] = alert.cause
    message.set_content(alert.body, cte="quoted-printable")
    return message
