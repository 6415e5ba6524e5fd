"""The secrets of the team's stack: an env file for docker compose, each value random."""

import base64
import os
import secrets
from pathlib import Path

from shortdrama.core.settings import REPOSITORY

# 256 bits each; no character needs quoting in a URL, in JSON or in an env file.
PASSWORDS = (
    "AIRFLOW_ADMIN_PASSWORD",
    "AIRFLOW_API_SECRET_KEY",
    "AIRFLOW_DB_PASSWORD",
    "AIRFLOW_JWT_SECRET",
    "MAIL_SIGNING_KEY",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "SIMULATOR_TOKEN",
)


def write_env(path: Path) -> None:
    """Write a new env file that only its owner can read.

    Raises FileExistsError if the file exists: running databases keep the passwords that they were
    created with, so new ones would lock everybody out.
    """
    values = {name: secrets.token_hex(32) for name in PASSWORDS}
    values["AIRFLOW_FERNET_KEY"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise FileExistsError(
            f"{path} exists and was not changed. The stack's volumes use its passwords: to start"
            " over, run `docker compose down --volumes`, remove the file, and write it again"
        ) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in sorted(values.items()))


def main() -> None:
    """Write `.env` next to the compose file, or say why not."""
    path = REPOSITORY / ".env"
    try:
        write_env(path)
    except FileExistsError as error:
        raise SystemExit(str(error)) from error
    print(f"wrote {path}; the Airflow user is admin, see AIRFLOW_ADMIN_PASSWORD")


if __name__ == "__main__":
    main()
