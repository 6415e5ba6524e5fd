"""The demonstration: the real DAGs under the real scheduler, all on this machine, on two days.

On the first day it loads and publishes two quarters. Four weeks later new hashtags and a new
workbook have arrived, a load is refused, and the vendor has corrected a month: that is loaded and
published too, and mailed.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import requests
from rich.console import Console
from rich.markup import escape

from shortdrama.analysts.answers import answer
from shortdrama.core.settings import Settings, settings
from shortdrama.datasets import DATASETS
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.lake import keys
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import read_manifest
from shortdrama_local.embedded.airflow_api import AirflowApi, Run, RunFailed
from shortdrama_local.embedded.machine import Machine, this_machine
from shortdrama_local.embedded.stack import move_clock, start_stack, stop_stack, unwatched
from shortdrama_local.embedded.states import services
from shortdrama_local.samples.minis_files import write_minis_files
from shortdrama_local.samples.omdia_workbooks import write_workbooks

START = datetime(2026, 1, 28, 8, tzinfo=UTC)
CLOCK = datetime(2026, 2, 25, 8, tzinfo=UTC)
"""The two days. The second comes after Omdia's second edition, so that both are published; and so
soon after the first that the hashtags' days have no gap: each load has the last thirty."""

QUARTERS = (("2025-04-01", "2025-06-30"), ("2025-07-01", "2025-09-30"))
REFUSED = ("2025-09-24", "2025-09-30")
RESTATED = ("2025-09-01", "2025-09-30")
EDITIONS = (
    ("weekly_brief", "2025-W39"),
    ("monthly_report", "2025-09"),
    ("minis_pulse", "2026-02-25"),
)
"""The newest editions that the demo's lake has the data for."""
INGEST_DAGS = tuple(dict.fromkeys(dataset.dag_id for dataset in DATASETS.values()))
DATED_DAGS = {dataset.dag_id for dataset in DATASETS.values() if dataset.has_past}
DAGS = (*INGEST_DAGS, "market_marts", "market_reports")
LATER_DAGS = ("ingest_omdia", "ingest_tiktok")
"""What has news of its own on the second day."""

Say = Callable[[str], None]
Span = tuple[str, str]
"""First and last day, both included."""

QUESTIONS = (
    (
        "How large was the market outside China, by quarter?",
        """select period_label as quarter, active_apps, downloads, revenue_usd as net_revenue_usd,
       round(downloads_growth_pct, 1) as downloads_pct,
       round(revenue_growth_pct, 1) as revenue_pct
from rpt_market_size_quarterly
where geography = 'World ex-China' order by quarter""",
    ),
    (
        "Who led in July 2025?",
        """select revenue_rank, app_name, revenue_usd, round(revenue_share_pct, 1) as share_pct
from rpt_app_leaderboard_monthly
where geography = 'World ex-China' and period_label = '2025-07'
order by revenue_rank limit 5""",
    ),
    (
        "What does Omdia expect, edition by edition?",
        """select published_on, year, value / 1e9 as revenue_bn_usd, ratio_to_fast
from rpt_forecast_revisions
where publisher = 'Omdia' and geography = 'World' and segment = 'microdramas'
  and metric = 'revenue' order by published_on, year""",
    ),
    (
        "Which hashtags broke out in the US, and which are new in its chart?",
        """select hashtag_name, chart_rank, chart_movement, daily_views_7d as views_7d,
       round(views_change_7d_pct) as pct_7d, round(views_change_28d_pct) as pct_28d
from rpt_hashtag_momentum
where country_code = 'US' and as_of_on = '2026-02-25'
  and (is_breakout or chart_movement = 'entry') order by chart_rank""",
    ),
    (
        "Which month did the vendor restate?",
        """select month_start_on, restatements, vanished_estimates as vanished,
       first_said_revenue_usd as first_said_usd, newest_revenue_usd as newest_usd
from rpt_estimate_revisions
where geography_level = 'world' and last_revised_at is not null""",
    ),
    (
        "Which load was refused?",
        """select dataset, business_window, column_name as refused_for, unexpected_rows as of_rows,
       checked_rows, expected
from ops_gate_results where severity = 'critical'""",
    ),
)


