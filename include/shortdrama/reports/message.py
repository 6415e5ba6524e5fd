"""The e-mail that carries an edition: text and HTML as alternatives, the picture inline."""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from shortdrama.core.settings import Recipient
from shortdrama.mail.smtp import mail_domain
from shortdrama.reports.old_archive import Edition
from shortdrama.reports.render import CHART_NAME, RenderedBrief


def build_message(
    edition: Edition, brief: RenderedBrief, sender: str, recipient: Recipient, now: datetime
) -> EmailMessage:
    """The mail to one recipient. Raises ValueError for a sender without a mail domain."""
    domain = mail_domain(sender)
    chart_id = f"chart.{edition.period}.{recipient.locale}@{domain}"
    message = EmailMessage(policy=SMTP)
    message["Subject"] = brief.subject
    message["From"] = sender
    message["To"] = recipient.address
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(edition, recipient.address, domain)
    message["Content-Language"] = recipient.locale
    message["Auto-Submitted"] = "auto-generated"
    message["X-Shortdrama-Edition"] = edition.id
    message["X-Shortdrama-Snapshot"] = edition.snapshot_id
    message["X-Shortdrama-Sample"] = "yes" if edition.is_sample else "no"
    message.set_content(brief.text)
    html = brief.html.replace(f'src="{CHART_NAME}"', f'src="cid:{chart_id}"')
    message.add_alternative(html, subtype="html")
    message.get_body(("html",)).add_related(  # type: ignore[union-attr]
        brief.chart,
        "image",
        "png",
        cid=f"<{chart_id}>",
        filename=CHART_NAME,
        disposition="inline",
    )
    return message


def message_id(edition: Edition, address: str, domain: str) -> str:
    """The same for every attempt: if a mail does leave twice, mail programs see that it is one."""
    recipient = hashlib.sha256(address.casefold().encode()).hexdigest()[:16]
    return f"<{edition.report}.{edition.period}.{recipient}@{domain}>"
