"""The mail that carries an edition: text and HTML, pictures inline, files beside them."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, getaddresses
from types import MappingProxyType

from shortdrama.reports.layout.harmless import harmless
from shortdrama.reports.rendered import Rendered


class Link(UnstructuredHeader):
    """A header with one long word, which the library would encode and mail programs not decode."""

    def fold(self, *, policy: Policy) -> str:
        """The word on one line, however long."""
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", Link)  # type: ignore[arg-type]

ASCII = SMTP.clone(cte_type="7bit", header_factory=HEADERS)
"""A server without 8BITMIME takes it too."""

OUR_HEADER = re.compile("X-[A-Za-z0-9-]+")
FILE_NAME = re.compile("[A-Za-z0-9_-]+")
LONGEST_SUBJECT = 200
XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Envelope:
    """Who gets an edition from whom, and what belongs to this one mail."""

    sender: str
    """An address, or a name and an address; the page's own name of the sender comes first."""
    recipient: str
    message_id: str
    date: datetime
    reply_to: str | None = None
    list_unsubscribe: str | None = None
    """`mailto:...`."""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """More of them; their names begin with `X-`."""
    attach: bool = True
    """Whether the workbook and the HTML file go along."""
    files_as: str = "report"
    """How the files are called, without their ending, such as `weekly_brief-2025-W39`."""


def message(rendered: Rendered, envelope: Envelope) -> EmailMessage:
    """The mail to one recipient; the same arguments give the same bytes.

    Raises ValueError for an address, a header's name or a file name that no mail may have.
    """
    mail = EmailMessage(policy=ASCII)
    _head(mail, rendered, envelope)
    domain = _address(envelope.sender).domain
    mail.set_content(rendered.text)
    html = rendered.html
    for picture in rendered.pictures:
        html = html.replace(f'"cid:{picture.name}"', f'"cid:{picture.name}@{domain}"')
    mail.add_alternative(html, subtype="html")
    body = mail.get_body(("html",))
    if body is None:
        raise RuntimeError("a mail to which HTML was added has no HTML")
    for picture in rendered.pictures:
        cid = f"<{picture.name}@{domain}>"
        body.add_related(
            picture.png, "image", "png", cid=cid, filename=picture.name, disposition="inline"
        )
    if envelope.attach:
        _attach(mail, rendered, envelope.files_as)
    # Here at the end, because each new body takes all headers named Content-* with it.
    mail["Content-Language"] = rendered.language
    _set_boundaries(mail, envelope.message_id)
    return mail


def _head(mail: EmailMessage, rendered: Rendered, envelope: Envelope) -> None:
    sender = _address(envelope.sender)
    name = harmless(rendered.sender_name)
    mail["Subject"] = harmless(rendered.subject)[:LONGEST_SUBJECT]
    mail["From"] = Address(name or sender.display_name, addr_spec=sender.addr_spec)
    mail["To"] = _address(envelope.recipient)
    if envelope.reply_to:
        mail["Reply-To"] = _address(envelope.reply_to)
    mail["Date"] = format_datetime(envelope.date)
    mail["Message-ID"] = _single(envelope.message_id)
    mail["Auto-Submitted"] = "auto-generated"
    if envelope.list_unsubscribe:
        mail["List-Unsubscribe"] = f"<{_single(envelope.list_unsubscribe)}>"
    for header, value in envelope.headers.items():
        if not OUR_HEADER.fullmatch(header):
            raise ValueError(f"header {header!r}: its name must be X- and letters")
        mail[header] = harmless(value)


def _address(text: str) -> Address:
    """One address. Raises ValueError without naming it, because messages are logged."""
    found = getaddresses([text])
    try:
        if len(found) == 1 and text.isprintable() and found[0][1].isascii():
            return Address(harmless(found[0][0]), addr_spec=found[0][1])
    except (ValueError, HeaderParseError, IndexError):
        pass
    raise ValueError("an address of the mail is none: it needs the form name@domain, in ASCII")


def _single(value: str) -> str:
    """A header's value of one word. Raises ValueError for blanks and line breaks."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError(f"{value!r} is no value of a mail header: it has blanks or line breaks")
    return value


def _attach(mail: EmailMessage, rendered: Rendered, files_as: str) -> None:
    if not FILE_NAME.fullmatch(files_as):
        raise ValueError(f"{files_as!r} is no file name: letters, digits, - and _ only")
    if rendered.workbook:
        mail.add_attachment(rendered.workbook, "application", XLSX, filename=f"{files_as}.xlsx")
    mail.add_attachment(rendered.standalone, "text", "html", filename=f"{files_as}.html")


def _set_boundaries(mail: EmailMessage, seed: str) -> None:
    """Boundaries between parts that are the same for every attempt; otherwise they are random."""
    containers = (part for part in mail.walk() if part.is_multipart())
    for number, part in enumerate(containers):
        digest = hashlib.sha256(f"{seed} {number}".encode()).hexdigest()[:32]
        part.set_boundary(f"=_{digest}")
