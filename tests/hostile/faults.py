"""Ways in which an answer can be bad, each for good: what is sent instead of the healthy answer.

They are faults of networks, proxies, servers and vendors. Those of the vendors' own contracts,
which the simulator plays, are in `shortdrama_local.simulator.faults`.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count, repeat
from typing import Any

from hostile.server import RESET, Pause, Pieces

DROPS = 0.02
"""Seconds between two bytes of what drips."""

PIECE = 64 * 1024
NOTHING_ELSE = [Pause(3600)]


@dataclass(frozen=True)
class Healthy:
    """The answer of the simulator, the page that was asked for, and what page 1 is."""

    headers: dict[str, str]
    body: bytes
    page: int
    first: Callable[[], bytes]

    def said(
        self,
        body: bytes | None = None,
        *more: str,
        status: str = "200 OK",
        length: str | None = "",
        **changed: str,
    ) -> bytes:
        """An answer with another body or status; `length` None leaves the length out."""
        content = self.body if body is None else body
        headers = {**self.headers, **{name.replace("_", "-"): v for name, v in changed.items()}}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {v}" for name, v in headers.items()), *more]
        if length is not None:
            lines.append(f"content-length: {length or len(content)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + content

    @property
    def head(self) -> bytes:
        """The head of an answer that ends with its connection."""
        return self.said(b"", length=None)

    def chunks(self, body: bytes) -> bytes:
        """The head of a chunked answer, and what follows it."""
        return self.said(b"", "transfer-encoding: chunked", length=None) + body

    def with_json(self, change: Callable[[Any], Any]) -> bytes:
        """The answer with its value changed in place, or replaced by what `change` returns."""
        value = json.loads(self.body)
        changed = change(value)
        return self.said(json.dumps(value if changed is None else changed).encode())


@dataclass(frozen=True)
class Fault:
    """A fault: `is_slow` ones end only at a deadline, those of lists need pages."""

    name: str
    meaning: str
    pieces: Callable[[Healthy], Pieces]
    is_slow: bool = False
    of_lists: bool = False


def slowly(*pieces: bytes) -> Iterator[bytes | Pause]:
    """The bytes one by one."""
    for piece in pieces:
        for place in range(len(piece)):
            yield piece[place : place + 1]
            yield Pause(DROPS)


def endless(piece: bytes, *before: bytes) -> Pieces:
    yield from before
    yield from repeat(piece)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def first_text(healthy: Healthy, text: bytes) -> bytes:
    """The answer with something put before the first text value."""
    return healthy.said(re.sub(rb'(:\s*")', lambda m: m[1] + text, healthy.body, count=1))


def one(name: str, meaning: str, answer: Callable[[Healthy], bytes], **options: bool) -> Fault:
    """A fault whose answer is sent in one piece."""
    return Fault(name, meaning, lambda healthy: [answer(healthy)], **options)


def drip(name: str, meaning: str, pieces: Callable[[Healthy], Pieces]) -> Fault:
    return Fault(name, meaning, pieces, is_slow=True)


TIME = (
    drip("silence", "Nothing is sent.", lambda _: NOTHING_ELSE),
    drip("silent_after_head", "Nothing comes after the head.", lambda h: [h.head, *NOTHING_ELSE]),
    drip("silent_in_body", "Nothing comes after half of the body.",
         lambda h: [h.said()[: -len(h.body) // 2 or None], *NOTHING_ELSE]),
    drip("status_drips", "The status line comes byte by byte.", lambda h: slowly(h.said())),
    drip("header_drips", "A header comes byte by byte.",
         lambda _: [b"HTTP/1.1 200 OK\r\n", *slowly(b"x-a: " + b"a" * 500)]),
    drip("headers_drip", "Headers follow each other without end.",
         lambda _: (p for n in count() for p in (b"HTTP/1.1 200 OK\r\n" if not n else b"x: y\r\n",
                                                 Pause(DROPS)))),
    drip("body_drips", "The body comes byte by byte.",
         lambda h: [h.said(b"", length="9999"), *slowly(b"[" + b" " * 500)]),
    drip("chunks_drip", "Chunks of one byte.",
         lambda h: [h.chunks(b""), *slowly(chunk(b"[") + chunk(b" ") * 200)]),
    drip("chunk_size_drips", "The size of a chunk has no end.",
         lambda h: [h.chunks(b""), *slowly(b"0" * 500)]),
    drip("trailers_drip", "Trailers follow the body without end.",
         lambda h: [h.chunks(chunk(h.body) + b"0\r\n"), *slowly(b"x: y\r\n" * 200)]),
    drip("error_drips", "The body of an HTTP 500 comes byte by byte.",
         lambda h: [h.said(b"", status="500 No", length="9999"), *slowly(b"x" * 500)]),
    drip("packed_drips", "Packed members of nothing, byte by byte.",
         lambda h: [h.said(b"", length=None, content_encoding="gzip"),
                    *slowly(gzip.compress(b"") * 50)]),
    drip("early_hints_drip", "HTTP 103 again and again.",
         lambda _: (p for _ in repeat(0) for p in (b"HTTP/1.1 103 E\r\n\r\n", Pause(DROPS)))),
    Fault("late", "The whole answer comes late, but in time.",
          lambda h: [Pause(0.05), h.said()]),
    Fault("kept_open", "The connection stays open after the whole answer.",
          lambda h: [h.said(), Pause(0.2)]),
    Fault("in_two_pieces", "The answer comes in two pieces.",
          lambda h: [h.said()[:100], Pause(0.05), h.said()[100:]]),
)  # fmt: skip

CONNECTION = (
    Fault("closed_at_once", "The connection is closed without a byte.", lambda _: []),
    Fault("reset_at_once", "The connection is reset without a byte.", lambda _: [RESET]),
    Fault("reset_in_head", "The connection is reset in the head.", lambda h: [h.head[:20], RESET]),
    Fault("reset_after_head", "The connection is reset after the head.",
          lambda h: [h.said(b"", length="9999"), Pause(0.01), RESET]),
    one("closed_in_head", "The connection is closed in the head.", lambda h: h.head[:-10]),
    one("closed_in_body", "The connection is closed in the body.",
        lambda h: h.said()[: -len(h.body) // 2]),
    one("until_closed", "The body ends with the connection; no length is said.",
        lambda h: h.said(length=None)),
    one("cut_without_length", "Half of the body, and no length is said.",
        lambda h: h.said(h.body[: len(h.body) // 2], length=None)),
)  # fmt: skip

HTTP = (
    one("garbage", "Bytes that are no HTTP.", lambda _: bytes(range(1, 256)) * 4),
    one("tls_alert", "A server that speaks TLS refuses.", lambda _: b"\x15\x03\x03\0\x02\x02\x28"),
    one("http_0_9", "A body without a head.", lambda h: h.body),
    one("http_2", "A frame of HTTP/2.", lambda _: b"\0\0\x12\x04\0\0\0\0\0" + b"\0" * 18),
    one("ssh", "A server that speaks SSH.", lambda _: b"SSH-2.0-OpenSSH_9.6\r\n"),
    one("no_reason", "A status without a reason.",
        lambda h: h.said().replace(b"200 OK", b"200", 1)),
    one("status_in_words", "A status that is no number.",
        lambda h: h.said(status="OK OK")),
    one("status_0", "Status 000.", lambda h: h.said(status="000 None")),
    one("status_999", "Status 999.", lambda h: h.said(b"{}", status="999 Denied")),
    one("status_9999", "Status 9999.", lambda h: h.said(status="9999 Denied")),
    one("version_9", "HTTP/9.9.", lambda h: h.said().replace(b"HTTP/1.1", b"HTTP/9.9", 1)),
    one("version_1_0", "HTTP/1.0.", lambda h: h.said().replace(b"HTTP/1.1", b"HTTP/1.0", 1)),
    one("bare_line_feeds", "Lines of the head end without a carriage return.",
        lambda h: h.said(b"").replace(b"\r\n", b"\n") .replace(
            b"content-length: 0", b"content-length: %d" % len(h.body)) + h.body),
    one("header_of_1_mb", "A header of a megabyte.", lambda h: h.said(None, "x-a: " + "a" * 10**6)),
    one("headers_200", "200 headers more.", lambda h: h.said(None, *["x-a: b"] * 200)),
    one("header_without_colon", "A line of the head without a colon.",
        lambda h: h.said(None, "what is this")),
    one("header_folded", "A header goes on in the next line.",
        lambda h: h.said(None, "x-a: b\r\n c")),
    one("header_with_nul", "A NUL in a header.", lambda h: h.said(None, "x-a: \0")),
    one("header_latin", "A header that is not ASCII.", lambda h: h.said(None, "x-a: \xe9\xff")),
    one("cookies", "Cookies are set.", lambda h: h.said(None, "set-cookie: a=b", "set-cookie: =;")),
    one("length_too_long", "The length is longer than the body.",
        lambda h: h.said(length=str(len(h.body) + 100))),
    one("length_too_short", "The length is shorter than the body.",
        lambda h: h.said(length=str(len(h.body) // 2))),
    one("length_negative", "A length below zero.", lambda h: h.said(length="-1")),
    one("length_in_words", "A length that is no number.", lambda h: h.said(length="long")),
    one("length_huge", "A length of an exabyte.", lambda h: h.said(length=str(10**18))),
    one("lengths_differ", "Two lengths that differ.", lambda h: h.said(None, "content-length: 7")),
    one("chunked", "The body comes in chunks.",
        lambda h: h.chunks(chunk(h.body[:9]) + chunk(h.body[9:]) + b"0\r\n\r\n")),
    one("chunked_with_length", "Chunks, and a length beside them.",
        lambda h: h.said(chunk(h.body) + b"0\r\n\r\n", "transfer-encoding: chunked", length="5")),
    one("chunk_size_in_words", "The size of a chunk is no number.",
        lambda h: h.chunks(b"long\r\n" + h.body + b"\r\n0\r\n\r\n")),
    one("chunk_size_negative", "The size of a chunk is below zero.",
        lambda h: h.chunks(b"-5\r\n" + h.body + b"\r\n0\r\n\r\n")),
    one("chunk_size_huge", "The size of a chunk is an exabyte.",
        lambda h: h.chunks(b"%x\r\n" % 10**18 + h.body)),
    one("chunk_extension_huge", "A chunk has an extension of 100 kB.",
        lambda h: h.chunks(b"5;" + b"x" * 100_000 + b"\r\n" + h.body)),
    one("chunk_cut", "A chunk is cut off.", lambda h: h.chunks(chunk(h.body)[:-9])),
    one("last_chunk_missing", "The last chunk is missing.", lambda h: h.chunks(chunk(h.body))),
    one("transfer_unknown", "A transfer encoding that nobody knows.",
        lambda h: h.said(None, "transfer-encoding: x-unheard-of")),
    one("continue_100", "HTTP 100 before the answer.",
        lambda h: b"HTTP/1.1 100 Continue\r\n\r\n" + h.said()),
    one("processing_102", "HTTP 102 before the answer.",
        lambda h: b"HTTP/1.1 102 Processing\r\n\r\n" + h.said()),
    one("early_hints_103", "HTTP 103 before the answer.",
        lambda h: b"HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n" + h.said()),
    one("informed_thrice", "HTTP 100, 103 and 100 before the answer.",
        lambda h: b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\n\r\nHTTP/1.1 100 C\r\n\r\n" + h.said()),
    one("switching_101", "HTTP 101: another protocol.",
        lambda h: b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\n\r\n" + h.said()),
    one("two_answers", "Another answer follows in the same connection.",
        lambda h: h.said() + h.said(b"[]")),
)  # fmt: skip


def _packed(name: str, meaning: str, encoding: str, pack: Callable[[bytes], bytes]) -> Fault:
    return one(name, meaning, lambda h: h.said(pack(h.body), content_encoding=encoding))


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


BOMB = gzip.compress(b"[" + b" " * 400_000_000 + b"]", 9)
"""400 MB in less than half of one."""

PACKING = (
    _packed("gzip", "The body is packed as we ask for.", "gzip", gzip.compress),
    _packed("gzip_loud", "The same, written in capitals.", "GZIP", gzip.compress),
    _packed("gzip_members", "The body is packed in two members.", "gzip",
            lambda b: gzip.compress(b[:50]) + gzip.compress(b[50:])),
    _packed("gzip_and_rubbish", "Rubbish follows the packed body.", "gzip",
            lambda b: gzip.compress(b) + b"rubbish"),
    _packed("gzip_cut", "The packed body is cut off.", "gzip",
            lambda b: gzip.compress(b)[: -len(gzip.compress(b)) // 3]),
    _packed("gzip_checksum", "The checksum of the packed body is wrong.", "gzip",
            lambda b: gzip.compress(b)[:-8] + b"\0" * 8),
    _packed("gzip_claimed", "The body is said to be packed and is not.", "gzip", bytes),
    _packed("gzip_twice", "The body is packed twice.", "gzip, gzip",
            lambda b: gzip.compress(gzip.compress(b))),
    _packed("gzip_twice_said_once", "The body is packed twice and said to be packed once.", "gzip",
            lambda b: gzip.compress(gzip.compress(b))),
    _packed("gzip_not_said", "The body is packed, and nobody says so.", "identity",
            gzip.compress),
    _packed("deflate", "Packed in a way that we do not ask for.", "deflate", zlib.compress),
    _packed("deflate_raw", "The same, without a header.", "deflate", _raw_deflate),
    _packed("brotli_claimed", "Packed as br, which we do not ask for.", "br", bytes),
    _packed("zstd_claimed", "Packed as zstd, which we do not ask for.", "zstd", bytes),
    _packed("packing_unknown", "Packed in a way that nobody knows.", "x-unheard-of", bytes),
    _packed("bomb", "400 MB of blanks in 400 kB.", "gzip", lambda _: BOMB),
    _packed("bomb_of_records", "40 MB of empty records in 40 kB.", "gzip",
            lambda _: gzip.compress(b"[" + b"{}," * 13_000_000 + b"{}]")),
    one("bomb_in_error", "The error body of an HTTP 500 is a bomb.",
        lambda h: h.said(BOMB, status="500 No", content_encoding="gzip")),
    Fault("endless_members", "Packed members of nothing without end.",
          lambda h: endless(gzip.compress(b"") * 3000,
                            h.said(b"", length=None, content_encoding="gzip")), is_slow=True),
)  # fmt: skip

LONG = (
    Fault("endless_blanks", "Blanks without end.",
          lambda h: endless(b" " * PIECE, h.said(b"[", length=None))),
    Fault("endless_chunks", "Chunks without end.",
          lambda h: endless(chunk(b" " * PIECE), h.chunks(chunk(b"[")))),
    Fault("endless_text", "A text without end.",
          lambda h: endless(b"x" * PIECE, h.said(b'["', length=None))),
    Fault("endless_records", "Empty records without end.",
          lambda h: endless(b"{}," * (PIECE // 3), h.said(b"[", length=None))),
    Fault("endless_error", "The error body of an HTTP 400 without end.",
          lambda h: endless(b"x" * PIECE, h.said(b"", status="400 No", length=None))),
    Fault("endless_headers", "Headers without end, at full speed.",
          lambda _: endless(b"x-a: b\r\n" * 999, b"HTTP/1.1 200 OK\r\n")),
    Fault("endless_continue", "HTTP 100 without end, at full speed.",
          lambda _: endless(b"HTTP/1.1 100 C\r\n\r\n" * 999)),
    Fault("endless_early_hints", "HTTP 103 without end, at full speed.",
          lambda _: endless(b"HTTP/1.1 103 E\r\n\r\n" * 999)),
    one("blanks_of_9_mb", "9 MB of blanks after the text.",
        lambda h: h.said(h.body + b" " * 9_000_000)),
)  # fmt: skip


def _status(code: int, *more: str, body: bytes = b'{"message": "no"}', name: str = "",
            meaning: str = "") -> Fault:  # fmt: skip
    return one(
        name or f"status_{code}",
        meaning or f"HTTP {code}.",
        lambda h: h.said(body, *more, status=f"{code} No"),
    )


PAGE = b"<!DOCTYPE html><html><body>Access denied</body></html>"
STATUS = (
    *(_status(code) for code in (201, 202, 203, 205, 206, 207, 226, 300, 304, 305, 400, 401, 402,
                                 403, 404, 405, 406, 407, 408, 409, 410, 411, 413, 414, 415, 418,
                                 420, 421, 422, 423, 425, 426, 428, 429, 431, 451, 500, 501, 502,
                                 503, 504, 505, 507, 508, 511, 520, 522, 524, 530, 599)),
    _status(204, body=b""),
    *(_status(code, "location: http://127.0.0.1:9/", name=f"redirect_{code}",
              meaning=f"HTTP {code} to elsewhere.") for code in (301, 302, 303, 307, 308)),
    _status(302, "location: http://[", name="redirect_nowhere", meaning="HTTP 302 to no address."),
    _status(403, "content-type: text/html", body=PAGE, name="firewall_403",
            meaning="A firewall's page with HTTP 403."),
    _status(404, body=PAGE, name="page_404", meaning="A page in HTML with HTTP 404."),
    _status(503, body=PAGE, name="proxy_503", meaning="A proxy's page with HTTP 503."),
    _status(502, body=b"\xff\xfe\x80" * 99, name="bytes_502", meaning="HTTP 502 with bytes."),
    _status(400, body=b'{"message": {"a": [1]}}', name="reason_object",
            meaning="HTTP 400 whose reason is an object."),
    _status(400, body=b"[" * 100_000, name="reason_deep", meaning="HTTP 400, 100,000 brackets."),
    *(_status(429, f"retry-after: {wish}", "date: Wed, 25 Feb 2026 08:00:00 GMT",
              name=f"retry_after_{name}", meaning=f"HTTP 429, Retry-After: {wish}.")
      for name, wish in {
          "0": "0", "fraction": "0.5", "date": "Wed, 25 Feb 2026 08:00:01 GMT",
          "past": "Wed, 25 Feb 2025 08:00:00 GMT", "hour": "3600",
          "tomorrow": "Thu, 26 Feb 2026 00:00:00 GMT", "negative": "-1", "words": "soon",
          "nan": "nan", "infinite": "inf", "year_9999": "Fri, 31 Dec 9999 23:59:59 GMT",
      }.items()),
    _status(503, "retry-after: " + "9" * 400, name="retry_after_400_digits",
            meaning="HTTP 503, Retry-After of 400 digits."),
)  # fmt: skip


def _body(name: str, meaning: str, change: Callable[[bytes], bytes]) -> Fault:
    return one(name, meaning, lambda h: h.said(change(h.body)))


def _deep(opens: bytes, closes: bytes, levels: int) -> bytes:
    return opens * levels + b"1" + closes * levels


TEXT = (
    _body("empty", "Nothing.", lambda _: b""),
    _body("blanks", "Nothing but blanks.", lambda _: b" \r\n\t"),
    _body("mark", "A byte order mark before the text.", lambda b: b"\xef\xbb\xbf" + b),
    _body("blanks_around", "Blanks around the text.", lambda b: b"\r\n \t" + b + b"\n\n"),
    _body("utf_16", "UTF-16 with a mark.", lambda b: b.decode().encode("utf-16")),
    _body("utf_16_le", "UTF-16 without a mark.", lambda b: b.decode().encode("utf-16-le")),
    _body("utf_16_be", "UTF-16, the other order.", lambda b: b.decode().encode("utf-16-be")),
    _body("utf_32", "UTF-32.", lambda b: b.decode().encode("utf-32")),
    _body("ebcdic", "EBCDIC.", lambda b: b.decode().encode("cp037", errors="replace")),
    one("not_utf_8", "Bytes that are no UTF-8 in a text.", lambda h: first_text(h, b"\xff\xfe")),
    one("surrogate_bytes", "Half a character in bytes.", lambda h: first_text(h, b"\xed\xa0\x80")),
    one("half_character", "The first half of a character as an escape in a text.",
        lambda h: first_text(h, rb"\ud83d")),
    one("other_half", "The second half of a character.", lambda h: first_text(h, rb"\ude00")),
    one("nul_escape", "An escaped NUL in a text.", lambda h: first_text(h, rb"\u0000")),
    one("nul_raw", "A NUL in a text.", lambda h: first_text(h, b"\0")),
    one("line_end_raw", "A line end in a text.", lambda h: first_text(h, b"\n")),
    one("bad_escape", "An escape that there is not.", lambda h: first_text(h, rb"\q")),
    one("text_of_1_mb", "A text of a megabyte.", lambda h: first_text(h, b"x" * 10**6)),
    _body("deep_lists", "100,000 lists in each other.", lambda _: _deep(b"[", b"]", 100_000)),
    _body("deep_objects", "100,000 objects.", lambda _: _deep(b'{"a":', b"}", 100_000)),
    _body("deep_million", "A million lists.", lambda _: _deep(b"[", b"]", 1_000_000)),
    one("deep_field", "A field with 5,000 lists in each other.",
        lambda h: h.said(re.sub(rb':\s*"', b":" + _deep(b"[", b"]", 5000) + b', "x": "', h.body,
                                count=1))),
    one("deep_60", "A field with 50 lists in each other.",
        lambda h: h.said(re.sub(rb"\{", b'{"x":' + _deep(b"[", b"]", 50) + b", ", h.body,
                                count=1))),
    _body("closed_only", "Brackets that close and never open.", lambda _: b"]" * 1000),
    _body("crossed", "Brackets that do not match.", lambda b: b.replace(b"}", b"]", 1)),
    _body("cut_at_1", "The first byte.", lambda b: b[:1]),
    _body("cut_at_half", "Half of the text.", lambda b: b[: len(b) // 2]),
    _body("cut_at_last", "All but the last byte.", lambda b: b[:-1]),
    _body("cut_in_text", "Cut in the first text.", lambda b: b[: b.index(b'"') + 2]),
    _body("rubbish_after", "Rubbish follows the text.", lambda b: b + b"rubbish"),
    _body("twice", "The text comes twice.", lambda b: b + b),
    _body("lines", "Each record in a line of its own.",
          lambda b: b"\n".join(json.dumps(one).encode() for one in
                               (json.loads(b) if b[:1] == b"[" else [json.loads(b)] * 2))),
    _body("comma_after", "A comma before the last bracket.", lambda b: b[:-1] + b"," + b[-1:]),
    _body("single_quotes", "Single quotes.", lambda b: b.replace(b'"', b"'")),
    _body("comment", "A comment before the text.", lambda b: b"/* a comment */" + b),
    _body("callback", "A call around the text.", lambda b: b"callback(" + b + b");"),
    _body("guard", "A guard against scripts before the text.", lambda b: b")]}',\n" + b),
    _body("text_of_json", "The text as a JSON string.", lambda b: json.dumps(b.decode()).encode()),
    _body("nan", "Each number is NaN.", lambda b: re.sub(rb":\s*-?\d+(?=[,}])", b":NaN", b)),
    _body("infinity", "Each number is Infinity.",
          lambda b: re.sub(rb":\s*-?\d+(?=[,}])", b":Infinity", b)),
    _body("exponents", "Each number has an exponent of 999.",
          lambda b: re.sub(rb":\s*(-?\d+)(?=[,}])", rb":\1e999", b)),
    _body("digits_5000", "A number of 5,000 digits.",
          lambda b: re.sub(rb":\s*-?\d+(?=[,}])", b":" + b"9" * 5000, b, count=1)),
    _body("numbers_as_text", "Each number is a text.",
          lambda b: re.sub(rb":\s*(-?\d+)(?=[,}])", rb':"\1"', b)),
    _body("keys_twice", "The first field comes twice.",
          lambda b: re.sub(rb'\{("[^"]+":)', rb"{\g<1>null,\g<1>", b, count=1)),
    _body("null", "null.", lambda _: b"null"),
    _body("true", "true.", lambda _: b"true"),
    _body("number", "A number.", lambda _: b"42"),
    _body("string", "A string.", lambda _: b'"nothing"'),
    _body("empty_list", "An empty list.", lambda _: b"[]"),
    _body("empty_object", "An empty object.", lambda _: b"{}"),
    _body("list_of_null", "A list of null.", lambda _: b"[null]"),
    _body("list_of_numbers", "A list of numbers.", lambda _: b"[1, 2, 3]"),
    _body("list_of_lists", "A list of lists.", lambda _: b"[[[1]]]"),
    _body("error_object", "An error object with HTTP 200.",
          lambda _: b'{"status": 500, "message": "no", "code": 500}'),
    _body("error_of_words", "A code in words.", lambda _: b'{"code": "ok", "data": {}}'),
    _body("error_of_list", "A list as code.", lambda _: b'{"code": [0], "data": {"list": []}}'),
    _body("html", "A page in HTML with HTTP 200.", lambda _: PAGE),
    _body("xml", "XML.", lambda _: b'<?xml version="1.0"?><error/>'),
    _body("csv", "CSV.", lambda _: b"product_id,downloads\n1,2\n"),
    _body("yaml", "YAML.", lambda _: b"product_id: 1\ndownloads: 2\n"),
    _body("pdf", "A PDF.", lambda _: b"%PDF-1.7\n" + bytes(range(256))),
    _body("zip", "A ZIP.", lambda _: b"PK\x03\x04" + bytes(999)),
    _body("zeros", "A megabyte of zero bytes.", lambda _: bytes(10**6)),
    one("values_are_null", "The values of the outermost object or record are null.",
        lambda h: h.with_json(_nulls)),
    one("values_are_lists", "They are wrapped in lists.", lambda h: h.with_json(_wrapped)),
)  # fmt: skip


def _nulls(value: Any) -> Any:
    record = value[0] if isinstance(value, list) else value
    for name in record:
        record[name] = None


def _wrapped(value: Any) -> Any:
    record = value[0] if isinstance(value, list) else value
    for name in record:
        record[name] = [record[name]]


def _list(name: str, meaning: str, change: Callable[[Any, int], Any]) -> Fault:
    return one(
        name, meaning, lambda h: h.with_json(lambda value: change(value, h.page)), of_lists=True
    )


def _about(value: Any) -> Any:
    """What a page says of its list."""
    return value["metadata"]["resultset"] if "metadata" in value else value["data"]["pagination"]


def _entries(value: Any) -> Any:
    return value["results"] if "results" in value else value["data"]["list"]


def _says(name: str, meaning: str, **said: Any) -> Fault:
    return _list(name, meaning, lambda value, _: _about(value).update(said))


def _never_ends(value: Any, page: int) -> None:
    about = _about(value)
    about.update(has_more=True, total_pages=page + 1, total=None, total_count=None)


def _new_every_time(value: Any, page: int) -> None:
    _never_ends(value, page)
    for entry in _entries(value):
        entry["x"] = page


def _without(name: str) -> Callable[[Any, int], None]:
    def remove(value: Any, _: int) -> None:
        _about(value).pop(name, None)

    return remove


def _empty_in_the_middle(value: Any, page: int) -> None:
    if page == 2:
        _entries(value).clear()
        _about(value).update(has_more=True)


LISTS = (
    _list("pages_without_end", "Each page says that there is one more, with new entries.",
          _new_every_time),
    one("page_1_for_ever", "Each page is page 1 and says that there is one more.",
        lambda h: replace(h, body=h.first()).with_json(lambda value: _never_ends(value, h.page)),
        of_lists=True),
    _list("empty_middle", "Page 2 is empty, and the list goes on.", _empty_in_the_middle),
    _says("pages_billion", "A billion pages.", total_pages=10**9, total_count=None,
          has_more=True, total=10**9),
    _says("pages_in_words", "The number of pages and entries in words.", total_pages="many",
          total="many"),
    _says("pages_as_text", "They are texts.", total_pages="3", total="100"),
    _says("pages_as_fraction", "They are fractions.", total_pages=2.5, total=2.5),
    _says("pages_as_flag", "They are true.", total_pages=True, total=True),
    _says("pages_as_list", "They are lists.", total_pages=[3], total=[3]),
    _says("pages_as_object", "They are objects.", total_pages={"a": 1}, total={"a": 1}),
    _says("pages_negative", "They are below zero.", total_pages=-1, total=-1),
    _says("pages_null", "They are null.", total_pages=None, total=None),
    _says("pages_zero", "There are none.", total_pages=0, total=0, has_more=False),
    _says("total_too_small", "Fewer entries than come.", total_count=1, total=1),
    _says("total_too_large", "More entries than come.", total_count=10**6, total=10**6),
    _says("total_in_words", "The number of entries in words.", total_count="many", total="many"),
    _list("pages_missing", "The number of pages or whether there are more is missing.",
          lambda value, _: [_about(value).pop(name, None) for name in ("total_pages", "has_more")]
          and None),
    _says("more_in_words", "Whether there are more, in words.", has_more="no", total_pages="no"),
    _list("about_is_list", "What a page says of its list is a list.",
          lambda value, _: value.update(metadata=[1]) if "metadata" in value
          else value["data"].update(pagination=[1])),
    _list("entries_are_null", "The entries are null.",
          lambda value, _: value.update(results=None) if "results" in value
          else value["data"].update(list=None)),
    _list("entries_are_object", "The entries are an object.",
          lambda value, _: value.update(results={"a": 1}) if "results" in value
          else value["data"].update(list={"a": 1})),
    _list("entry_is_null", "The first entry is null.",
          lambda value, _: _entries(value).__setitem__(0, None)),
    _list("entry_is_text", "The first entry is a text.",
          lambda value, _: _entries(value).__setitem__(0, "x")),
    _list("entry_twice", "The first entry comes twice, the last one not.",
          lambda value, _: _entries(value).__setitem__(-1, _entries(value)[0])),
    _list("entries_reversed", "The entries of each page are in the other order.",
          lambda value, _: _entries(value).reverse()),
    _list("total_grows", "The number of entries grows from page to page.",
          lambda value, page: _about(value).update(total_count=10**4 + page, total=10**4 + page)),
)  # fmt: skip


FAULTS = (*TIME, *CONNECTION, *HTTP, *PACKING, *LONG, *STATUS, *TEXT, *LISTS)
