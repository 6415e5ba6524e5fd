"""One stack for all end-to-end tests: the demo's two days, under the real scheduler."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from shortdrama.core.settings import settings
from shortdrama.datasets import DATASETS
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import current_snapshot_id, read_manifest
from shortdrama.warehouse.snapshots.read import connect
from shortdrama_local.embedded.airflow_api import AirflowApi, Run
from shortdrama_local.embedded.demo import START, walk
from shortdrama_local.embedded.machine import Machine
from shortdrama_local.embedded.stack import ensure_store, start_stack, stop_stack
from shortdrama_local.embedded.store import STORE
from shortdrama_local.embedded.supervisor import Supervisor

LINEAGE = ("load_id",)


@dataclass(frozen=True)
class Stack:
    """A running stack that stands at the end of the demo; `runs` are those that ended well."""

    machine: Machine
    airflow: AirflowApi
    store: ObjectStore
    runs: list[Run]

    def ledgers(self) -> dict[str, list[LoadRecord]]:
        """Every ledger, whole."""
        return {
            name: LoadLedger(self.store, dataset.id).records() for name, dataset in DATASETS.items()
        }

    def mails(self) -> list[str]:
        """The names of the mails to the stakeholders."""
        readers = set(settings().mail.addresses.values())
        return [name for name, mail in self._all_mail() if mail["To"] in readers]

    def alerts(self) -> list[EmailMessage]:
        """The mails to the engineers, oldest first."""
        engineers = ", ".join(settings().mail.engineers)
        return [mail for _, mail in self._all_mail() if mail["To"] == engineers]

    def _all_mail(self) -> list[tuple[str, EmailMessage]]:
        found = []
        for path in sorted((self.machine.maildir / "new").iterdir()):
            mail = message_from_bytes(path.read_bytes(), policy=default)
            assert isinstance(mail, EmailMessage)
            found.append((path.name, mail))
        return found

    def next_alert(self, beginning: str, after: int, within_seconds: float = 120) -> EmailMessage:
        """Wait for an alert whose subject begins so, after so many alerts there were."""
        deadline = monotonic() + within_seconds
        while True:
            found = [m for m in self.alerts()[after:] if str(m["Subject"]).startswith(beginning)]
            if found:
                return found[0]
            assert monotonic() < deadline, [str(m["Subject"]) for m in self.alerts()[after:]]
            sleep(1)

    @contextmanager
    def without_store(self) -> Iterator[None]:
        """Nobody answers for the lake meanwhile."""
        supervisor = Supervisor.running(self.machine)
        assert supervisor is not None
        supervisor.stop_service(STORE.name)
        try:
            yield
        finally:
            ensure_store()

    def publish(self) -> str:
        """Run market_marts by hand; the snapshot that is current then."""
        self.airflow.expect_success(self.airflow.trigger("market_marts"), print)
        snapshot_id = current_snapshot_id(self.store)
        assert snapshot_id is not None
        return snapshot_id

    def next_snapshot(self, before: str | None, within_seconds: float = 300) -> str:
        """Wait until something else is published, by nobody's hand."""
        deadline = monotonic() + within_seconds
        while (now := current_snapshot_id(self.store)) == before:
            assert monotonic() < deadline, "nothing was published"
            sleep(1)
        assert now is not None
        return now

    def differing_rows(self, before: str, after: str) -> dict[str, int]:
        """Of the marts that differ, how many rows only one of two snapshots has.

        Lineage aside, and what the pipeline says about itself (`ops_`).
        """
        with connect(settings(), before) as connection:
            manifest = read_manifest(self.store, before)
            other = self.store.uri(keys.snapshot(after, "marts.duckdb"))
            connection.execute(f"attach '{other}' as other (read_only)")
            counted = {
                mart: _differing(connection, mart)
                for mart in manifest.marts
                if not mart.startswith("ops_")
            }
        return {mart: rows for mart, rows in counted.items() if rows}


def _differing(connection: Any, mart: str) -> int:
    columns = [name for (name, *_) in connection.execute(f"describe {mart}").fetchall()]
    compared = ", ".join(name for name in columns if name not in LINEAGE)
    here, there = f"select {compared} from marts.{mart}", f"select {compared} from other.{mart}"
    count = connection.execute(
        f"select count(*) from (({here} except all {there}) union all ({there} except all {here}))"
    ).fetchone()
    return int(count[0])


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    patch = pytest.MonkeyPatch()
    home: Path = tmp_path_factory.mktemp("home")
    patch.setenv("SHORTDRAMA_HOME", str(home))
    settings.cache_clear()
    try:
        machine = start_stack(START, print)
        settings.cache_clear()
        airflow = AirflowApi(machine)
        runs = walk(airflow, print)
        yield Stack(machine, airflow, ObjectStore.of(settings().s3), runs)
    finally:
        stop_stack()
        patch.undo()
        settings.cache_clear()
