"""Prints the address of Redis, for `AIRFLOW__CELERY__BROKER_URL_CMD`; any password works."""

import sys
from pathlib import Path
from urllib.parse import quote


def url(password: str, host: str) -> str:
    """The address of the broker at `host`."""
    return f"redis://:{quote(password, safe='')}@{host}/0"


if __name__ == "__main__":
    secret, host = Path(sys.argv[1]), sys.argv[2]
    print(url(secret.read_text(encoding="utf-8").rstrip("\r\n"), host), end="")
