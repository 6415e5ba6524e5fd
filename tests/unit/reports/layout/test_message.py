from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.reports.layout.message import Envelope, message
from shortdrama.reports.rendered import Picture, Rendered

PICTURES = (Picture("revenue.png", b"\x89PNG 1"), Picture("apps.png", b"\x89PNG 2"))
RENDERED = Rendered(
    language="zh-CN",
    sender_name="海外短剧市场周报",
    subject="【示例】净收入5181万美元，环比+0.6%",
    html='<html><body>剧<img src="cid:revenue.png"><img src="cid:apps.png"></body></html>',
    text="净收入5181万美元\n",
    pictures=PICTURES,
    workbook=b"PK xlsx",
    standalone="<html>剧</html>".encode(),
)
ENVELOPE = Envelope(
    sender="Reports <reports@shortdrama.example>",
    recipient="ann@example.org",
    message_id="<weekly_brief.2025-W39.ann@shortdrama.example>",
    date=datetime(2025, 10, 2, 7, 0, tzinfo=UTC),
    reply_to="analysts@shortdrama.example",
    list_unsubscribe="mailto:unsubscribe@shortdrama.example?subject=ann",
    headers={"X-Shortdrama-Edition": "weekly_brief/2025-W39"},
    files_as="weekly_brief-2025-W39-zh",
)


