"""Starts Airflow's API server with the people of `secrets/airflow_users` as its users.

Each line is `name:role:password`; the roles are Airflow's own: viewer, user, op and admin. A name
stands under each decision, so every person has a line. The stack's own users, which start backfills
and look at health, are added. Airflow wants passwords in a file that it can write: that is in
memory, so no disk and no environment has them.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SECRETS = Path("/run/secrets")
ROLES = ("viewer", "user", "op", "admin")
OWN = {"pipeline": "user", "watch": "viewer"}
"""The stack's own users by role; their passwords are in secrets of their own."""


@dataclass(frozen=True)
class User:
    """A user of Airflow."""

    name: str
    role: str
    password: str


class UsersRefused(Exception):
    """A line of the file cannot be used; the message never repeats it: it holds a password."""


def people(text: str) -> Iterator[User]:
    """The users of the file. Raises UsersRefused."""
    seen = set(OWN)
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.partition(":")
        role, _, password = rest.partition(":")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._@+-]*", name):
            raise UsersRefused(f"line {number}: a name has letters, digits and . _ @ + - only")
        if role not in ROLES:
            raise UsersRefused(f"line {number} ({name}): the role is none of {', '.join(ROLES)}")
        if len(password) < 8:
            raise UsersRefused(f"line {number} ({name}): the password has less than 8 characters")
        if name in seen:
            raise UsersRefused(f"line {number}: {name} stands twice, or is a user of the stack")
        seen.add(name)
        yield User(name, role, password)


def own_users() -> Iterator[User]:
    """The stack's own users."""
    for name, role in OWN.items():
        secret = (SECRETS / f"airflow_{name}_password").read_text(encoding="utf-8")
        yield User(name, role, secret.rstrip("\r\n"))


def main() -> None:
    """Write the passwords, and become the API server."""
    try:
        users = [*people((SECRETS / "airflow_users").read_text(encoding="utf-8")), *own_users()]
    except UsersRefused as error:
        sys.exit(f"secrets/airflow_users cannot be used: {error}")
    passwords = Path(os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({user.name: user.password for user in users}))
    os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] = ",".join(
        f"{user.name}:{user.role}" for user in users
    )
    os.execvp("airflow", ["airflow", "api-server"])  # noqa: S606, S607 - the image's own


if __name__ == "__main__":
    main()
