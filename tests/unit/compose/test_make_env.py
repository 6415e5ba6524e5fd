"""`make env`: what the stack needs, made once, by nothing but a shell."""

import base64
import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from compose_stack import ASKED, COMPOSE_TEXT, STACK, env_of, make_env
from shortdrama.core.settings import REPOSITORY

OLD = """AIRFLOW_ADMIN_PASSWORD={}
AIRFLOW_API_SECRET_KEY=old-api
AIRFLOW_DB_PASSWORD=old-database
AIRFLOW_FERNET_KEY=c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlLi4=
AIRFLOW_JWT_SECRET=old-jwt
MAIL_SIGNING_KEY=old-mail
S3_ACCESS_KEY_ID=old-key
S3_SECRET_ACCESS_KEY=old-secret
SIMULATOR_TOKEN=old-token"""
"""As 0.7.0 made it, but for a last line that somebody saved without its end."""


def secrets(clone: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (clone / "secrets").iterdir()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clone = tmp_path_factory.mktemp("clone of a name with blanks")
    ran = make_env(clone)
    assert (ran.returncode, ran.stderr) == (0, "")
    return clone


def test_it_makes_exactly_what_the_compose_file_demands(made: Path) -> None:
    # The key of analysts is for people.
    demanded = {Path(secret["file"]).name for secret in STACK["secrets"].values()}
    assert secrets(made).keys() == demanded | {"s3_analysts"}
    assert env_of(made / ".env").keys() == {*ASKED.findall(COMPOSE_TEXT), "COMPOSE_PROFILES"}


def test_every_password_is_random_and_its_own(made: Path, tmp_path: Path) -> None:
    make_env(tmp_path)
    shared = {"appfigures_token", "tiktok_token", "mail_addresses", "mail_password", "s3.json"}
    values = [
        value
        for found in (secrets(made), secrets(tmp_path))
        for name, value in found.items()
        if name not in shared
    ]
    assert len(values) == len(set(values))
    assert min(map(len, values)) >= 44
    key = secrets(made)["airflow_fernet_key"]
    assert len(base64.urlsafe_b64decode(key)) == 32


def test_other_users_of_the_host_stay_out_and_containers_can_read(made: Path) -> None:
    assert stat.S_IMODE((made / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in (made / "secrets").iterdir()} == {0o644}


def test_running_it_again_changes_nothing(made: Path) -> None:
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    ran = make_env(made)
    assert "nothing to make" in ran.stdout
    assert "nothing to add" in ran.stdout
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


def test_passwords_of_an_older_env_are_kept_for_its_volumes(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(OLD.format("'old $ad:min \"quoted\"'"))
    ran = make_env(tmp_path)
    assert ran.returncode == 0, ran.stderr
    found = secrets(tmp_path)
    assert found["postgres_password"] == "old-database"
    assert found["airflow_users"] == 'admin:admin:old $ad:min "quoted"\n'
    assert found["airflow_fernet_key"] == "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlLi4="
    assert found["tiktok_token"] == found["simulator_token"] == "old-token"
    assert "old-secret" not in found["s3.json"]
    lines = (tmp_path / ".env").read_text().splitlines()
    assert lines[: len(OLD.splitlines())][-1] == "SIMULATOR_TOKEN=old-token"
    assert "LAKE_KIND=sample" in lines
    assert "Remove these" in ran.stdout


@pytest.mark.parametrize("value", ["a$b", '"a$b"', "a\\b", "'it\\'s'"])
def test_an_older_password_that_cannot_be_told_is_asked_for_by_name(
    tmp_path: Path, value: str
) -> None:
    (tmp_path / ".env").write_text(f"AIRFLOW_DB_PASSWORD={value}\n")
    ran = make_env(tmp_path)
    assert ran.returncode == 1
    assert "AIRFLOW_DB_PASSWORD" in ran.stderr
    assert "secrets/postgres_password" in ran.stderr
    assert value not in ran.stderr
    assert not (tmp_path / "secrets" / "postgres_password").exists()
    (tmp_path / "secrets" / "postgres_password").write_text("a$b")
    assert make_env(tmp_path).returncode == 0
    assert secrets(tmp_path)["postgres_password"] == "a$b"


def test_values_that_somebody_has_set_stay(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LAKE_KIND=real\r\n# AIRFLOW_PORT=1\nS3_PORT=18333\n")
    make_env(tmp_path)
    text = (tmp_path / ".env").read_text()
    assert text.count("LAKE_KIND=") == 1
    assert "S3_PORT=18333\n" in text
    assert "\nAIRFLOW_PORT=8080\n" in text


@pytest.mark.parametrize("secret", ['quote"back\\slash', "$HOME `id` & *", "ünïcödé 短剧"])
def test_a_key_of_the_store_may_have_any_characters(tmp_path: Path, secret: str) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "s3_analysts").write_text(secret)
    assert make_env(tmp_path).returncode == 0
    identities = json.loads(secrets(tmp_path)["s3.json"])["identities"]
    (analysts,) = [one for one in identities if one["name"] == "analysts"]
    assert analysts["credentials"] == [
        {"accessKey": "shortdrama-analysts", "secretKey": secret},
    ]


def test_a_key_that_was_changed_later_is_not_silently_ignored(tmp_path: Path) -> None:
    make_env(tmp_path)
    (tmp_path / "secrets" / "s3_ingest").write_text("another")
    ran = make_env(tmp_path)
    assert ran.returncode == 1
    assert "Remove s3.json" in ran.stderr
    (tmp_path / "secrets" / "s3.json").unlink()
    assert make_env(tmp_path).returncode == 0
    assert '"another"' in secrets(tmp_path)["s3.json"]


def with_tools(folder: Path, **instead: str) -> str:
    """A PATH on which some tools are others."""
    folder.mkdir()
    for name, script in instead.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def test_a_file_system_without_modes_is_said(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    (clone / "secrets").mkdir(parents=True)
    (clone / "secrets").chmod(0o755)
    ran = make_env(clone, PATH=with_tools(tmp_path / "bin", chmod="exit 1"))
    assert ran.returncode == 0
    assert "open to other users" in ran.stderr


def test_without_random_bytes_nothing_is_made(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    ran = make_env(clone, PATH=with_tools(tmp_path / "bin", od="exit 1"))
    assert ran.returncode == 1
    assert "no random bytes" in ran.stderr
    assert secrets(clone) == {}


def test_what_was_cut_off_by_a_full_disk_counts_as_missing(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    full = 'case "$*" in *"/postgres_password"*) exit 1 ;; *) exec /bin/mv "$@" ;; esac'
    ran = make_env(clone, PATH=with_tools(tmp_path / "bin", mv=full))
    assert ran.returncode != 0
    assert not (clone / "secrets" / "postgres_password").exists()
    assert make_env(clone).returncode == 0
    assert len(secrets(clone)["postgres_password"]) == 64


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no other shell")
def test_another_shell_makes_the_same(tmp_path: Path) -> None:
    assert make_env(tmp_path, program="bash").returncode == 0
    assert len(secrets(tmp_path)) > 20


def test_make_needs_no_virtual_environment_for_it() -> None:
    planned = subprocess.run(
        ["make", "--dry-run", "env", "PYTHON=/nowhere", "VENV=/nowhere"],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert planned == "sh docker/make_env.sh\n"


def test_git_and_the_image_get_none_of_it() -> None:
    ignored = (REPOSITORY / ".gitignore").read_text().splitlines()
    assert {".env", "secrets/"} <= set(ignored)
    allowed = re.findall(r"^!(.+)$", (REPOSITORY / ".dockerignore").read_text(), re.M)
    assert not {".env", "secrets"} & set(allowed)
