"""A home is itself: real stores and supervisors, beside other homes and foreign programs."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest
from botocore.exceptions import ClientError

from shortdrama.core import machine as core_machine
from shortdrama.core.settings import S3Settings, settings
from shortdrama.lake.store import ObjectStore
from shortdrama_local.embedded import leftovers, ports
from shortdrama_local.embedded.identity import NotThisHome
from shortdrama_local.embedded.machine import USUAL_PORTS, Machine, record, this_machine
from shortdrama_local.embedded.postgres import POSTGRES
from shortdrama_local.embedded.services import SOURCES
from shortdrama_local.embedded.small import MAIL
from shortdrama_local.embedded.stack import ensure_store, stop_stack
from shortdrama_local.embedded.start import ServiceFailed, bring_up, supervised
from shortdrama_local.embedded.states import services
from shortdrama_local.embedded.store import STORE, settings_of, sockets
from shortdrama_local.embedded.supervisor import Supervisor, SupervisorHangs

REPOSITORY = Path(__file__).parents[4]
WITHOUT_AIRFLOW = (POSTGRES, *SOURCES, MAIL)


def lake(machine: Machine) -> ObjectStore:
    return ObjectStore.of(settings_of(machine))


def start(*chosen: object) -> list[str]:
    """Start services of the home that was entered; what was said."""
    said: list[str] = []
    machine = this_machine()
    bring_up(supervised(machine), machine, chosen, said.append)  # type: ignore[arg-type]
    return said


def pid_of(name: str) -> int:
    supervisor = Supervisor.running(this_machine())
    assert supervisor is not None
    return supervisor.processes()[name].pid


def until(reached: Callable[[], bool], within_seconds: float = 60) -> None:
    deadline = monotonic() + within_seconds
    while not reached():
        assert monotonic() < deadline
        sleep(0.1)


@contextmanager
def commands(homes: list[Path], program: str) -> Iterator[list["subprocess.Popen[str]"]]:
    """The same Python program, at once, once in each home."""
    yield [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env={**os.environ, "SHORTDRAMA_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for home in homes
    ]


@pytest.mark.integration
def test_a_home_whose_ports_another_home_holds_takes_others_and_keeps_them(
    enter, tmp_path: Path
) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    enter(a)
    of_a = ensure_store()
    lake(of_a).put("whose", b"a")
    enter(b)
    recorded = this_machine()
    recorded.ports["s3"] = of_a.ports["s3"]
    recorded.save()
    said = start(STORE)
    assert said == [
        f"port {of_a.ports['s3']} of S3 (SeaweedFS) is used by the home {a};"
        f" it takes {this_machine().ports['s3']} instead, from now on"
    ]
    of_b = ensure_store()
    assert of_b.ports["s3"] != of_a.ports["s3"]
    lake(of_b).put("whose", b"b")
    assert settings().s3.endpoint_url == of_b.s3_url
    assert lake(of_a).get("whose") == b"a"
    assert sorted(lake(of_a).list("")) == sorted(lake(of_b).list("")) == ["lake.json", "whose"]


def test_nothing_is_asked_of_another_homes_store(enter, tmp_path: Path) -> None:
    enter(tmp_path / "a")
    of_a = ensure_store()
    enter(tmp_path / "b")
    recorded = this_machine()
    recorded.ports["s3"] = of_a.ports["s3"]
    recorded.save()
    stranger = r"weed .* answers there, which is not of this home.*make up"
    with pytest.raises(NotThisHome, match=stranger):
        core_machine.prove(recorded.s3_url)
    core_machine.prove("http://127.0.0.1:1")  # no address of this home
    core_machine.prove("https://s3.example.com")


@pytest.mark.integration
def test_a_copy_of_a_running_home_is_another_home(enter, tmp_path: Path) -> None:
    """It has the same id and the same keys, which the original's store accepts."""
    enter(tmp_path / "a")
    of_a = ensure_store()
    lake(of_a).put("whose", b"a")
    ignore = shutil.ignore_patterns("*.sock")
    shutil.copytree(tmp_path / "a", tmp_path / "b", ignore=ignore)
    enter(tmp_path / "b")
    with pytest.raises(NotThisHome):
        core_machine.prove(this_machine().s3_url)
    of_b = ensure_store()
    assert of_b.ports["s3"] != of_a.ports["s3"]
    lake(of_b).put("whose", b"b")
    stop_stack()
    assert lake(of_a).get("whose") == b"a"


