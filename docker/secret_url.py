"""Prints an address with a password from one of Compose's secrets, for Airflow's `…_CMD` options.

`{}` in the address stands for the password. It is percent-encoded there, so any characters work;
line ends behind it are dropped, as PostgreSQL's image does.
"""

import sys
from pathlib import Path
from urllib.parse import quote


def secret_url(secret: Path, address: str) -> str:
    """The address with the password that the file holds."""
    password = secret.read_text(encoding="utf-8").rstrip("\r\n")
    return address.replace("{}", quote(password, safe=""), 1)


if __name__ == "__main__":
    print(secret_url(Path(sys.argv[1]), sys.argv[2]), end="")
