"""Each alert, provoked: the thing itself fails, and the mail that arrives is what is looked at.

The mails are generated into docs/operators.md:
`UPDATE_DOCS=1 pytest tests/unit/alerts/test_provoked.py` writes them.
"""

import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import requests
import time_machine
from aiosmtpd.controller import Controller
from pydantic import SecretStr

from report_lake import NOW as THURSDAY
from report_lake import Lake, published
from shortdrama.alerts import watching
from shortdrama.alerts.send import Alerts
from shortdrama.core.errors import AirflowAway
from shortdrama.core.settings import (
    DBT_PROJECT,
    REPOSITORY,
    AirflowSettings,
    Settings,
)
from shortdrama.core.windows import Window
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.gates.results import Finding, GateResult
from shortdrama.health.airflow import AirflowHealth, airflow_health
from shortdrama.health.loads import accepted_loads
from shortdrama.health.watch import Look
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.pull import pull
from shortdrama.lake import keys
from shortdrama.lake.landing import read_pull
from shortdrama.lake.ledger import Coverage, LoadLedger, LoadRecord
from shortdrama.lake.store import ObjectStore
from shortdrama.orchestration import alerts as callbacks
from shortdrama.orchestration import deliveries
from shortdrama.orchestration.errors import classed
from shortdrama.reports.delivery import prepare
from shortdrama.reports.delivery.round import Round, as_json
from shortdrama.reports.delivery.send import Letter, Postman
from shortdrama.reports.delivery.subscriptions import Addresses
from shortdrama.reports.delivery.suppression import Suppression, suppress
from shortdrama.sources.connector import PullRequest
from shortdrama.warehouse.build import dbt
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.build.touched import Plan
from shortdrama.warehouse.decide.audit import verdict
from shortdrama.warehouse.decide.overrides import build_id
from shortdrama.warehouse.snapshots.pointer import Pointer
from small_report import SmallContent, drawn, written

NOW = datetime(2026, 2, 25, 8, tzinfo=UTC)
WINDOW = Window(start=date(2025, 9, 1), end=date(2025, 9, 2))
ABOUT = f"{ESTIMATES.id} {WINDOW}"
BY_HAND = {"start": "2025-09-01", "end": "2025-09-02"}
OPERATORS = REPOSITORY / "docs" / "operators.md"
SHOWN = re.compile(r"(?<=<!-- alerts: generated -->\n).*?(?=<!-- end -->)", re.DOTALL)
MAILS: dict[str, str] = {}
NAMES = (
    "S3 away", "S3 away, of a window asked by hand", "Credential refused, by S3",
    "Credential refused, by a source", "Quota spent", "Quota spent, of a window asked by hand",
    "Source away", "Disk full", "Load refused", "Accepted load damaged",
    "dbt error", "Marts refused", "Report withheld", "Mail not taken",
    "Mail not taken, and the alert has waited", "Mail not delivered", "Reader gets no more mail",
    "Reader without an address", "Task killed", "Run stopped",
    "Unknown error", "Airflow away", "Airflow's database away", "Scheduler silent",
    "No new snapshot", "Recovered",
)  # fmt: skip


class Task:
    """A task instance, as Airflow hands it to callbacks."""

    log_url = "http://airflow.example/dags/…"
    start_date = NOW

    def __init__(self, dag_id: str, task_id: str, states: dict[str, str] | None = None) -> None:
        self.dag_id, self.task_id, self.run_id = dag_id, task_id, "run"
        self._states = states or {}

    def xcom_push(self, **_: Any) -> None:
        """The mark is left."""

    def xcom_pull(self, **_: Any) -> None:
        """No mark was left."""

    def get_task_states(self, *_: Any, **__: Any) -> dict[str, dict[str, str]]:
        return {"run": self._states}


