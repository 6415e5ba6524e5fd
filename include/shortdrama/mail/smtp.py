"""Gives a mail to the SMTP server and says whether it was accepted, for reports and alerts.

Errors never name a recipient, because messages are logged; servers often repeat the address.
"""

import re
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parseaddr

from shortdrama.core.errors import Failure
from shortdrama.core.settings import MailSettings

TIMEOUT_SECONDS = 30.0
ADDRESS = re.compile(r"<?[^\s<>()'\",;:]+@[^\s<>()'\",;:]+>?")


class DeliveryFailed(Failure):
    """The mail has not left: the server could not be reached or has refused it."""

    kind = "mail_refused"


class DeliveryUnknown(Failure):
    """The connection broke while the server was accepting the mail: it may have been sent."""

    kind = "mail_refused"


def deliver(message: EmailMessage, mail: MailSettings) -> None:
    """Send one message; raises DeliveryFailed or DeliveryUnknown."""
    server = connect(mail)
    try:
        server.send_message(message)
    except smtplib.SMTPResponseException as error:
        raise DeliveryFailed(f"{_name(mail)} refused the mail: {_answer(error)}") from None
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryFailed(f"{_name(mail)} refused the mail: {error}") from None
    except smtplib.SMTPRecipientsRefused as error:
        answers = {_said(*answer) for answer in error.recipients.values()}
        refused = f"{_name(mail)} refused the recipient: {', '.join(sorted(answers))}"
        raise DeliveryFailed(refused) from None
    except OSError as error:
        raise DeliveryUnknown(
            f"the connection to {_name(mail)} broke while the mail was handed over: {error}"
        ) from None
    finally:
        with suppress(OSError):
            server.quit()


def connect(mail: MailSettings) -> smtplib.SMTP:
    """An open, authenticated connection; raises DeliveryFailed with what to correct."""
    try:
        server = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT_SECONDS)
    except OSError as error:
        raise DeliveryFailed(
            f"no SMTP server answers at {_name(mail)}: {error}. Start it, or correct"
            " SHORTDRAMA_MAIL__HOST and SHORTDRAMA_MAIL__PORT"
        ) from None
    try:
        _authenticate(server, mail)
    except OSError as error:
        server.close()
        said = _answer(error) if isinstance(error, smtplib.SMTPResponseException) else error
        raise DeliveryFailed(
            f"{_name(mail)} did not let us in: {said}. Check SHORTDRAMA_MAIL__STARTTLS,"
            " SHORTDRAMA_MAIL__USERNAME and SHORTDRAMA_MAIL__PASSWORD"
        ) from None
    return server


def mail_domain(sender: str) -> str:
    """The domain for the ids of our mails; raises ValueError for a sender without one."""
    _, address = parseaddr(sender)
    _, _, domain = address.partition("@")
    if not domain:
        raise ValueError(
            f"the sender {sender!r} has no mail domain; set SHORTDRAMA_MAIL__SENDER to"
            " 'Name <name@domain>'"
        )
    return domain


def _authenticate(server: smtplib.SMTP, mail: MailSettings) -> None:
    if mail.starttls:
        server.starttls(context=ssl.create_default_context())
    if mail.username and mail.password:
        server.login(mail.username, mail.password.get_secret_value())


def _name(mail: MailSettings) -> str:
    return f"{mail.host}:{mail.port}"


def _answer(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    return _said(error.smtp_code, text if isinstance(text, bytes) else text.encode())


def _said(code: int, text: bytes) -> str:
    return f"{code} {ADDRESS.sub('<address>', text.decode(errors='replace'))}"
