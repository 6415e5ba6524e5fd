from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from shortdrama.core.clock import Clock
from shortdrama.core.settings import Recipient
from shortdrama.lake.store import ObjectStore
from shortdrama.reports.message import build_message
from shortdrama.reports.old_archive import Edition, read_part

SENDER = "Short-drama market <reports@shortdrama.example>"
ANN, LI = Recipient(address="ann@example.org"), Recipient(address="li@example.org", locale="zh")


def built(store: ObjectStore, edition: Edition, recipient: Recipient, clock: Clock) -> EmailMessage:
    part = read_part(store, edition, recipient.locale)
    return build_message(edition, part, SENDER, recipient, clock.now())


def parsed(message: EmailMessage) -> EmailMessage:
    found = message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize("recipient", [ANN, LI])
def test_text_comes_first_and_the_html_carries_its_picture(
    store: ObjectStore, edition: Edition, clock: Clock, recipient: Recipient
) -> None:
    message = parsed(built(store, edition, recipient, clock))
    types = [part.get_content_type() for part in message.walk()]
    assert types == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    html = message.get_body(("html",))
    picture = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert html is not None
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html.get_content()
    archived = read_part(store, edition, recipient.locale)
    assert picture.get_content() == archived.chart
    assert message["Subject"] == archived.subject


def test_the_headers_say_what_the_mail_is(
    store: ObjectStore, edition: Edition, clock: Clock
) -> None:
    message = parsed(built(store, edition, ANN, clock))
    assert message["From"] == SENDER
    assert message["To"] == "ann@example.org"
    assert message["Date"].datetime == clock.now()
    assert message["X-Shortdrama-Edition"] == "weekly_brief/2025-W39"
    assert message["X-Shortdrama-Snapshot"] == "20251001T021455Z-8f3c2a"
    assert message["X-Shortdrama-Sample"] == "yes"


def test_a_message_id_is_the_same_for_every_attempt_and_differs_by_recipient(
    store: ObjectStore, edition: Edition, clock: Clock
) -> None:
    ids = [built(store, edition, who, clock)["Message-ID"] for who in (ANN, ANN, LI)]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("<weekly_brief.2025-W39.")
    assert ids[0].endswith("@shortdrama.example>")


def test_an_address_cannot_add_headers(store: ObjectStore, edition: Edition, clock: Clock) -> None:
    sly = Recipient(address="ann@example.org\r\nBcc: eve@example.org")
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        built(store, edition, sly, clock)


def test_a_sender_without_a_domain_is_refused(
    store: ObjectStore, edition: Edition, clock: Clock
) -> None:
    part = read_part(store, edition, "en")
    with pytest.raises(ValueError, match="SHORTDRAMA_MAIL__SENDER"):
        build_message(edition, part, "reports", ANN, clock.now())
