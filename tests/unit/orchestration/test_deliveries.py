"""What the tasks of `market_reports` do beyond a round: addresses of a connection, the mailbox."""

import json
import mailbox
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowNotFoundException
from pydantic import SecretStr

from bounces import plain
from memory_store import MemoryStore
from shortdrama.core.settings import MailboxSettings, MailSettings, Settings
from shortdrama.orchestration import addresses, deliveries
from shortdrama.orchestration.addresses import AddressesRefused, mail_settings
from shortdrama.reports.delivery.envelope import unsubscribe_link
from shortdrama.reports.delivery.suppression import read_suppressed

SETTINGS = Settings(
    mail=MailSettings(addresses={"ada": "ada@example.org"}, signing_key=SecretStr("a key"))
)


def connection(extra: str | None) -> Any:
    return SimpleNamespace(get=lambda _: SimpleNamespace(extra=extra))


def test_a_connection_adds_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = json.dumps({"addresses": {"li": "li@example.org"}})
    monkeypatch.setattr(addresses, "Connection", connection(extra))
    assert mail_settings(SETTINGS).addresses == {"ada": "ada@example.org", "li": "li@example.org"}


@pytest.mark.parametrize("extra", ["", None, "{}", '{"addresses": {}}'])
def test_a_connection_without_addresses_adds_none(
    monkeypatch: pytest.MonkeyPatch, extra: str | None
) -> None:
    monkeypatch.setattr(addresses, "Connection", connection(extra))
    assert mail_settings(SETTINGS).addresses == {"ada": "ada@example.org"}


def test_without_the_connection_the_settings_count(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise AirflowNotFoundException("no such connection")

    monkeypatch.setattr(addresses, "Connection", SimpleNamespace(get=missing))
    assert mail_settings(SETTINGS) == SETTINGS.mail


@pytest.mark.parametrize("extra", ["[1]", '{"addresses": ["li@example.org"]}', "li@example.org"])
def test_an_extra_of_another_form_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, extra: str
) -> None:
    monkeypatch.setattr(addresses, "Connection", connection(extra))
    with pytest.raises(AddressesRefused, match="shortdrama_mail") as refused:
        mail_settings(SETTINGS)
    assert "example.org" not in str(refused.value)


def test_the_mailbox_is_looked_into_only_if_there_is_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = MemoryStore()
    monkeypatch.setattr(deliveries, "ObjectStore", SimpleNamespace(of=lambda _: store))
    assert deliveries.look_into_mailbox(SETTINGS, SETTINGS.mail) is None
    box = mailbox.Maildir(str(tmp_path / "returns"))
    link = unsubscribe_link(SETTINGS.mail, "ada")
    assert link is not None
    subject = link.partition("subject=")[2].replace("%20", " ")
    for body in (plain(subject), plain(subject.replace("ada.", "li."))):
        message = mailbox.MaildirMessage(body)
        message.set_date(datetime.now(UTC).timestamp())
        box.add(message)
    mail = SETTINGS.mail.model_copy(
        update={"mailbox": MailboxSettings(maildir=tmp_path / "returns")}
    )
    said = deliveries.look_into_mailbox(SETTINGS, mail)
    assert said == "no more mail to: ada (unsubscribed); 1 without our signature"
    assert deliveries.look_into_mailbox(SETTINGS, mail) == "no more mail to: nobody new"
    assert [one.recipient for one in read_suppressed(store)] == ["ada"]
