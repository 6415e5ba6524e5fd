"""Mails that come back, read from a real IMAP server and from a Maildir."""

import mailbox
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from imap_tools import BaseMailBox, MailBoxUnencrypted
from pydantic import SecretStr

from bounces import dsn, plain
from memory_store import Interruption, Killed, MemoryStore
from shortdrama.core.clock import Clock
from shortdrama.core.settings import MailboxSettings, MailSettings
from shortdrama.reports.delivery.envelope import unsubscribe_link
from shortdrama.reports.delivery.returned_mail import MailboxAway, judged, opened, read_returned
from shortdrama.reports.delivery.send import Letter, Postman
from shortdrama.reports.delivery.subscriptions import Addresses
from shortdrama.reports.delivery.suppression import (
    NotSuppressed,
    Suppression,
    lift,
    mark_told,
    read_suppressed,
    suppress,
)
from small_report import SmallContent, drawn, written

NOW = datetime(2025, 10, 2, 8, tzinfo=UTC)
MAIL = MailSettings(
    sender="Short-drama market <reports@shortdrama.example>", signing_key=SecretStr("a key")
)
RENDERED = drawn(written(SmallContent(period="2025-W39", revenue={}), "en"))


def sent(recipient: str = "ann", mail: MailSettings = MAIL) -> bytes:
    """A mail of ours as it has left."""
    addresses = Addresses({recipient: f"{recipient}@example.org"})
    postman = Postman(MemoryStore(), mail, addresses, Clock(NOW))  # type: ignore[arg-type]
    letter = Letter("weekly_brief/2025-W39", "edition", recipient, "en", RENDERED)
    return bytes(postman.message_to(letter, NOW))


def subject_of(recipient: str, mail: MailSettings = MAIL) -> str:
    link = unsubscribe_link(mail, recipient)
    assert link is not None
    return unquote(link.partition("?subject=")[2])


def whom(body: bytes, mail: MailSettings = MAIL) -> tuple[str, str] | None:
    found, _ = judged(body, mail, NOW)
    return (found.recipient, found.reason) if found else None


FORGED_KEY = MAIL.model_copy(update={"signing_key": SecretStr("another key")})
NO_KEY = MAIL.model_copy(update={"signing_key": SecretStr("")})


@pytest.mark.parametrize(
    ("body", "expected", "is_ours"),
    [
        (dsn(sent(), "ann@example.org"), ("ann", "bounced"), True),
        # The address to which somebody forwards: the signature says whose mail it was.
        (dsn(sent(), "somebody@elsewhere.example"), ("ann", "bounced"), True),
        (dsn(sent().replace(b"\r\n", b"\n"), "ann@example.org"), ("ann", "bounced"), True),
        (dsn(sent(), "ann@example.org", "delayed", "4.4.1"), None, False),
        (dsn(sent(mail=FORGED_KEY), "ann@example.org"), None, True),
        (dsn(b"Message-ID: <other@x>", "ann@example.org"), None, True),
        (plain(subject_of("ann")), ("ann", "unsubscribed"), True),
        (plain("Re: " + subject_of("ann").upper(), "> bye"), ("ann", "unsubscribed"), True),
        (plain(subject_of("ann", FORGED_KEY)), None, True),
        (plain(subject_of("ann").replace("ann.", "bo.")), None, True),
        (plain("unsubscribe"), None, False),
        (plain("Question about 2025-W39", sent().decode("ascii", "replace")[:2000]), None, False),
        (plain("Out of office", "I am away", Auto_Submitted="auto-replied"), None, False),
        (sent(), None, False),
        (b"", None, False),
        (b"\xff\xfe\x00 no mail at all", None, False),
    ],
)  # fmt: skip
def test_only_what_is_final_and_signed_takes_somebody_off(
    body: bytes, expected: tuple[str, str] | None, is_ours: bool
) -> None:
    assert whom(body) == expected
    assert judged(body, MAIL, NOW)[1] is is_ours


def test_without_a_key_nobody_can_be_taken_off_by_a_guess() -> None:
    assert unsubscribe_link(NO_KEY, "ann") is None
    assert "List-Unsubscribe" not in sent(mail=NO_KEY).decode()
    assert whom(dsn(sent(mail=NO_KEY), "ann@example.org"), NO_KEY) is None
    assert whom(plain(f"unsubscribe ann.{'0' * 20}"), NO_KEY) is None


def test_a_token_of_a_kind_of_mail_is_not_one_to_unsubscribe() -> None:
    message_id = sent().decode().partition("Message-ID: <")[2].partition("@")[0]
    assert whom(plain(f"unsubscribe ann.{message_id.rpartition('.')[2]}")) is None


