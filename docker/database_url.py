"""Prints the address of the metadata database, for `AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD`.

A third argument is put before it: Celery writes `db+` before the address of a database.

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
    prefix = "".join(sys.argv[3:])
    print(prefix + url(secret.read_text(encoding="utf-8").rstrip("\r\n"), host), end="")