class Airflow:
    """Runs a step as a task of ours, and calls what Airflow calls when it fails for good."""

    def __init__(self, settings: Settings, inbox: Any, clock: Any) -> None:
        self.settings, self._inbox, self._clock = settings, inbox, clock
        self.hidden: dict[str, str] = {}

    def fails(
        self,
        name: str,
        dag_id: str,
        task_id: str,
        step: Callable[[], Any],
        about: str = "",
        run_type: str = "scheduled",
        params: dict[str, Any] | None = None,
    ) -> str:
        """The step must fail; the mail about it, kept under a name."""
        with pytest.raises(BaseException) as caught, classed():  # noqa: PT011 - any
            step()
        run = SimpleNamespace(run_type=run_type)
        task, given = Task(dag_id, task_id), params or {}
        context: Any = {"ti": task, "dag_run": run, "params": given, "exception": caught.value}
        if about:
            context["about"] = about
        callbacks.task_failed(context)
        return self.mailed(name)

    def succeeds(self, dag_id: str, task_id: str, about: str, minutes: float) -> None:
        """So much later, a task of ours has succeeded, and the lake is there."""
        self._clock.shift(timedelta(minutes=minutes))
        task, run = Task(dag_id, task_id), SimpleNamespace(run_type="scheduled")
        task.start_date = datetime.now(UTC)
        with pytest.MonkeyPatch.context() as patch:
            use(self.settings, patch)
            context: Any = {"ti": task, "dag_run": run, "params": {}, "about": about}
            callbacks.task_succeeded(context)

    def mailed(self, name: str, number: int = 1) -> str:
        """The newest mail, of so many, with what differs from run to run taken out."""
        assert len(self._inbox.messages) == number, [m["Subject"] for m in self._inbox.messages]
        newest = self._inbox.messages[-1]
        subject = str(newest["Subject"])
        text = f"Subject: {subject}\n\n{newest.get_content().strip()}".replace("\r\n", "\n")
        MAILS[name] = self._steady(text)
        return MAILS[name]

    def _steady(self, text: str) -> str:
        text = text.replace(self.settings.s3.bucket, "shortdrama")
        for found, shown in self.hidden.items():
            text = text.replace(found, shown)
        # Which rows are shown differs from run to run.
        row = r"product_id \d+, country_code \w\w, estimated_on [\d-]+: downloads -\d+"
        text = re.sub(row, "product_id …, country_code …, estimated_on …: downloads -…", text)
        return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9000", text)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def settings(
    settings: Settings, mail: Any, alert_home: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """The whole pipeline, by a calendar that runs; one engineer."""
    monkeypatch.setattr(socket, "gethostname", lambda: "pipeline-1")
    monkeypatch.setattr("shortdrama.sources.http.polite_wait", lambda _: 0.0)
    known = settings.model_copy(
        update={
            "frozen_clock": None,
            "mail": mail.model_copy(update={"engineers": ("a@example.org",)}),
        }
    )
    use(known, monkeypatch)
    return known


def use(settings: Settings, patch: pytest.MonkeyPatch) -> None:
    """What tasks find as the settings."""
    patch.setattr("shortdrama.core.settings.settings", lambda: settings)


@pytest.fixture
def airflow(settings: Settings, inbox: Any, clock: Any) -> Airflow:
    return Airflow(settings, inbox, clock)


def changed(settings: Settings, part: str, **update: Any) -> Settings:
    return settings.model_copy(update={part: getattr(settings, part).model_copy(update=update)})


def estimates(settings: Settings, store: ObjectStore) -> Callable[[], Any]:
    """A pull of two days of estimates."""
    request = PullRequest(dataset=ESTIMATES.id, run_key="run", window=WINDOW)
    return lambda: pull(request, settings, store)


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_store_is_away(
    airflow: Airflow, closed_port: int, monkeypatch: pytest.MonkeyPatch, by_hand: bool
) -> None:
    """Its port is closed, so the pull has nowhere to land, and the claim nowhere to lie."""
    away = changed(airflow.settings, "s3", endpoint_url=f"http://127.0.0.1:{closed_port}")
    use(away, monkeypatch)
    store = ObjectStore.of(away.s3, quick=True)
    text = airflow.fails(
        "S3 away, of a window asked by hand" if by_hand else "S3 away",
        "ingest_appfigures",
        "load.conform",
        lambda: read_pull(store, "landing/appfigures/estimates/2025/09/02/x/y.pull.json"),
        about=ABOUT,
        run_type="manual" if by_hand else "scheduled",
        params=BY_HAND if by_hand else {},
    )
    assert text.startswith("Subject: S3 away: ingest_appfigures, conform\n")
    assert ("Tomorrow's run pulls this window again" in text) is not by_hand
    assert ("no later run repeats it" in text) is by_hand
    if by_hand:
        airflow.succeeds("ingest_appfigures", "load.gate", ABOUT, minutes=34)
        text = airflow.mailed("Recovered", 2)
        assert text.startswith("Subject: Recovered after 34 min: S3 away: ingest_appfigures, conf")
        assert f"Still to do: {ABOUT} was started by hand" in text


