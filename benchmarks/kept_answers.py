"""A vendor that answers estimates from files; the simulator behind it is asked for each only once.

`GET /kept` says how many estimates were served from files. Everything else is passed on.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

from shortdrama.datasets.model import WORLD

SAMPLE = {"x-currency": "USD", "x-shortdrama-sample": "true"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behind = ""
    folder = Path()
    served = 0

    def do_GET(self) -> None:
        if self.path == "/kept":
            self._answer(200, {}, str(_Handler.served).encode())
        elif "/reports/estimates" in self.path:
            self._estimates()
        else:
            answer = self._asked()
            self._answer(answer.status_code, dict(answer.headers), answer.content)

    def _estimates(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        country = asked.get("countries", [WORLD])[0]
        file = self.folder / f"{country} {asked['start_date'][0]} {asked['end_date'][0]}"
        if file.exists():
            _Handler.served += 1
        else:
            answer = self._asked()
            answer.raise_for_status()
            file.write_bytes(answer.content)
        self._answer(200, SAMPLE, file.read_bytes())

    def _asked(self) -> requests.Response:
        headers = {"authorization": self.headers["authorization"]}
        return requests.get(f"{self.behind}{self.path}", headers=headers, timeout=300)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        own = {name: value for name, value in headers.items() if name.lower().startswith("x-")}
        own |= {"content-type": "application/json", "content-length": str(len(body))}
        self.send_response(status)
        for name, value in own.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def serve(behind: str, folder: str) -> None:
    """Serve until the process is ended; the first line says where."""
    _Handler.behind, _Handler.folder = behind, Path(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(*sys.argv[1:])
