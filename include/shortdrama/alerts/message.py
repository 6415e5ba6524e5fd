"""An alert as a mail: plain text, one mail to all engineers."""

import hashlib
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from textwrap import shorten

from shortdrama.alerts.outbox import Alert
from shortdrama.alerts.words import span
from shortdrama.core.settings import MailSettings
from shortdrama.mail.smtp import mail_domain

SUBJECT_LENGTH = 140
LONGEST_LINE = 998
"""The maximum that SMTP allows."""
LATE = timedelta(minutes=2)
"""If a mail leaves later than this, it says so."""


def build_message(alert: Alert, mail: MailSettings, now: datetime) -> EmailMessage:
    """The one mail to all engineers. Raises ValueError for a sender without a mail domain."""
    # A folded subject would begin with a blank in some mail programs.
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
    late = f"\nThis mail has waited {span(waited)} for the mail server.\n" if waited > LATE else ""
    message.set_content(alert.body + late, cte="quoted-printable")
    return message
