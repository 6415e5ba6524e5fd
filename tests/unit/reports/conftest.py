"""A lake, a mail server and an edition for the reports' tests."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import duckdb
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from moto import mock_aws
from pydantic import SecretStr

from shortdrama.clock import Clock
from shortdrama.config import MailSettings, Recipient, S3Settings
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.archive import Edition
from shortdrama.reports.weekly_brief import prepare_edition

REFUSED = "refused@example.org"
BREAKS = "breaks@example.org"


class Inbox:
    """Takes mail, except for the addresses that stand for a defect."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if REFUSED in envelope.rcpt_tos:
            return "554 we take no mail for this address"
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        if BREAKS in envelope.rcpt_tos:
            assert server.transport is not None
            server.transport.close()
        return "250 taken"

    @property
    def addresses(self) -> list[str]:
        return [str(message["To"]) for message in self.messages]


@pytest.fixture
def store() -> Iterator[ObjectStore]:
    with mock_aws():
        store = ObjectStore.of(S3Settings(access_key_id="t", secret_access_key=SecretStr("t")))
        store.client.create_bucket(Bucket=store.bucket)
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2025, 10, 1, 3, 0, tzinfo=UTC))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mail(inbox: Inbox) -> Iterator[MailSettings]:
    """Settings that name a mail server on loopback, and one recipient per locale."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    yield MailSettings(
        port=port,
        sender="Short-drama market <reports@shortdrama.example>",
        recipients=(
            Recipient(address="ann@example.org"),
            Recipient(address="li@example.org", locale="zh"),
        ),
    )
    server.stop()


@pytest.fixture
def edition(
    store: ObjectStore,
    example_marts: duckdb.DuckDBPyConnection,
    example_manifest: dict[str, Any],
    clock: Clock,
) -> Edition:
    return prepare_edition(store, example_marts, example_manifest, "2025-W39", clock)
