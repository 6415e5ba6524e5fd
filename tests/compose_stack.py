"""The team's stack, read as data, and what `make env` makes of a clone."""

import re
import shutil
import subprocess
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import yaml

from shortdrama.core.settings import REPOSITORY

COMPOSE_TEXT = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
STACK: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
ASKED = re.compile(r"(?<!\$)\$\{(\w+):?\?run make env\}")
"""How the file asks for a setting; Compose then says what to do if it is missing."""


def make_env(clone: Path, program: str = "sh", **env: str) -> subprocess.CompletedProcess[str]:
    """Run it for a clone that has at least the example."""
    if not (clone / ".env.example").exists():
        shutil.copy(REPOSITORY / ".env.example", clone)
    return subprocess.run(
        [program, str(REPOSITORY / "docker" / "make_env.sh"), str(clone)],
        env={"PATH": "/usr/bin:/bin"} | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def env_of(path: Path) -> dict[str, str]:
    """An env file as Compose reads it: values in single quotes are taken as they are."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("=", 1) for line in lines if line and not line.startswith("#")]
    return {name: value[1:-1] if value[:1] == "'" else value for name, value in pairs}


def environment(service: str, env: dict[str, str]) -> dict[str, str]:
    """The environment of a service's container, for such an env file."""
    return {
        variable: ASKED.sub(lambda name: env[name[1]], value).replace("$$", "$")
        for variable, value in SERVICES[service].get("environment", {}).items()
    }


def secrets_of(service: str) -> dict[str, Path]:
    """The secrets of a service: where its container finds each, and its file in the clone."""
    found = {}
    for entry in SERVICES[service].get("secrets", []):
        source = entry if isinstance(entry, str) else entry["source"]
        target = source if isinstance(entry, str) else entry["target"]
        found[str(Path("/run/secrets") / target)] = Path(STACK["secrets"][source]["file"])
    return found


def lay_secrets(service: str, clone: Path, folder: Path) -> None:
    """The files that the container has in /run/secrets, in a folder."""
    folder.mkdir()
    for target, file in secrets_of(service).items():
        if Path(target).parent == Path("/run/secrets"):
            shutil.copy(clone / file, folder / Path(target).name)


def until_apart(pid: int) -> None:
    """Wait until a process that was just started has left this network for its own."""
    begun = monotonic()
    while Path(f"/proc/{pid}/ns/net").readlink() == Path("/proc/self/ns/net").readlink():
        assert monotonic() - begun < 30, "no network of its own"
        sleep(0.01)