def parsed(rendered: Rendered = RENDERED, envelope: Envelope = ENVELOPE) -> EmailMessage:
    found = message_from_bytes(message(rendered, envelope).as_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    assert found.defects == []
    return found


def test_text_comes_first_then_html_with_its_pictures_then_files() -> None:
    assert [part.get_content_type() for part in parsed().walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/png",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "text/html",
    ]


def test_without_files_the_alternatives_are_the_mail() -> None:
    mail = parsed(envelope=replace(ENVELOPE, attach=False))
    assert mail.get_content_type() == "multipart/alternative"
    assert list(mail.iter_attachments()) == []


def test_without_pictures_and_figures_there_is_still_a_mail() -> None:
    mail = parsed(replace(RENDERED, pictures=(), workbook=b""))
    assert [part.get_filename() for part in mail.iter_attachments()] == [
        "weekly_brief-2025-W39-zh.html"
    ]


def test_the_html_names_each_picture_by_its_id() -> None:
    mail = parsed()
    html = mail.get_body(("html",))
    assert html is not None
    ids = [part["Content-ID"] for part in mail.walk() if part.get_content_type() == "image/png"]
    assert ids == ["<revenue.png@shortdrama.example>", "<apps.png@shortdrama.example>"]
    assert all(f'src="cid:{cid.strip("<>")}"' in html.get_content() for cid in ids)


def test_files_arrive_as_they_were() -> None:
    xlsx, html = parsed().iter_attachments()
    assert xlsx.get_filename() == "weekly_brief-2025-W39-zh.xlsx"
    assert xlsx.get_content() == RENDERED.workbook
    assert html.get_payload(decode=True) == RENDERED.standalone


def test_headers_say_what_the_mail_is() -> None:
    mail = parsed()
    assert mail["Subject"] == RENDERED.subject
    assert mail["From"].addresses[0].display_name == RENDERED.sender_name
    assert mail["From"].addresses[0].addr_spec == "reports@shortdrama.example"
    assert mail["To"] == "ann@example.org"
    assert mail["Reply-To"] == "analysts@shortdrama.example"
    assert mail["Date"].datetime == ENVELOPE.date
    assert mail["Message-ID"] == ENVELOPE.message_id
    assert mail["Content-Language"] == "zh-CN"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"].strip() == "<mailto:unsubscribe@shortdrama.example?subject=ann>"
    assert mail["X-Shortdrama-Edition"] == "weekly_brief/2025-W39"


def test_a_page_without_a_sender_name_keeps_the_one_of_the_address() -> None:
    mail = parsed(replace(RENDERED, sender_name=""))
    assert mail["From"].addresses[0].display_name == "Reports"


def test_optional_headers_are_left_out() -> None:
    mail = parsed(envelope=replace(ENVELOPE, reply_to=None, list_unsubscribe=None))
    assert mail["Reply-To"] is None
    assert mail["List-Unsubscribe"] is None


def test_a_mail_is_seven_bit_with_lines_that_every_server_takes() -> None:
    long = replace(RENDERED, html="x" * 5000 + RENDERED.html, subject="剧" * 500)
    raw = message(long, ENVELOPE).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 998
    assert len(parsed(long)["Subject"]) == 200


def test_every_attempt_has_the_same_bytes() -> None:
    assert message(RENDERED, ENVELOPE).as_bytes() == message(RENDERED, ENVELOPE).as_bytes()


def test_mails_to_others_differ_in_their_boundaries() -> None:
    other = replace(ENVELOPE, message_id="<other@shortdrama.example>")
    first, second = (message(RENDERED, envelope).get_boundary() for envelope in (ENVELOPE, other))
    assert first != second


@pytest.mark.parametrize("sly", ["x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org", "a\x00b"])
def test_names_cannot_add_headers(sly: str) -> None:
    mail = parsed(
        replace(RENDERED, subject=sly, sender_name=sly),
        replace(ENVELOPE, headers={"X-Name": sly}),
    )
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject", [])) == 1
    assert "\n" not in mail["Subject"] + mail["X-Name"]


def test_direction_marks_do_not_turn_a_subject_around() -> None:
    mail = parsed(replace(RENDERED, subject="evil\u202egnp.exe", sender_name="a\u2066b"))
    assert mail["Subject"] == "evilgnp.exe"
    assert mail["From"].addresses[0].display_name == "ab"


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_any_subject_and_any_name_make_one_mail(text: str) -> None:
    mail = parsed(replace(RENDERED, subject=text, sender_name=text, pictures=(), workbook=b""))
    assert set(mail.keys()) == {
        "Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted",
        "List-Unsubscribe", "X-Shortdrama-Edition", "MIME-Version", "Content-Type",
        "Content-Language",
    }  # fmt: skip
    assert mail["From"].addresses[0].addr_spec == "reports@shortdrama.example"


@pytest.mark.parametrize(
    "address",
    ["", "ann", "ann@example.org\r\nBcc: eve@example.org", "ann@@example.org", "剧@example.org",
     "ann@example.org, eve@example.org", "ann example@x", "@example.org", "ann@"],
)  # fmt: skip
@pytest.mark.parametrize("place", ["sender", "recipient", "reply_to"])
def test_what_is_no_address_is_refused_without_naming_it(address: str, place: str) -> None:
    if place == "reply_to" and not address:
        return  # none is wanted
    with pytest.raises(ValueError, match="address") as refused:
        message(RENDERED, replace(ENVELOPE, **{place: address}))  # type: ignore[arg-type]
    assert "eve" not in str(refused.value)
    assert "ann@" not in str(refused.value)


@pytest.mark.parametrize("value", ["<a b@x>", "<a@x>\r\nBcc: eve@example.org", "<剧@x>"])
@pytest.mark.parametrize("place", ["message_id", "list_unsubscribe"])
def test_ids_and_links_are_one_word(value: str, place: str) -> None:
    with pytest.raises(ValueError, match="header"):
        message(RENDERED, replace(ENVELOPE, **{place: value}))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Bcc", "X-A\r\nBcc", "X-A: b", "X-剧"])
def test_only_headers_of_ours_can_be_added(name: str) -> None:
    with pytest.raises(ValueError, match="header"):
        message(RENDERED, replace(ENVELOPE, headers={name: "eve@example.org"}))


@pytest.mark.parametrize("name", ["../etc/passwd", "周报", 'a"; filename="b', "", "a b"])
def test_file_names_are_plain(name: str) -> None:
    with pytest.raises(ValueError, match="file name"):
        message(RENDERED, replace(ENVELOPE, files_as=name))
