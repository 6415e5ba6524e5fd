"""moto's S3 behind a socket: DuckDB speaks HTTP itself, so patching botocore is not enough."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber

PRECONDITIONS = ("if-match", "if-none-match")


class S3Server(ThreadingHTTPServer):
    """`lax`: it ignores preconditions of writes, as some S3 servers do."""

    daemon_threads = True
    lax = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        # moto looks and then writes; S3 promises that nobody comes in between.
        self.lock = Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: S3Server

    def answer(self) -> None:
        headers = HTTPHeaders()
        for name, value in self.headers.items():
            if not (self.server.lax and name.lower() in PRECONDITIONS):
                headers[name] = value
        request = AWSPreparedRequest(
            method=self.command,
            url=f"https://s3.us-east-1.amazonaws.com{self.path}",
            headers=headers,
            body=self.rfile.read(int(self.headers.get("content-length", 0))),
            stream_output=False,
        )
        with self.server.lock:
            found = BotocoreStubber().process_request(request)
        assert found is not None, f"moto has no route for {self.command} {self.path}"
        status, answered, body = found
        content = body.encode() if isinstance(body, str) else body
        self.send_response_only(status)
        for name, value in dict(answered).items():
            if name.lower() not in ("content-length", "transfer-encoding"):
                self.send_header(name, str(value))
        length = answered.get("content-length") if self.command == "HEAD" else len(content)
        self.send_header("content-length", str(length or 0))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[S3Server]:
    server = S3Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
