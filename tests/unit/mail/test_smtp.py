import socket
import traceback
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr

from shortdrama.core.settings import MailSettings
from shortdrama.mail.smtp import DeliveryFailed, DeliveryUnknown, ServerAway, deliver
from smtp_rig import Rig, serving_mail


def message(address: str = "ann@example.org") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "reports@shortdrama.example", address
    mail.set_content("短剧")
    return mail


def test_a_mail_arrives_whole(mail: MailSettings, inbox: Any) -> None:
    deliver(message(), mail)
    assert inbox.addresses == ["ann@example.org"]
    assert inbox.messages[0].get_content().strip() == "短剧"


def test_a_refused_mail_has_failed_with_the_servers_words(mail: MailSettings) -> None:
    with pytest.raises(DeliveryFailed, match="we take no mail for this address"):
        deliver(message("refused@example.org"), mail)


def test_a_connection_that_breaks_while_handing_over_leaves_the_outcome_unknown(
    mail: MailSettings,
) -> None:
    with pytest.raises(DeliveryUnknown, match=f"127.0.0.1:{mail.port} broke"):
        deliver(message("breaks@example.org"), mail)


def test_no_server_is_named_with_its_settings() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(DeliveryFailed, match=rf"127\.0\.0\.1:{port}.*SHORTDRAMA_MAIL__HOST"):
        deliver(message(), MailSettings(port=port))


def test_a_server_without_login_is_no_server_for_our_password(mail: MailSettings) -> None:
    secret = mail.model_copy(update={"username": "us", "password": SecretStr("tell-nobody")})
    with pytest.raises(DeliveryFailed, match="SHORTDRAMA_MAIL__USERNAME") as failed:
        deliver(message(), secret)
    assert "tell-nobody" not in str(failed.value)


def test_a_password_that_is_not_ascii_is_named_and_not_shown(tmp_path: Path) -> None:
    with serving_mail(Rig(), tmp_path) as mail:
        secret = mail.model_copy(update={"password": SecretStr("tell-nöbody")})
        with pytest.raises(ServerAway, match="not ASCII: correct SHORTDRAMA_MAIL") as failed:
            deliver(message(), secret)
    assert "nöbody" not in "".join(traceback.format_exception(failed.value))


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.1.1 <ann@example.org>: Recipient address rejected",
        "550 no mailbox for ann@example.org, sorry",
        "554 'ann@example.org' (and \"li+zh@mail.example.org\") unknown",
    ],
)
def test_a_servers_words_are_repeated_without_addresses(answer: str) -> None:
    """Servers like to name the recipient, and our messages are logged."""

    class Repeating:
        async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
            return answer

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Repeating(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        with pytest.raises(DeliveryFailed, match=f"refused the recipient: {answer[:3]}") as failed:
            deliver(message(), MailSettings(port=port))
    finally:
        server.stop()
    assert "@" not in str(failed.value)
    printed = "".join(traceback.format_exception(failed.value))
    assert "@example.org" not in printed, "not in a traceback either"
