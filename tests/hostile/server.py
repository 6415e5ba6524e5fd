"""A server that writes bytes as it is told, not HTTP as it should be."""

import socket
import socketserver
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

TLS = b"\x16"
"""What a client sends first that speaks TLS."""

RESET = object()
"""Among the pieces of an answer: the connection is reset here."""


@dataclass(frozen=True)
class Pause:
    """Among the pieces of an answer: nothing is sent for so long."""

    seconds: float


Pieces = Iterable[bytes | Pause | object]
Answers = Callable[[bytes], Pieces]
"""From the head of a request, the pieces of its answer; afterwards the connection is closed."""


class RawServer(socketserver.ThreadingTCPServer):
    """Answers each connection once. `heads` keeps what was asked, byte for byte."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, answers: Answers) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.heads: list[bytes] = []
        self.ended = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, *_: Any) -> None:
        """Quiet: clients hang up."""


class _Handler(socketserver.BaseRequestHandler):
    server: RawServer

    def handle(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head and not head.startswith(TLS):
            piece = self.request.recv(65536)
            if not piece:
                return
            head += piece
        self.server.heads.append(head)
        with suppress(OSError):
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        for piece in self.server.answers(head):
            if piece is RESET:
                linger = struct.pack("ii", 1, 0)
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.request.close()
                return
            if isinstance(piece, Pause):
                if self.server.ended.wait(piece.seconds):
                    return
            else:
                self.request.sendall(piece)
        # Else the client's unread bytes would turn the end into a reset.
        self.request.shutdown(socket.SHUT_WR)


@contextmanager
def serving(answers: Answers) -> Iterator[RawServer]:
    server = RawServer(answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def said(
    body: bytes,
    *headers: str,
    status: str = "200 OK",
    length: str | None = None,
) -> bytes:
    """A whole answer in HTTP."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length or len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
