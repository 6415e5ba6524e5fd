"""Mails as they come back: delivery reports of several kinds, and what people and machines send."""

from email.message import EmailMessage


def dsn(original: bytes, address: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A delivery status report as RFC 3464 has it, with the headers of the original."""
    return (
        f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: reports@shortdrama.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: Recipient address rejected

--B
Content-Type: text/rfc822-headers

""".encode()
        + original.partition(b"\r\n\r\n")[0]
        + b"\n\n--B--\n"
    )


def plain(subject: str, body: str = "", **headers: str) -> bytes:
    """A mail that a person or a machine writes."""
    message = EmailMessage()
    message["From"], message["To"] = "Ann <ann@example.org>", "reports@shortdrama.example"
    message["Subject"] = subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return bytes(message)
