"""Reads the mailbox to which mail comes back: bounces, and mails that ask for no more.

A mail is marked as read only after the list of suppressed recipients is written. Mails about
anything else are for people, and are left unread. What a stranger makes up has no signature of ours
and takes nobody off the list.
"""

import mailbox
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import compat32, default
from pathlib import Path
from typing import Protocol

from flufl.bounce import all_failures
from imap_tools import AND, BaseMailBox, MailBox, MailboxLoginError, MailBoxUnencrypted
from imap_tools.consts import MailMessageFlags
from imap_tools.errors import ImapToolsError

from shortdrama.core.errors import Failure
from shortdrama.core.settings import MailboxSettings, MailSettings
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.delivery import envelope
from shortdrama.reports.delivery.suppression import Suppression, suppress

LOOKS_BACK = timedelta(days=14)
"""Older mails are not read again, however many of them people leave unread."""
LONGEST = 512 * 1024
"""Bytes of a mail that are looked at."""
TIMEOUT_SECONDS = 30.0


class MailboxAway(Failure):
    """The mailbox cannot be read."""

    kind = "mail_refused"


@dataclass(frozen=True)
class Returned:
    """What a look into the mailbox has found; `doubtful` mails were not acted upon."""

    suppressed: tuple[Suppression, ...]
    doubtful: int


class Box(Protocol):
    """Unread mails, and a way to mark one as read."""

    def unread(self, since: datetime) -> Iterator[tuple[str, bytes]]:
        """The mails since a day, each with the name under which it can be marked."""

    def mark(self, name: str) -> None:
        """Mark a mail as read."""


def read_returned(box: Box, mail: MailSettings, store: ObjectStore, now: datetime) -> Returned:
    """Suppress those whose mail came back for good, and those who asked for no more."""
    found: dict[str, Suppression] = {}
    read: list[str] = []
    doubtful = 0
    for name, body in box.unread(now - LOOKS_BACK):
        suppression, is_ours = judged(body, mail, now)
        if suppression is not None:
            found.setdefault(suppression.recipient, suppression)
        if is_ours:
            read.append(name)
            doubtful += suppression is None
    suppress(store, found.values())
    for name in read:
        box.mark(name)
    return Returned(tuple(found.values()), doubtful)


def judged(body: bytes, mail: MailSettings, now: datetime) -> tuple[Suppression | None, bool]:
    """Whom a mail takes off the list, and whether it is a mail for us and not for people.

    A bounce counts if it is final and repeats the signed id of a mail of ours.
    """
    body = body[:LONGEST]
    message = message_from_bytes(body, policy=compat32)
    if message["X-Shortdrama-Edition"]:
        return None, False  # one of our own mails, in a folder that has all of them
    if recipient := envelope.unsubscribed(mail, _subject(body)):
        return Suppression(recipient=recipient, reason="unsubscribed", at=now), True
    if not _is_final_bounce(message):
        return None, envelope.TOKEN.search(_subject(body)) is not None
    recipient = envelope.recipient_of(mail, "\n".join(_texts(message)))
    if recipient is None:
        return None, True
    return Suppression(recipient=recipient, reason="bounced", at=now), True


@contextmanager
def opened(box: MailboxSettings) -> Iterator[Box]:
    """The mailbox of the settings; raises MailboxAway."""
    if box.maildir is not None:
        yield Maildir(box.maildir)
        return
    where = f"the mailbox {box.folder} at {box.host}:{box.port}"
    try:
        kind = MailBox if box.tls else MailBoxUnencrypted
        server: BaseMailBox = kind(box.host, box.port, timeout=TIMEOUT_SECONDS)
        with server.login(box.username, box.password.get_secret_value(), box.folder):
            yield Imap(server)
    except MailboxLoginError:
        server.client.shutdown()
        raise MailboxAway(
            f"{where} does not let us in. Check SHORTDRAMA_MAIL__MAILBOX__USERNAME and"
            " SHORTDRAMA_MAIL__MAILBOX__PASSWORD"
        ) from None
    except (OSError, ImapToolsError) as error:
        raise MailboxAway(
            f"{where} cannot be read: {type(error).__name__}: {error}. Correct"
            " SHORTDRAMA_MAIL__MAILBOX__*, or take it out"
        ) from None


class Imap:
    """A folder on an IMAP server."""

    def __init__(self, server: BaseMailBox) -> None:
        self._server = server

    def unread(self, since: datetime) -> Iterator[tuple[str, bytes]]:
        """See Box."""
        criteria = AND(seen=False, date_gte=since.date())
        for message in self._server.fetch(criteria, mark_seen=False):
            if message.uid:
                yield message.uid, message.obj.as_bytes()

    def mark(self, name: str) -> None:
        """See Box."""
        self._server.flag([name], MailMessageFlags.SEEN, True)


class Maildir:
    """A Maildir folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self._box = mailbox.Maildir(str(folder), create=True)

    def unread(self, since: datetime) -> Iterator[tuple[str, bytes]]:
        """See Box."""
        for name in sorted(self._box.keys()):
            message = self._box.get_message(name)
            if "S" not in message.get_flags() and message.get_date() >= since.timestamp():
                yield name, self._box.get_bytes(name)

    def mark(self, name: str) -> None:
        """See Box."""
        message = self._box.get_message(name)
        message.set_subdir("cur")
        message.add_flag("S")
        self._box[name] = message


def _is_final_bounce(message: Message) -> bool:
    try:
        _, failed = all_failures(message)
    except Exception:
        # Some of its detectors fail on mails without a sender; one such mail must not stop us.
        return False
    return bool(failed)


def _subject(body: bytes) -> str:
    """The subject in plain characters, however it is encoded and folded."""
    return str(message_from_bytes(body, policy=default)["Subject"] or "")


def _texts(message: Message) -> Iterator[str]:
    """All headers and texts of a mail and of the mails in it, decoded."""
    for part in message.walk():
        yield from (f"{name}: {''.join(str(value).split())}" for name, value in part.items())
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield payload.decode(errors="replace")