def test_the_header_is_a_link_that_a_mail_program_can_use() -> None:
    mail = MAIL.model_copy(update={"returns_to": "returns@shortdrama.example"})
    assert b"List-Unsubscribe: <mailto:returns@shortdrama.example?subject=unsubscribe%20" in sent(
        mail=mail
    ).replace(b"\r\n ", b" ")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def imap_server() -> Iterator[MailboxSettings]:
    """pymap on loopback, in a process of its own, with an empty mailbox."""
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("pymap")), "--no-service", "admin", "--host",
        "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-data",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    settings = MailboxSettings(
        host="127.0.0.1", port=port, tls=False, username="demouser", password=SecretStr("demopass")
    )
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "pymap did not start"
                time.sleep(0.05)
        yield settings
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def imap_box(_folder: Path) -> Iterator[tuple[MailboxSettings, Callable[[bytes], None]]]:
    with imap_server() as settings:

        def logged_in() -> BaseMailBox:
            server = MailBoxUnencrypted(settings.host, settings.port)
            return server.login("demouser", "demopass")

        def put(body: bytes) -> None:
            with logged_in() as box:
                box.append(body, "INBOX", dt=NOW)

        with logged_in() as box:
            box.delete(box.uids())
        yield settings, put


@contextmanager
def maildir_box(folder: Path) -> Iterator[tuple[MailboxSettings, Callable[[bytes], None]]]:
    box = mailbox.Maildir(str(folder / "returns"))

    def put(body: bytes) -> None:
        message = mailbox.MaildirMessage(body)
        message.set_date(NOW.timestamp())
        box.add(message)

    yield MailboxSettings(maildir=folder / "returns"), put


@pytest.mark.parametrize("kind", [imap_box, maildir_box], ids=["imap", "maildir"])
def test_a_mailbox_is_read_once_and_mails_for_people_stay_unread(
    kind: Callable[[Path], Iterator[tuple[MailboxSettings, Callable[[bytes], None]]]],
    tmp_path: Path,
) -> None:
    store = MemoryStore()
    with kind(tmp_path) as (settings, put):  # type: ignore[attr-defined]
        for body in (
            plain("Question"), dsn(sent("ann"), "ann@example.org"), plain(subject_of("li")),
            dsn(sent("bo", FORGED_KEY), "bo@example.org"),
        ):  # fmt: skip
            put(body)
        with opened(settings) as box:
            assert len(list(box.unread(NOW - timedelta(days=1)))) == 4
        # Killed before the list is written: nothing is marked, and the next look finds all.
        store.interruption = Interruption(1, "killed before")
        with opened(settings) as box, pytest.raises(Killed):
            read_returned(box, MAIL, store, NOW)
        with opened(settings) as box:
            found = read_returned(box, MAIL, store, NOW)
        assert {(one.recipient, one.reason) for one in found.suppressed} == {
            ("ann", "bounced"), ("li", "unsubscribed"),
        }  # fmt: skip
        assert found.doubtful == 1
        with opened(settings) as box:
            again = read_returned(box, MAIL, store, NOW)
            (left,) = box.unread(NOW - timedelta(days=1))
        assert (again.suppressed, again.doubtful) == ((), 0)
        assert b"Question" in left[1]
    assert [one.recipient for one in read_suppressed(store)] == ["ann", "li"]
    assert b"@" not in b"".join(store.objects.values())


def test_a_mailbox_that_is_away_or_refuses_us_says_what_to_correct() -> None:
    away = MailboxSettings(host="127.0.0.1", port=free_port(), tls=False)
    with pytest.raises(MailboxAway, match="SHORTDRAMA_MAIL__MAILBOX"), opened(away):
        pass
    with imap_server() as settings:
        wrong = settings.model_copy(update={"password": SecretStr("tell-nobody")})
        with pytest.raises(MailboxAway, match="MAILBOX__PASSWORD") as refused, opened(wrong):
            pass
        assert "tell-nobody" not in str(refused.value)


def test_the_first_reason_stays_and_a_person_can_lift_it() -> None:
    store = MemoryStore()
    first = Suppression(recipient="ann", reason="bounced", at=NOW)
    suppress(store, [first])
    mark_told(store, ["ann"])
    suppress(store, [first.model_copy(update={"reason": "unsubscribed"})])
    (kept,) = read_suppressed(store)
    assert (kept.reason, kept.is_told) == ("bounced", True)
    with pytest.raises(NotSuppressed, match="those who are: ann"):
        lift(store, "bo")
    lift(store, "ann")
    assert read_suppressed(store) == ()
