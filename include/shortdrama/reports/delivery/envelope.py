"""What stands on the outside of a mail: ids that are the same at every attempt, and signatures."""

import hashlib
import hmac
import re
from email.utils import parseaddr
from urllib.parse import quote

from shortdrama.core.settings import MailSettings
from shortdrama.mail.smtp import mail_domain

MAC_DIGITS = 20
UNSUBSCRIBE = "unsubscribe"

TOKEN = re.compile(rf"\bunsubscribe[ +:]+([a-z0-9_-]{{1,40}})\.([0-9a-f]{{{MAC_DIGITS}}})\b", re.I)
"""In the subject of a mail that asks for no more reports."""

OUR_ID = re.compile(
    r"<(?P<signed>[a-z_]+\.[0-9W-]+\.[a-z0-9_-]+\.(?P<recipient>[a-z0-9_-]{1,40}))"
    rf"\.(?P<mac>[0-9a-f]{{{MAC_DIGITS}}})@"
)
"""A Message-ID of ours, wherever a returned mail repeats it."""


def message_id(mail: MailSettings, edition_id: str, kind: str, recipient: str) -> str:
    """The same for every attempt: if a mail does leave twice, mail programs see that it is one.

    Its signature lets us believe a returned mail that repeats it. Raises ValueError for a sender
    without a mail domain.
    """
    signed = f"{edition_id.replace('/', '.')}.{kind}.{recipient}"
    return f"<{signed}.{_mac(mail, signed)}@{mail_domain(mail.sender)}>"


def unsubscribe_link(mail: MailSettings, recipient: str) -> str | None:
    """The `mailto:` with which a reader asks for no more; None without a key to sign it."""
    if not mail.signing_key.get_secret_value():
        return None
    address = mail.returns_to or parseaddr(mail.sender)[1]
    subject = f"{UNSUBSCRIBE} {recipient}.{_mac(mail, f'{UNSUBSCRIBE}.{recipient}')}"
    return f"mailto:{address}?subject={quote(subject)}"


def unsubscribed(mail: MailSettings, subject: str) -> str | None:
    """The recipient whom a mail with this subject takes off; None if nobody, or not signed by us.

    Only who has one of our mails to them knows the signature.
    """
    found = TOKEN.search(subject)
    if found is None or not mail.signing_key.get_secret_value():
        return None
    recipient = found[1].lower()
    expected = _mac(mail, f"{UNSUBSCRIBE}.{recipient}")
    return recipient if hmac.compare_digest(expected, found[2].lower()) else None


def recipient_of(mail: MailSettings, text: str) -> str | None:
    """To whom the mail of ours went that a text repeats; None if its id is not signed by us."""
    if not mail.signing_key.get_secret_value():
        return None
    for found in OUR_ID.finditer(text):
        if hmac.compare_digest(_mac(mail, found["signed"]), found["mac"]):
            return found["recipient"]
    return None


def _mac(mail: MailSettings, text: str) -> str:
    key = mail.signing_key.get_secret_value().encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:MAC_DIGITS]
