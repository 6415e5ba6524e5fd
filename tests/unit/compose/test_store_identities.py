"""The team's store, started as in its container, in a network of its own: who may do what."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import store_actions
from compose_stack import SERVICES, make_env
from shortdrama.core.settings import REPOSITORY

pytestmark = pytest.mark.integration

INSIDE = """
ip link set lo up
ip address add {other}/32 dev lo
check() {{ sh {folder}/check.sh > /dev/null 2>&1; echo $? >> {folder}/checks; }}
check
sh {store} > {folder}/store.log 2>&1 &
store=$!
{python} {actions} {folder}/clone/secrets
check
printf wrong > {folder}/clone/secrets/s3_health
check
kill -TERM $store
wait $store
echo "ended with $?" >> {folder}/store.log
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    apart = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*apart, "ip", "link"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this user may not make a network namespace")
    folder = tmp_path_factory.mktemp("store")
    clone = folder / "clone"
    clone.mkdir()
    assert make_env(clone).returncode == 0
    (_, check) = SERVICES["seaweedfs"]["healthcheck"]["test"]
    (folder / "check.sh").write_text(
        check.replace("$$", "$")
        .replace("/run/secrets", str(clone / "secrets"))
        .replace("/health.sh", str(REPOSITORY / "docker" / "health.sh"))
    )
    (folder / ".seaweedfs").mkdir()
    shutil.copy(clone / "secrets" / "security.toml", folder / ".seaweedfs")
    (folder / "data").mkdir()
    script = INSIDE.format(
        other=store_actions.OTHER_ADDRESS,
        store=REPOSITORY / "docker" / "seaweedfs.sh",
        python=sys.executable,
        actions=store_actions.__file__,
        folder=folder,
    )
    ran = subprocess.run(
        [*apart, "sh", "-c", script],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "HEALTH_FAILURES": str(folder / "failures"),
            "WEED": str(Path(sys.executable).with_name("weed")),
            "DATA": str(folder / "data"),
            "IDENTITIES": str(clone / "secrets" / "s3.json"),
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    log = (folder / "store.log").read_text()
    assert ran.returncode == 0, f"{ran.stderr}\n{log[-3000:]}"
    answers: dict[str, Any] = json.loads(ran.stdout)
    return answers | {"log": log, "checks": (folder / "checks").read_text().split()}


def test_each_identity_may_do_its_work(found: dict[str, Any]) -> None:
    assert len(found["allowed"]) >= 12
    assert set(found["allowed"].values()) == {"allowed"}, found["allowed"]


def test_whatever_else_they_try_is_refused(found: dict[str, Any]) -> None:
    assert len(found["refused"]) >= 25
    assert [name for name, answer in found["refused"].items() if answer == "allowed"] == []


def test_a_refusal_is_one_of_rights_not_of_a_missing_object_or_a_broken_server(
    found: dict[str, Any],
) -> None:
    meant = {
        "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidRequest",
        "HTTP 401", "UNAUTHENTICATED", "<urlopen error [Errno 111] Connection refused>",
    }  # fmt: skip
    assert {n: a for n, a in found["refused"].items() if a not in meant} == {}


def test_what_was_refused_has_changed_nothing(found: dict[str, Any]) -> None:
    changed = {key for key, body in found["objects"].items() if body == "new"}
    assert changed == {
        "lake.json", "landing/b", "ops/ledger/a.json", "ops/alerts.json", "marts/current.json",
        "reports/weekly/edition.json",
    }  # fmt: skip
    assert set(store_actions.SEED) <= found["objects"].keys()


def test_the_store_stops_in_order(found: dict[str, Any]) -> None:
    assert found["log"].splitlines()[-1] == "ended with 0"


def test_its_health_check_passes_only_while_it_serves_with_the_right_key(
    found: dict[str, Any],
) -> None:
    assert found["checks"] == ["1", "0", "1"]
