"""Prints the address of the metadata database, for `AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD`.

In an address a password is percent-encoded, so any characters work. It reads the password from
Compose's secret; like PostgreSQL's image, it drops line ends behind it.
"""

import sys
from pathlib import Path
from urllib.parse import quote


def url(password: str, host: str) -> str:
    """The address of the database at `host`."""
    return f"postgresql+psycopg2://airflow:{quote(password, safe='')}@{host}/airflow"


if __name__ == "__main__":
    secret, host = Path(sys.argv[1]), sys.argv[2]
    print(url(secret.read_text(encoding="utf-8").rstrip("\r\n"), host), end="")