def test_the_store_takes_our_key_no_more(
    airflow: Airflow, source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = (
        "<Error><Code>SignatureDoesNotMatch</Code><Message>The signature does not match</Message>"
        "</Error>"
    )
    source.says(status=403, body=refusal)
    locked = changed(airflow.settings, "s3", endpoint_url=source.url.rstrip("/"))
    use(locked, monkeypatch)
    text = airflow.fails(
        "Credential refused, by S3",
        "market_marts",
        "build",
        lambda: read_inputs(ObjectStore.of(locked.s3, quick=True)),
    )
    assert text.startswith("Subject: Credential refused: market_marts, build\n")
    assert "SHORTDRAMA_S3__SECRET_ACCESS_KEY" in text


def test_a_source_takes_our_token_no_more(
    airflow: Airflow, source: Any, store: ObjectStore
) -> None:
    source.says(status=401, body={"message": "no such token"})
    refusing = changed(airflow.settings, "appfigures", base_url=source.url)
    text = airflow.fails(
        "Credential refused, by a source",
        "ingest_appfigures",
        "load.pull",
        estimates(refusing, store),
        about=ABOUT,
    )
    assert text.startswith(f"Subject: Credential refused: {ABOUT}\n")
    assert "SHORTDRAMA_APPFIGURES__TOKEN" in text


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_quota_is_spent(
    airflow: Airflow, source: Any, store: ObjectStore, by_hand: bool
) -> None:
    source.says(status=420, body={"message": "you have used 1000 of 1000 requests"})
    spent = changed(airflow.settings, "appfigures", base_url=source.url)
    text = airflow.fails(
        "Quota spent, of a window asked by hand" if by_hand else "Quota spent",
        "ingest_appfigures",
        "load.pull",
        estimates(spent, store),
        about=ABOUT,
        run_type="manual" if by_hand else "scheduled",
        params=BY_HAND if by_hand else {},
    )
    assert text.startswith(f"Subject: Quota spent: {ABOUT}\n")
    assert ("Tomorrow's run pulls this window again" in text) is not by_hand


def test_a_source_is_away(airflow: Airflow, closed_port: int, store: ObjectStore) -> None:
    away = changed(airflow.settings, "appfigures", base_url=f"http://127.0.0.1:{closed_port}/v2/")
    text = airflow.fails(
        "Source away", "ingest_appfigures", "load.pull", estimates(away, store), about=ABOUT
    )
    assert text.startswith(f"Subject: Source away: {ABOUT}\n")


def test_the_disk_is_full(airflow: Airflow, monkeypatch: pytest.MonkeyPatch) -> None:
    """The device is full, and so is the home in which alerts are kept."""

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    def build() -> None:
        with duckdb.connect() as connection:
            connection.execute(
                "copy (select range from range(1000000)) to '/dev/full' (format parquet)"
            )

    monkeypatch.setattr(Path, "write_text", full)
    text = airflow.fails("Disk full", "market_marts", "build", build)
    assert text.startswith("Subject: Disk full: market_marts, build\n")
    assert "No space left on device" in text


def test_a_load_is_refused(airflow: Airflow, store: ObjectStore, simulator: Any) -> None:
    """The source gives negative downloads, and the gate sees them."""
    faults = f"{simulator.url}/simulator/faults"
    key = estimates_with(faults, "negative_downloads", airflow.settings, store)
    text = airflow.fails(
        "Load refused",
        "ingest_appfigures",
        "load.gate",
        lambda: admit(read_pull(store, key), airflow.settings, store),
        about=ABOUT,
    )
    assert text.startswith(f"Subject: Load refused: {ABOUT}: downloads: ")
    assert "shortdrama gate accept" in text


def estimates_with(url: str, fault: str, settings: Settings, store: ObjectStore) -> str:
    """Pull and conform under a fault of the source; the pull's key."""
    plan = {"/v2/reports/estimates": fault}
    requests.put(url, json=plan, timeout=5).raise_for_status()
    with ExitStack() as after:
        after.callback(lambda: requests.delete(url, timeout=5))
        key: str = estimates(settings, store)()
    conform_or_quarantine(read_pull(store, key), settings, store)
    return key


def test_dbt_finds_an_error(
    airflow: Airflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model names a column that is not there."""
    project = tmp_path / "dbt_project"
    (project / "models").mkdir(parents=True)
    for name in ("dbt_project.yml", "profiles.yml", "models/groups.yml"):
        shutil.copy(DBT_PROJECT / name, project / name)
    (project / "models" / "dim_app.sql").write_text("select revenue from (select 1 as app_id)")
    monkeypatch.setattr(dbt, "DBT_PROJECT", project)
    airflow.settings.warehouse_path.parent.mkdir(parents=True)
    plan = Plan(everything_because="it is a test")
    text = airflow.fails(
        "dbt error",
        "market_marts",
        "build",
        lambda: dbt.run_dbt(airflow.settings, plan, print, target="local"),
    )
    assert text.startswith("Subject: dbt error: model dim_app (models/dim_app.sql)")
    assert 'column "revenue" not found' in text


OFF = Finding(
    suite="marts/rpt_vendor_reconciliation",
    expectation="expect_column_values_to_be_in_set",
    column="status",
    severity="critical",
    unexpected=1,
    checked=66,
    expected="one of match, bound_holds",
    samples=({"fact_id": "om-2025", "status": "off"},),
    reason="The sample is calibrated to these figures.",
)


ACCEPTED = LoadRecord(
    load_id="20260225T080000Z-444ba5ada874",
    pull_id="444ba5ada874",
    dataset=ESTIMATES.id,
    status="accepted",
    key="raw/x.parquet",
    sha256="",
    rows=1,
    coverage=Coverage(window=WINDOW),
    said_at=NOW,
    decided_at=NOW,
    is_sample=True,
)


def test_an_accepted_load_is_damaged(airflow: Airflow, store: ObjectStore) -> None:
    """Its object was deleted after the gate had accepted it."""
    LoadLedger(store, ESTIMATES.id).append(ACCEPTED)
    text = airflow.fails(
        "Accepted load damaged",
        "housekeeping",
        "check_loads",
        lambda: accepted_loads(store).refuse_damaged(),
    )
    assert text.startswith(
        "Subject: Accepted load damaged: appfigures.estimates 2025-09-01..2025-09-02,"
        " load 20260225T080000Z-444ba5ada874\n"
    )
    assert "load 20260225T080000Z-444ba5ada874: raw/x.parquet" in text
    airflow.succeeds("market_marts", "build", "", minutes=5)  # it may read none of the loads
    airflow.succeeds("housekeeping", "check_loads", "", minutes=5)
    assert airflow.mailed("-", 2).startswith("Subject: Recovered after 10 min: Accepted load damag")


def test_the_marts_are_refused(airflow: Airflow, store: ObjectStore) -> None:
    LoadLedger(store, ESTIMATES.id).append(ACCEPTED)
    inputs = read_inputs(store)
    gate = GateResult(
        subject="marts",
        suites=(OFF.suite,),
        rows=66,
        findings=(OFF,),
        what_to_do="look",
        judged="these results",
    )
    store.put(keys.mart_gate(inputs.fingerprint), gate.model_dump_json().encode())
    airflow.hidden[build_id(inputs.fingerprint)] = "0a1b2c3d4e5f"
    text = airflow.fails(
        "Marts refused", "market_marts", "gate", lambda: verdict(inputs, "these results", store)
    )
    assert text.startswith("Subject: Marts refused: build ")
    assert "status: 1 of 66 rows are not one of match, bound_holds" in text
    assert "Later builds that are refused for the same findings send no mail" in text


@pytest.fixture
def rounds(lake_of_reports: Lake, airflow: Airflow, tmp_path: Path) -> Callable[..., Round]:
    """Rounds of deliveries on small reports in memory, so many hours after 08:10 of a Thursday."""
    path = tmp_path / "who.yaml"
    path.write_text(
        "version: 1\nsubscriptions:\n  - {report: weekly_brief, locale: en, time_zone: UTC,"
        " recipients: [ada], since: 2025-10-01}\n"
    )

    def made(hours: float = 0) -> Round:
        mail = airflow.settings.mail.model_copy(
            update={"addresses": {"ada": "refused@example.org"}}
        )
        settings = airflow.settings.model_copy(
            update={
                "mail": mail, "subscriptions": path,
                "frozen_clock": THURSDAY + timedelta(hours=hours),
            }
        )  # fmt: skip
        return Round(settings, lake_of_reports.store, lake_of_reports.press, mail)  # type: ignore[arg-type]

    return made


@pytest.fixture
def lake_of_reports(monkeypatch: pytest.MonkeyPatch) -> Lake:
    lake = Lake()
    monkeypatch.setattr(prepare, "read_published", lambda _store: lake.published)
    monkeypatch.setattr(prepare, "connect", lambda *_: duckdb.connect())
    monkeypatch.setattr(deliveries, "ObjectStore", SimpleNamespace(of=lambda *_: lake.store))
    return lake


def tell(airflow: Airflow, current: Round, states: Any) -> None:
    deliveries.tell(current, as_json(states), airflow.settings, print)


def test_a_report_is_withheld(
    airflow: Airflow, lake_of_reports: Lake, rounds: Callable[..., Round]
) -> None:
    lake_of_reports.published = published(refused_since=("appfigures.estimates: share is 120 %",))
    tell(airflow, rounds(23), rounds(23).prepare())
    tell(airflow, rounds(24), rounds(24).prepare())
    tell(airflow, rounds(25), rounds(25).prepare())
    text = airflow.mailed("Report withheld")
    assert text.startswith("Subject: Report withheld: weekly_brief/2025-W39\n")
    lake_of_reports.published = published()
    tell(airflow, rounds(26), rounds(26).prepare())
    assert airflow.mailed("-", 2).startswith("Subject: Recovered after 0 min: Report withheld")


def test_a_reader_is_refused(
    airflow: Airflow, lake_of_reports: Lake, rounds: Callable[..., Round]
) -> None:
    rounds().send(rounds().prepare())
    tell(airflow, rounds(), {})
    text = airflow.mailed("Mail not delivered")
    assert "- ada, edition: refused (127.0.0.1:9000 refused the mail: 554" in text
    assert "@example.org" not in text
    tell(airflow, rounds(1), {})
    assert airflow.mailed("Mail not delivered") == text


def test_a_reader_gets_no_more_mail(
    airflow: Airflow, lake_of_reports: Lake, rounds: Callable[..., Round]
) -> None:
    left = Suppression(recipient="ada", reason="unsubscribed", at=NOW)
    suppress(lake_of_reports.store, [left])
    tell(airflow, rounds(), {})
    tell(airflow, rounds(), {})
    assert "- ada: unsubscribed" in airflow.mailed("Reader gets no more mail")


def test_a_reader_has_no_address(
    airflow: Airflow, rounds: Callable[..., Round], lake_of_reports: Lake
) -> None:
    current = rounds()
    current.subscriptions.addresses.clear()
    tell(airflow, current, {})
    assert "- ada\n" in airflow.mailed("Reader without an address")
    assert lake_of_reports.composed == 0


def post(settings: Settings, store: ObjectStore) -> Callable[[], Any]:
    """Send an edition to one reader."""
    rendered = drawn(written(SmallContent(period="2025-W39", revenue={}), "en"))
    letter = Letter("weekly_brief/2025-W39", "edition", "ada", "en", rendered)
    addresses = Addresses({"ada": "ada@example.org"})
    return lambda: Postman(store, settings.mail, addresses, settings.clock).send([letter])


def test_the_mail_server_is_away(airflow: Airflow, store: ObjectStore, closed_port: int) -> None:
    """The engineers' server is another one here."""
    sending = changed(airflow.settings, "mail", port=closed_port)
    text = airflow.fails("Mail not taken", "market_reports", "send", post(sending, store))
    assert text.startswith("Subject: Mail not taken: market_reports, send\n")
    assert "SHORTDRAMA_MAIL__HOST" in text


class Refusing:
    """A mail server that takes nothing: it answers, or closes the connection."""

    def __init__(self, answer: str | None) -> None:
        self._answer = answer

    async def handle_MAIL(self, server: Any, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self._answer is None:
            server.transport.close()
            return "421 closing"
        return self._answer


@pytest.mark.parametrize("answer", ["451 try again later", "554 no, and never", "nobody is there"])
def test_the_mail_server_takes_nothing_and_the_alert_waits(
    airflow: Airflow,
    store: ObjectStore,
    inbox: Any,
    clock: Any,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
) -> None:
    there = airflow.settings
    refusing = Controller(Refusing(answer), hostname="127.0.0.1", port=closed_port)
    use(changed(there, "mail", port=closed_port), monkeypatch)
    with ExitStack() as after:
        if answer[0].isdigit():
            refusing.start()
            after.callback(refusing.stop)
        away = changed(there, "mail", port=closed_port)
        with pytest.raises(AssertionError, match=r"^\[\]"):
            airflow.fails("-", "market_reports", "send", post(away, store))
    clock.shift(timedelta(minutes=34))
    said: list[str] = []
    Alerts(there, said.append).flush()
    text = airflow.mailed("Mail not taken, and the alert has waited")
    assert text.startswith("Subject: Mail not taken: ")
    assert "This mail has waited 34 min for the mail server." in text
    assert len(inbox.messages) == 1


def test_a_mail_server_that_hangs_up_while_it_takes_the_alert(
    airflow: Airflow, inbox: Any, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail may have left, so it is not sent again."""
    server = Controller(Refusing(None), hostname="127.0.0.1", port=closed_port)
    server.start()
    use(changed(airflow.settings, "mail", port=closed_port), monkeypatch)
    try:
        with pytest.raises(AssertionError, match=r"^\[\]"):
            airflow.fails("-", "market_marts", "build", lambda: {}["x"])
    finally:
        server.stop()
    Alerts(airflow.settings, print).flush()
    assert len(inbox.messages) <= 1


def test_a_task_is_killed(airflow: Airflow) -> None:
    """Airflow's DAG processor calls this when the run has failed."""
    task = Task("market_marts", "build", {"build": "failed", "gate": "upstream_failed"})
    run = SimpleNamespace(run_type="scheduled")
    context: Any = {"ti": task, "dag_run": run, "params": {}, "reason": "task_failure"}
    callbacks.run_failed(context)
    text = airflow.mailed("Task killed")
    assert text.startswith("Subject: Task killed: market_marts, build\n")
    assert "out of memory" in text


def test_a_run_is_stopped(airflow: Airflow) -> None:
    run = SimpleNamespace(run_type="scheduled")
    context: Any = {
        "ti": Task("market_marts", "build"), "dag_run": run, "params": {}, "reason": "timed_out",
    }  # fmt: skip
    callbacks.run_failed(context)
    assert airflow.mailed("Run stopped").startswith("Subject: Run stopped: market_marts\n")


def test_something_is_wrong_for_which_there_are_no_words(airflow: Airflow) -> None:
    text = airflow.fails("Unknown error", "market_marts", "publish", lambda: {}["fct_sales"])
    assert text.startswith("Subject: Unknown error: KeyError in market_marts, publish")


class Watch:
    """`shortdrama watch`, looking each minute at an Airflow of the test's making."""

    def __init__(self, airflow: Airflow, clock: Any, patch: pytest.MonkeyPatch) -> None:
        self._settings, self._clock = airflow.settings, clock
        self.airflow: Callable[[], Any] = lambda: AirflowHealth(
            True, datetime.now(UTC), datetime.now(UTC)
        )
        self.pointer = Pointer(snapshot_id="20260225T070000Z-c2865e96")
        patch.setattr(watching, "look", lambda _: self._look())

    def _look(self) -> Look:
        now = datetime.now(UTC)
        try:
            seen = self.airflow()
        except AirflowAway as error:
            seen = error
        return Look(now, now, self.pointer, seen)

    def looks(self, minutes: int) -> None:
        for _ in range(minutes):
            self._clock.shift(timedelta(minutes=1))
            watching.watch_once(self._settings, print)


@pytest.fixture
def watch(airflow: Airflow, clock: Any, monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(airflow, clock, monkeypatch)


def test_airflow_is_away(airflow: Airflow, watch: Watch, closed_port: int) -> None:
    watch.airflow = lambda: airflow_health(
        AirflowSettings(base_url=f"http://127.0.0.1:{closed_port}")
    )
    watch.looks(12)
    assert airflow.mailed("Airflow away").startswith("Subject: Airflow away: its API server")


def test_airflows_database_is_away(airflow: Airflow, watch: Watch, source: Any) -> None:
    """As Airflow 3.3 answers when PostgreSQL is stopped."""
    none = {"status": "unhealthy"}
    source.says(
        body={
            "metadatabase": none,
            "scheduler": none | {"latest_scheduler_heartbeat": None},
            "triggerer": none | {"latest_triggerer_heartbeat": None},
            "dag_processor": none | {"latest_dag_processor_heartbeat": None},
        }
    )
    watch.airflow = lambda: airflow_health(AirflowSettings(base_url=source.url))
    watch.looks(5)
    text = airflow.mailed("Airflow's database away")
    assert text.startswith("Subject: Airflow's database away: no task can run")


def test_the_scheduler_is_silent(airflow: Airflow, watch: Watch) -> None:
    watch.airflow = lambda: AirflowHealth(True, NOW, datetime.now(UTC))
    watch.looks(14)
    assert airflow.mailed("Scheduler silent").startswith("Subject: Scheduler silent: the scheduler")


def test_nothing_new_is_published_and_then_it_is(airflow: Airflow, watch: Watch) -> None:
    fresh, watch.pointer = watch.pointer, Pointer(snapshot_id="20260224T050000Z-c2865e96")
    watch.looks(5)
    assert airflow.mailed("No new snapshot").startswith("Subject: No new snapshot: nothing was")
    watch.pointer = fresh
    watch.looks(30)
    assert airflow.mailed("-", 2).startswith("Subject: Recovered after 5 min: No new snapshot")


def test_the_mails_in_the_manual_are_those_that_arrive() -> None:
    if MAILS.keys() - {"-"} != set(NAMES):
        pytest.skip("only some of the alerts were provoked")
    text = "\n" + "".join(f"**{name}**\n\n```text\n{MAILS[name]}\n```\n\n" for name in NAMES)
    manual = OPERATORS.read_text()
    if os.environ.get("UPDATE_DOCS"):
        OPERATORS.write_text(SHOWN.sub(lambda _: text, manual, count=1))
        manual = OPERATORS.read_text()
    assert SHOWN.findall(manual) == [text], "write them again with UPDATE_DOCS=1"


def test_a_mail_fits_a_phone() -> None:
    for name, text in MAILS.items():
        subject = text.splitlines()[0].removeprefix("Subject: ")
        assert len(subject) <= 140, name
        assert len(text) < 3000, name
        assert SecretStr("pat_planted_to_be_found").get_secret_value() not in text, name