class _Progress:
    """Prints what happens, with the seconds since the start."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self.started = monotonic()

    def say(self, text: str) -> None:
        self._out.print(
            f"[dim]{monotonic() - self.started:5.0f} s[/dim]  {escape(text)}", soft_wrap=True
        )


def run_demo(out: Console) -> int:
    """Run it; 0 if everything that it promises was seen."""
    progress = _Progress(out)
    if services():
        progress.say("services of this home already run; stopping them first")
        stop_stack()
    try:
        machine = start_stack(START, progress.say)
        settings.cache_clear()
        airflow = AirflowApi(machine)
        is_new = not LoadLedger(ObjectStore.of(settings().s3), ESTIMATES.id).records()
        walk(airflow, progress.say, is_new=is_new)
        for dag_id in DAGS:
            airflow.pause(dag_id)
        _show(out, settings(), machine)
    finally:
        progress.say("stopping what was started")
        stop_stack()
    out.print(f"\nThe demo took {monotonic() - progress.started:.0f} s after installation.")
    return 0


def walk(airflow: AirflowApi, say: Say, *, is_new: bool = True) -> list[Run]:
    """Both days, on a home whose clock stands at START; all runs that ended well, oldest first.

    A lake that is not new gets only the second day: the first one would come after its loads.
    Raises RunFailed at the first run that does not end as it should.
    """
    runs = []
    if is_new:
        say(f"day 1, {START:%Y-%m-%d}")
        runs = [*load(airflow, say, QUARTERS), publish(airflow, say)]
        # Otherwise each load of the second day would start a build of its own.
        airflow.pause("market_marts")
    with unwatched():
        move_clock(CLOCK)
        say(f"day 2, {CLOCK:%Y-%m-%d}")
        refused = _lied_to(airflow)
        loads = _started(airflow, [RESTATED], LATER_DAGS)
        _expect_refusal(airflow, refused, say)
        runs += [*_succeeded(airflow, loads, say), publish(airflow, say)]
    return [*runs, *send(airflow, say)]


def load(airflow: AirflowApi, say: Say, spans: Sequence[Span]) -> list[Run]:
    """Load spans of days, the files that are published by now, and the hashtags; the runs.

    Raises RunFailed at the first run that does not succeed.
    """
    airflow.wait_for_dags(set(DAGS))
    return _succeeded(airflow, _started(airflow, spans, INGEST_DAGS), say)


def publish(airflow: AirflowApi, say: Say) -> Run:
    """Build and publish what was loaded; raises RunFailed."""
    return _succeeded(airflow, [_triggered(airflow, "market_marts", {})], say)[0]


def send(airflow: AirflowApi, say: Say) -> list[Run]:
    """Mail an edition of each report, one after the other; raises RunFailed."""
    return [
        _succeeded(
            airflow,
            [_triggered(airflow, "market_reports", {"report": report, "period": period})],
            say,
        )[0]
        for report, period in EDITIONS
    ]


def _started(airflow: AirflowApi, spans: Sequence[Span], dag_ids: Sequence[str]) -> list[Run]:
    """Runs for the spans, and of those of the DAGs that take none."""
    _drop_files(settings())
    asked: list[tuple[str, dict[str, Any]]] = [
        *(
            (dag_id, {"start": first, "end": last})
            for dag_id in sorted(DATED_DAGS)
            for first, last in spans
        ),
        *((dag_id, {}) for dag_id in dag_ids if dag_id not in DATED_DAGS),
    ]
    return [_triggered(airflow, dag_id, conf) for dag_id, conf in asked]


def _triggered(airflow: AirflowApi, dag_id: str, conf: dict[str, Any]) -> Run:
    airflow.unpause(dag_id)
    return airflow.trigger(dag_id, conf)


def _succeeded(airflow: AirflowApi, runs: list[Run], say: Say) -> list[Run]:
    for run in runs:
        airflow.expect_success(run, say)
    return runs


def _lied_to(airflow: AirflowApi) -> Run:
    """A run for a week of which the source says nonsense in its first answer."""
    _lie_once()
    first, last = REFUSED
    return _triggered(airflow, "ingest_appfigures", {"start": first, "end": last})


def _expect_refusal(airflow: AirflowApi, run: Run, say: Say) -> None:
    say(f"{run.dag_id} {run.run_id}, with an answer that the gate must refuse")
    if airflow.wait(run, say) != "failed":
        raise RunFailed(f"{run.dag_id} {run.run_id}: downloads below zero passed the gate")


def _lie_once() -> None:
    faults = {"/v2/reports/estimates": {"fault": "negative_downloads", "times": 1}}
    requests.put(
        f"{this_machine().simulator_url}/simulator/faults", json=faults, timeout=10
    ).raise_for_status()


def _drop_files(settings: Settings) -> None:
    store, today = ObjectStore.of(settings.s3), settings.clock.today()
    with TemporaryDirectory() as folder:
        for source, paths in (
            ("omdia", write_workbooks(Path(folder), by=today)),
            ("minis", write_minis_files(Path(folder))),
        ):
            for path in paths:
                store.upload(path, keys.inbox(source) + path.name)


def _show(out: Console, settings: Settings, machine: Machine) -> None:
    manifest = read_manifest(ObjectStore.of(settings.s3))
    out.print(f"\nSnapshot  {manifest.snapshot_id}  (sample data)")
    out.print(f"before    {manifest.previous}  (compare: shortdrama diff)")
    out.print(f"Mail      {machine.maildir}", soft_wrap=True)
    for told in _mails(machine):
        out.print(f"          {told}", highlight=False, no_wrap=True, overflow="ellipsis")
    for question, query in QUESTIONS:
        out.print(f"\n[bold]{question}[/bold]")
        out.print(escape(answer(query, "table", settings)), highlight=False)


def _mails(machine: Machine) -> Iterator[str]:
    for path in sorted((machine.maildir / "new").iterdir()):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        yield escape(f"to {mail['To']}: {mail['Subject']}")
