"""Gives a mail to the SMTP server and says whether it was accepted, for reports and alerts.

Errors never name a recipient, because messages are logged; servers often repeat the address.
"""

import re
import smtplib
import ssl
from contextlib import suppress
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from io import BytesIO
from typing import Self

from shortdrama.core.errors import Failure
from shortdrama.core.settings import MailSettings

TIMEOUT_SECONDS = 30.0

ACCEPTED, RECIPIENT_ACCEPTED, CONTENT_WANTED = 250, (250, 251), 354
SHUTTING_DOWN, TOO_LARGE = 421, 552
"""Answers of SMTP (RFC 5321)."""

ADDRESS = re.compile(r"<?[^\s<>()'\",;:]+@[^\s<>()'\",;:]+>?")


class DeliveryFailed(Failure):
    """The mail has not left. `is_refused`: a later attempt would fail too (an answer 5xx)."""

    kind = "mail_refused"

    def __init__(self, message: str, *, is_refused: bool = False) -> None:
        super().__init__(message)
        self.is_refused = is_refused


class ServerAway(DeliveryFailed):
    """The server cannot be reached or does not let us in: no mail can leave now."""


class _Dropped(DeliveryFailed):
    """The server ended the connection before it took the mail."""


class DeliveryUnknown(Failure):
    """The connection broke after the mail was handed over: it may have been sent."""

    kind = "mail_refused"


def deliver(message: EmailMessage, mail: MailSettings) -> None:
    """Send one message; raises DeliveryFailed or DeliveryUnknown."""
    with Mailer(mail) as mailer:
        mailer.deliver(message)


class Mailer:
    """Sends messages one after the other over one connection, which is opened when needed."""

    def __init__(self, mail: MailSettings) -> None:
        self._mail = mail
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close(quit_first=True)

    def connect(self) -> None:
        """Open the connection if there is none; raises ServerAway."""
        self._server = self._server or connect(self._mail)

    def deliver(self, message: EmailMessage) -> None:
        """Send one message; raises DeliveryFailed, ServerAway or DeliveryUnknown.

        The next message can be sent after any of these.
        """
        content = _content(message)
        is_reused = self._server is not None
        try:
            server = self._offered(message, content)
        except _Dropped:
            # Servers end a connection that was idle or has carried many mails.
            if not is_reused:
                raise
            server = self._offered(message, content)
        try:
            server.send(content)
            code, text = server.getreply()
        except OSError as error:
            self._close()
            raise DeliveryUnknown(
                f"the connection to {_name(self._mail)} broke while the mail was handed over:"
                f" {error}"
            ) from None
        self._check("the mail", code, text)

    def _offered(self, message: EmailMessage, content: bytes) -> smtplib.SMTP:
        """A connection that waits for the mail's content: so far nothing can have been sent."""
        server = self._server = self._server or connect(self._mail)
        sender, recipients = _addresses(message, self._mail)
        try:
            self._accept_sender(*server.mail(sender, _options(server, content)))
            answers = [server.rcpt(recipient) for recipient in recipients]
            if not any(code in RECIPIENT_ACCEPTED for code, _ in answers):
                raise self._refused("the recipient", *answers[0])
            self._check("the mail", *server.docmd("DATA"), wanted=CONTENT_WANTED)
        except OSError as error:
            self._close()
            raise _Dropped(
                f"{_name(self._mail)} ended the connection before it took the mail: {error}"
            ) from None
        except UnicodeEncodeError:
            self._close()
            raise DeliveryFailed(
                f"{_name(self._mail)} is not given an address that is not ASCII", is_refused=True
            ) from None
        return server

    def _accept_sender(self, code: int, text: bytes) -> None:
        """What is said of the sender is not about this mail, except that it is too large."""
        if code not in (ACCEPTED, SHUTTING_DOWN, TOO_LARGE):
            self._close()
            raise ServerAway(
                f"{_name(self._mail)} takes no mail from us: {_said(code, text)}. Check"
                " SHORTDRAMA_MAIL__SENDER and the limits of that server"
            )
        self._check("the mail", code, text)

    def _check(self, what: str, code: int, text: bytes, wanted: int = ACCEPTED) -> None:
        if code != wanted:
            raise self._refused(what, code, text)

    def _refused(self, what: str, code: int, text: bytes) -> DeliveryFailed:
        """The error for an answer; the connection is closed, or as if nothing had been asked."""
        said = f"{_name(self._mail)} refused {what}: {_said(code, text)}"
        if code == SHUTTING_DOWN:
            self._close()
            return _Dropped(said)
        try:
            if self._server is not None:
                self._server.rset()
        except OSError:
            self._close()
        return DeliveryFailed(said, is_refused=500 <= code < 600)

    def _close(self, *, quit_first: bool = False) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError):
                if quit_first:
                    server.quit()
            server.close()


def connect(mail: MailSettings) -> smtplib.SMTP:
    """An open, authenticated connection; raises ServerAway with what to correct."""
    try:
        server = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT_SECONDS)
    except OSError as error:
        raise ServerAway(
            f"no SMTP server answers at {_name(mail)}: {error}. Start it, or correct"
            " SHORTDRAMA_MAIL__HOST and SHORTDRAMA_MAIL__PORT"
        ) from None
    try:
        _authenticate(server, mail)
    except UnicodeEncodeError:
        server.close()
        # Not with the error: it has the password in it.
        raise ServerAway(
            f"{_name(mail)} is not given a user or a password that is not ASCII: correct"
            " SHORTDRAMA_MAIL__USERNAME and SHORTDRAMA_MAIL__PASSWORD"
        ) from None
    except OSError as error:
        server.close()
        said = _answer(error) if isinstance(error, smtplib.SMTPResponseException) else error
        raise ServerAway(
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
        server.starttls(context=ssl.create_default_context(cafile=mail.ca_file))
    server.ehlo_or_helo_if_needed()
    if mail.username and mail.password:
        server.login(mail.username, mail.password.get_secret_value())


def _addresses(message: EmailMessage, mail: MailSettings) -> tuple[str, list[str]]:
    """The envelope: where undelivered mail returns to, and the addresses of all recipients."""
    _, sender = parseaddr(mail.returns_to or str(message["From"]))
    return sender, [address for _, address in getaddresses([str(message["To"])])]


def _content(message: EmailMessage) -> bytes:
    """The message as SMTP carries it, with its end."""
    buffer = BytesIO()
    BytesGenerator(buffer, policy=message.policy).flatten(message, linesep="\r\n")
    body = re.sub(rb"(?m)^\.", b"..", buffer.getvalue())
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


def _options(server: smtplib.SMTP, content: bytes) -> list[str]:
    return [f"SIZE={len(content)}"] if server.has_extn("size") else []


def _name(mail: MailSettings) -> str:
    return f"{mail.host}:{mail.port}"


def _answer(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    return _said(error.smtp_code, text if isinstance(text, bytes) else text.encode())


def _said(code: int, text: bytes) -> str:
    return f"{code} {ADDRESS.sub('<address>', text.decode(errors='replace'))}"
