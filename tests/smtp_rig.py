"""A real mail server on loopback, with STARTTLS and AUTH, that fails as real ones do.

What is wrong with a recipient is the beginning of the address: `r450-1@example.org`.
"""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from shortdrama.core.settings import MailSettings

USER, PASSWORD = "reports", "let-us-in"


def nothing(_event: str) -> None:
    """Watches nothing."""


@dataclass
class Rig:
    """The server's handler; `accepted` has every mail that the server has taken, in order.

    `watch` is called before each step (`rcpt`, `data`: the mail is here, but not accepted yet;
    `accepted`), and may kill the sender. `temporary` says how often each r450, r421 and drop is
    wrong before it goes well; `no_sender` is the answer to every sender.
    """

    temporary: int = 1
    slow_seconds: float = 0.2
    accepted: list[EmailMessage] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    no_sender: str = ""
    senders: list[str] = field(default_factory=list)
    watch: Callable[[str], None] = nothing

    def count_of(self, key: str) -> Counter[str]:
        """How often each recipient got a mail, by a header."""
        return Counter(f"{mail['To']} {mail[key]}" for mail in self.accepted)

    @property
    def addresses(self) -> list[str]:
        return [str(mail["To"]) for mail in self.accepted]

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: Any
    ) -> Any:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.no_sender:
            return self.no_sender
        envelope.mail_from = address
        self.senders.append(address)
        return "250 ok"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        self.watch("rcpt")
        fault = address.partition("-")[0]
        first = self._is_wrong(address)
        if fault == "r550":
            return f"550 5.1.1 <{address}>: no such user"
        if fault == "r450" and first:
            return f"450 4.2.1 <{address}>: busy, try again later"
        if fault == "r421" and first:
            assert server.transport is not None
            asyncio.get_running_loop().call_later(0.01, server.transport.close)
            return "421 4.3.2 too many mails, closing"
        if fault == "early" and first:
            assert server.transport is not None
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.watch("data")
        (address,) = envelope.rcpt_tos
        fault = address.partition("-")[0]
        if fault == "slow":
            await asyncio.sleep(self.slow_seconds)
        if fault == "d554":
            return f"554 5.7.1 spam for {address}"
        if fault == "d452" and self._is_wrong(address, "data"):
            return "452 4.3.1 out of storage"
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        if fault != "lost":
            self.accepted.append(message)
        self.watch("accepted")
        if fault in ("drop", "lost"):
            assert server.transport is not None
            server.transport.close()
        return "250 taken"

    def _is_wrong(self, address: str, step: str = "") -> bool:
        self.tries[address + step] += 1
        return self.tries[address + step] <= self.temporary


def _authenticated(
    _server: SMTP, _session: Session, _envelope: Envelope, _how: str, login: Any
) -> AuthResult:
    good = isinstance(login, LoginPassword) and login == LoginPassword(
        USER.encode(), PASSWORD.encode()
    )
    return AuthResult(success=good, handled=False)


@contextmanager
def serving_mail(rig: Rig, folder: Path) -> Iterator[MailSettings]:
    """The rig behind a socket; the settings that find it and trust its certificate."""
    authority = trustme.CA()
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        rig, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True,
        authenticator=_authenticated, auth_required=True,
    )  # fmt: skip
    controller.start()
    try:
        yield MailSettings(
            host="127.0.0.1",
            port=port,
            starttls=True,
            ca_file=ca_file,
            username=USER,
            password=SecretStr(PASSWORD),
            sender="Short-drama market <reports@shortdrama.example>",
            signing_key=SecretStr("a key of the tests"),
        )
    finally:
        controller.stop()