@pytest.mark.integration
def test_new_homes_that_start_at_once_do_not_race(enter, tmp_path: Path) -> None:
    homes = [tmp_path / name for name in ("a", "b")]
    program = (
        "from shortdrama_local.embedded.stack import ensure_store\n"
        "from shortdrama_local.embedded.store import settings_of\n"
        "from shortdrama.lake.store import ObjectStore\n"
        "machine = ensure_store()\n"
        "ObjectStore.of(settings_of(machine)).put(machine.home_id, b'')\n"
    )
    for home in homes:
        enter(home)
    with commands([*homes, *homes], program) as running:
        for command in running:
            output, _ = command.communicate(timeout=120)
            assert command.returncode == 0, output
    machines = []
    for home in homes:
        enter(home)
        machines.append(this_machine())
        found = sorted(lake(machines[-1]).list(""))
        assert found == sorted(["lake.json", machines[-1].home_id])
    assert not set(machines[0].ports.values()) & {machines[1].ports[name] for name in STORE.ports}


@pytest.mark.integration
def test_foreign_programs_on_the_usual_ports_are_named_and_avoided(home: Path, taken: dict) -> None:
    said = start(*SOURCES, MAIL)
    assert [line.split()[1] for line in said] == [
        str(USUAL_PORTS[name]) for name in ("s3", "simulator", "mail")
    ]
    assert all("is used by" in line and "it takes" in line for line in said)
    mine = [line for line in said if f"(process {os.getpid()})" in line]
    assert mine or all("the home" in line or "(process" in line for line in said)


