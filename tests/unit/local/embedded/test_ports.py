"""Who holds a port, and how homes keep off each other's."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from shortdrama_local.embedded import ports
from shortdrama_local.embedded.machine import HOST

MINE, OTHERS = Path("/homes/mine"), Path("/homes/others")


@pytest.fixture(autouse=True)
def _claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports.tempfile, "gettempdir", lambda: str(tmp_path))


@pytest.fixture
def me() -> psutil.Process:
    return psutil.Process()


@pytest.fixture
def free() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """Another home's supervisor."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_a_free_port_is_taken_and_can_be_taken_again_by_the_same_home(me, free) -> None:
    assert ports.take(free, MINE, me) is None
    assert ports.take(free, MINE, me) is None


def test_a_port_stays_another_homes_while_its_service_is_down_for_a_moment(
    me, free, sleeper
) -> None:
    ports.take(free, OTHERS, psutil.Process(sleeper.pid))
    assert ports.take(free, MINE, me) == f"the home {OTHERS}"


def test_a_claim_ends_with_the_supervisor_that_it_was_made_for(me, free, sleeper) -> None:
    ports.take(free, OTHERS, psutil.Process(sleeper.pid))
    sleeper.kill()
    sleeper.wait()
    assert ports.take(free, MINE, me) is None


def test_a_process_that_later_got_the_same_id_keeps_no_claim(me, free, sleeper) -> None:
    ports.take(free, OTHERS, psutil.Process(sleeper.pid))
    path = ports._path(free)
    claim = ports._Claim.model_validate_json(path.read_text())
    path.write_text(claim.model_copy(update={"created": claim.created - 60}).model_dump_json())
    assert ports.take(free, MINE, me) is None


def test_a_claim_that_was_given_back_is_free_and_others_are_not_given_back(me, free) -> None:
    ports.take(free, MINE, me)
    ports.give_back([free], OTHERS)
    assert ports._read(free) is not None
    ports.give_back([free], MINE)
    assert ports._read(free) is None


def test_a_damaged_claim_is_no_claim(me, free) -> None:
    ports.take(free, OTHERS, me)
    ports._path(free).write_text('{"home": "/homes/oth')
    assert ports.take(free, MINE, me) is None


@pytest.mark.parametrize("address", [HOST, "0.0.0.0"])  # noqa: S104 - a program that does so
def test_a_foreign_program_is_named_with_its_id(me, address: str) -> None:
    program = f"import socket; s = socket.create_server(({address!r}, 0));"
    program += "print(s.getsockname()[1], flush=True); s.accept()"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as foreign:
        assert foreign.stdout is not None
        port = int(foreign.stdout.readline())
        name = psutil.Process(foreign.pid).name()
        assert ports.take(port, MINE, me) == f"{name} (process {foreign.pid})"
        foreign.kill()


def test_of_a_program_that_cannot_be_seen_it_is_said_that_it_is_there(me, monkeypatch) -> None:
    def hidden(_kind: str) -> list[object]:
        raise psutil.AccessDenied

    with socket.create_server((HOST, 0)) as foreign:
        monkeypatch.setattr(psutil, "net_connections", hidden)
        assert ports.take(foreign.getsockname()[1], MINE, me) == "a process of another user"


def test_another_port_is_free_claimed_and_not_one_that_the_home_has(me, free) -> None:
    port = ports.take_any(MINE, me, but=[free])
    assert port != free
    assert not ports.is_held(port)
    assert ports._read(port) is not None


def test_a_process_is_known_by_its_ports() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        assert port in ports.listening(os.getpid())
    assert port not in ports.listening(os.getpid())


def test_a_process_that_has_ended_listens_nowhere(sleeper) -> None:
    sleeper.kill()
    sleeper.wait()
    assert ports.listening(sleeper.pid) == set()


def test_a_socket_that_another_users_store_left_behind_is_in_the_way(me, free, monkeypatch) -> None:
    left = Path(f"/tmp/seaweedfs-master-grpc-{free}.sock")  # noqa: S108 - where SeaweedFS looks
    left.touch()
    try:
        assert ports.take(free, MINE, me) is None, "the user's own is replaced by the server"
        folder = ports.shared_folder()
        monkeypatch.setattr(ports, "shared_folder", lambda: folder)
        monkeypatch.setattr(ports.os, "getuid", lambda: os.geteuid() + 1)
        assert str(left) in (ports.take(free, MINE, me) or "")
    finally:
        left.unlink()
