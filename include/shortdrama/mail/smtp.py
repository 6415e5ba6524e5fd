"""Hands a mail to the SMTP server, and knows whether it was taken: reports and alerts alike."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parseaddr

from shortdrama.core.errors import Failure
from shortdrama.core.settings import MailSettings

TIMEOUT_SECONDS = 30.0


class DeliveryFailed(Failure):
    """The mail has not left: the server could not be reached or has refused it."""


class DeliveryUnknown(Failure):
    """The connection broke while the server was taking the mail: it may have left."""


def deliver(message: EmailMessage, mail: MailSettings) -> None:
    """Send one message; raises DeliveryFailed or DeliveryUnknown."""
    server = connect(mail)
    try:
        server.send_message(message)
    except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
        raise DeliveryFailed(f"{_name(mail)} refused the mail: {error}") from error
    except smtplib.SMTPRecipientsRefused as error:
        answers = ", ".join(_answer(*answer) for answer in error.recipients.values())
        raise DeliveryFailed(f"{_name(mail)} refused the recipient: {answers}") from error
    except OSError as error:
        raise DeliveryUnknown(
            f"the connection to {_name(mail)} broke while the mail was handed over: {error}"
        ) from error
    finally:
        with suppress(OSError):
            server.quit()


def connect(mail: MailSettings) -> smtplib.SMTP:
    """An open, authenticated connection; raises DeliveryFailed with what to mend."""
    try:
        server = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT_SECONDS)
    except OSError as error:
        raise DeliveryFailed(
            f"no SMTP server answers at {_name(mail)}: {error}. Start it, or correct"
            " SHORTDRAMA_MAIL__HOST and SHORTDRAMA_MAIL__PORT"
        ) from error
    try:
        _authenticate(server, mail)
    except OSError as error:
        server.close()
        raise DeliveryFailed(
            f"{_name(mail)} let us not in: {error}. Check SHORTDRAMA_MAIL__STARTTLS,"
            " SHORTDRAMA_MAIL__USERNAME and SHORTDRAMA_MAIL__PASSWORD"
        ) from error
    return server


def mail_domain(sender: str) -> str:
    """The domain that ids of our mails carry; raises ValueError for a sender without one."""
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


def _answer(code: int, text: bytes) -> str:
    return f"{code} {text.decode(errors='replace')}"