def test_a_port_that_is_lost_after_the_look_is_changed_too(
    home: Path, taken: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the look had come a moment before the foreign program."""
    looks = iter([None])
    honest = ports.take
    monkeypatch.setattr(ports, "take", lambda *asked: next(looks, honest(*asked)))
    said = start(MAIL)
    assert len(said) == 1
    assert this_machine().ports["mail"] != USUAL_PORTS["mail"]


@pytest.mark.integration
def test_a_store_killed_before_its_first_clean_stop_keeps_keys_and_objects(home: Path) -> None:
    machine = ensure_store()
    lake(machine).put("kept", b"bytes")
    os.kill(pid_of("s3"), signal.SIGKILL)
    until(lambda: bool(services()) and STORE.healthy(machine) is True)
    assert lake(machine).get("kept") == b"bytes"
    until(lambda: any(state.name == "s3" and state.restarts == 1 for state in services()))
    (state,) = [state for state in services() if state.name == "s3"]
    assert (state.state in ("running", "starting"), state.last_cause) == (True, "ended")


def test_an_analysts_key_reads_and_changes_nothing(home: Path) -> None:
    machine = ensure_store()
    lake(machine).put("whose", b"pipeline")
    key = {
        "access_key_id": machine.reader_access_key_id,
        "secret_access_key": machine.reader_secret_access_key,
    }
    reader = ObjectStore.of(S3Settings(**{**settings_of(machine).model_dump(), **key}))
    assert reader.get("whose") == b"pipeline"
    assert set(reader.list("")) == {"lake.json", "whose"}
    for change in (
        lambda: reader.put("whose", b"analyst"),
        lambda: reader.delete("whose"),
        lambda: reader.copy("lake.json", "copy"),
    ):
        with pytest.raises(ClientError, match=r"AccessDenied|Forbidden"):
            change()
    assert lake(machine).get("whose") == b"pipeline"


@pytest.mark.integration
def test_down_leaves_nothing_behind(home: Path) -> None:
    start(*WITHOUT_AIRFLOW)
    machine = this_machine()
    assert leftovers.leftovers()
    stop_stack()
    assert leftovers.leftovers() == []
    assert sockets(machine) == []
    # Another home may have claimed a port by now.
    claims = [ports._read(port) for port in machine.ports.values()]
    assert not any(claim and claim.home == str(home.resolve()) for claim in claims)
    assert at_work_in(home) == []


def at_work_in(home: Path) -> list[psutil.Process]:
    """The processes that lie in the home; PostgreSQL's own overwrite their environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(home):
                found.append(process)
    return found


@pytest.mark.integration
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_down_ends_everything_also_without_its_supervisor(
    home: Path, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shortdrama_local.embedded.supervisor.HUNG_AFTER", 1.0)
    start(*WITHOUT_AIRFLOW)
    supervisor = Supervisor.running(this_machine())
    assert supervisor is not None
    process = supervisor.process()
    process.send_signal(number)
    if number == signal.SIGKILL:
        leftovers.wait_for([process])
    assert leftovers.leftovers()  # maybe not all: one that writes to its log ends with its reader
    stop_stack()
    assert leftovers.leftovers() == []
    assert at_work_in(home) == []


@pytest.mark.integration
def test_nothing_is_started_beside_a_supervisor_that_hangs(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is anything ended: it may be the machine that is busy."""
    monkeypatch.setattr("shortdrama_local.embedded.supervisor.HUNG_AFTER", 1.0)
    ensure_store()
    supervisor = Supervisor.running(this_machine())
    assert supervisor is not None
    process = supervisor.process()
    before = {one.pid for one in leftovers.leftovers()}
    process.suspend()
    with pytest.raises(SupervisorHangs, match="make down"):
        ensure_store()
    assert {one.pid for one in leftovers.leftovers()} == before
    process.resume()
    ensure_store()


@pytest.mark.integration
def test_up_after_a_killed_supervisor_starts_over_on_the_same_lake(home: Path) -> None:
    machine = ensure_store()
    lake(machine).put("kept", b"bytes")
    supervisor = Supervisor.running(machine)
    assert supervisor is not None
    supervisor.process().kill()
    leftovers.wait_for([supervisor.process()] if Supervisor.running(machine) else [])
    again = ensure_store()
    assert lake(again).get("kept") == b"bytes"
    assert again.ports == machine.ports


@pytest.mark.integration
def test_a_service_whose_configuration_is_broken_is_left_alone_and_that_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shortdrama_local.embedded.supervisor.FAILED_STARTS", 1)
    start(POSTGRES)
    stop_stack()
    configuration = home / "postgres" / "postgresql.conf"
    whole = configuration.read_text()
    configuration.write_text(whole + "no such setting\n")
    with pytest.raises(
        ServiceFailed, match=r"postgres stopped after each start.*(?s:.*)contains errors"
    ):
        start(POSTGRES)
    (state,) = [state for state in services() if state.name == "postgres"]
    assert state.state == "gave up"
    configuration.write_text(whole)
    start(POSTGRES)


def test_a_cluster_that_was_half_made_is_made_again(home: Path) -> None:
    draft = home / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18")
    start(POSTGRES)
    assert POSTGRES.healthy(this_machine())
    assert not draft.exists()


@pytest.mark.integration
def test_a_database_whose_process_id_is_another_programs_now_starts(home: Path) -> None:
    """As after a power failure: PostgreSQL would take the other program for itself."""
    start(POSTGRES)
    leftovers.kill(leftovers.leftovers())
    user = ["setpriv", "--reuid=nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen([*user, "sleep", "600"]) as other:
        lock = home / "postgres" / "postmaster.pid"
        lock.write_text("\n".join([str(other.pid), *lock.read_text().splitlines()[1:], ""]))
        start(POSTGRES)
        other.kill()
    assert POSTGRES.healthy(this_machine())


def test_a_database_with_another_password_is_not_the_homes(home: Path) -> None:
    start(POSTGRES)
    other = this_machine().model_copy(update={"database_password": "another"})
    assert not POSTGRES.healthy(other)


@pytest.mark.integration
@pytest.mark.parametrize(
    "name", ["my home/短剧 数据", "x" * 120], ids=["spaces-and-chinese", "long"]
)
def test_a_home_may_lie_anywhere(enter, tmp_path: Path, name: str) -> None:
    enter(tmp_path / name)
    start(*WITHOUT_AIRFLOW)
    machine = ensure_store()
    lake(machine).put("键", b"1")
    assert lake(machine).get("键") == b"1"
    assert POSTGRES.healthy(machine)


UNPRIVILEGED = """
import os
from shortdrama_local.embedded.stack import ensure_store, stop_stack
from shortdrama_local.embedded.start import bring_up, supervised
from shortdrama_local.embedded.services import SOURCES
from shortdrama_local.embedded.small import MAIL
from shortdrama_local.embedded.postgres import POSTGRES
os.umask(0o077)
assert os.geteuid() != 0
try:
    machine = ensure_store()
    bring_up(supervised(machine), machine, (POSTGRES, *SOURCES, MAIL), print)
    assert POSTGRES.healthy(machine)
finally:
    stop_stack()
print("well")
"""


@pytest.mark.integration
@pytest.mark.skipif(os.geteuid() != 0, reason="every other test is run by an ordinary user")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv to become another user")
def test_an_ordinary_user_whose_files_are_private_can_run_a_home(tmp_path: Path) -> None:
    """Reading is left to it, as the checkout may lie in a folder that is root's alone."""
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    shutil.chown(folder, "nobody")
    rights = "-all,+dac_read_search"
    try:
        ended = subprocess.run(
            [
                "setpriv", "--reuid=nobody", "--clear-groups", f"--inh-caps={rights}",
                "--securebits=+no_setuid_fixup",
                f"--ambient-caps={rights}", f"--bounding-set={rights}",
                sys.executable, "-c", UNPRIVILEGED,
            ],
            env={**os.environ, "SHORTDRAMA_HOME": str(folder / "home"), "HOME": str(folder)},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert ended.stdout.splitlines()[-1] == "well"
        modes = {path.name: path.stat().st_mode & 0o077 for path in (folder / "home").iterdir()}
        assert set(modes.values()) == {0}, modes
    finally:
        shutil.rmtree(folder)


@pytest.mark.integration
def test_down_in_a_home_that_cannot_be_read_ends_what_runs(home: Path) -> None:
    ensure_store()
    record().write_text("{")
    stop_stack()
    assert leftovers.leftovers() == []


def test_nothing_was_started_in_a_folder_that_is_no_home(enter, tmp_path: Path) -> None:
    enter(tmp_path / "none")
    stop_stack()
    assert services() == []
    assert not (tmp_path / "none").exists()
