"""A vendor whose answers are files: estimates of a whole market, made before anything is measured.

A process of its own serves them on loopback, so that no time goes into making them.
"""

import sys
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from whole_market import LAST_DAY

from shortdrama.datasets.model import WORLD

PRODUCTS = 596
DAYS = 92


def write_answers(folder: Path, countries: list[str]) -> None:
    """One file per country: an estimate for each product and day, as the vendor writes it."""
    days = [(LAST_DAY - timedelta(days=DAYS - 1 - day)).isoformat() for day in range(DAYS)]
    for number, country in enumerate(countries):
        rows = (
            f'{{"product_id":{280_000_000_000 + product * 977},"start_date":"{day}T00:00:00",'
            f'"end_date":"{day}T00:00:00",'
            f'"downloads":{(product * 7919 + place * 104_729 + number * 31) % 90_000},'
            f'"revenue":"{(product * 7907 + place * 1_299_709 + number) % 9_000_000 / 100:.2f}"}}'
            for product in range(PRODUCTS)
            for place, day in enumerate(days)
        )
        (folder / country).write_text(f"[{','.join(rows)}]")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder = Path()

    def do_GET(self) -> None:
        country = parse_qs(urlsplit(self.path).query).get("countries", [WORLD])[0]
        with (self.folder / country).open("rb") as file:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str((self.folder / country).stat().st_size))
            self.send_header("x-currency", "USD")
            self.send_header("x-shortdrama-sample", "true")
            self.end_headers()
            self.wfile.flush()
            self.connection.sendfile(file)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def serve(folder: str) -> None:
    """Serve the files until the process is ended; the first line says where."""
    _Handler.folder = Path(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1])
