"""The demonstration: the real DAGs under the real scheduler, all on this machine."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from rich.console import Console
from rich.markup import escape

from shortdrama.analysts.answers import answer
from shortdrama.core.settings import Settings, settings
from shortdrama.datasets import DATASETS
from shortdrama.lake import keys
from shortdrama.lake.store import ObjectStore
from shortdrama.warehouse.snapshots.manifest import read_manifest
from shortdrama_local.embedded.airflow_api import AirflowApi, Run
from shortdrama_local.embedded.machine import Machine
from shortdrama_local.embedded.stack import start_stack, stop_stack
from shortdrama_local.embedded.states import services
from shortdrama_local.samples.minis_files import write_minis_files
from shortdrama_local.samples.omdia_workbooks import write_workbooks

CLOCK = datetime(2026, 2, 25, 8, tzinfo=UTC)
"""After Omdia's second edition, so that both editions are published."""
QUARTERS = (("2025-04-01", "2025-06-30"), ("2025-07-01", "2025-09-30"))
PERIOD = "2025-W39"
INGEST_DAGS = tuple(dict.fromkeys(dataset.dag_id for dataset in DATASETS.values()))
DATED_DAGS = {dataset.dag_id for dataset in DATASETS.values() if dataset.has_past}
DAGS = (*INGEST_DAGS, "market_marts", "market_reports")
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
        machine = start_stack(CLOCK, progress.say)
        settings.cache_clear()
        airflow = AirflowApi(machine)
        load_and_publish(airflow, progress.say)
        for dag_id in DAGS:
            airflow.pause(dag_id)
        _show(out, settings(), machine)
    finally:
        progress.say("stopping what was started")
        stop_stack()
    out.print(f"\nThe demo took {monotonic() - progress.started:.0f} s after installation.")
    return 0


def load_and_publish(
    airflow: AirflowApi,
    say: Callable[[str], None],
    spans: Sequence[tuple[str, str]] = QUARTERS,
) -> list[Run]:
    """Load spans of days, the dropped files and the hashtags, publish, and send; the runs.

    Raises RunFailed at the first run that does not succeed.
    """
    airflow.wait_for_dags(set(DAGS))
    _drop_files(settings())
    for dag_id in INGEST_DAGS:
        airflow.unpause(dag_id)
    asked: list[dict[str, Any] | None] = [{"start": first, "end": last} for first, last in spans]
    runs = [
        airflow.trigger(dag_id, conf)
        for dag_id in INGEST_DAGS
        for conf in (asked if dag_id in DATED_DAGS else [None])
    ]
    for run in runs:
        airflow.expect_success(run, say)
    for dag_id, conf in (("market_marts", {}), ("market_reports", {"period": PERIOD})):
        airflow.unpause(dag_id)
        runs.append(airflow.trigger(dag_id, conf))
        airflow.expect_success(runs[-1], say)
    return runs


def _drop_files(settings: Settings) -> None:
    store = ObjectStore.of(settings.s3)
    with TemporaryDirectory() as folder:
        for source, write in (("omdia", write_workbooks), ("minis", write_minis_files)):
            for path in write(Path(folder)):
                store.upload(path, keys.inbox(source) + path.name)


def _show(out: Console, settings: Settings, machine: Machine) -> None:
    manifest = read_manifest(ObjectStore.of(settings.s3))
    out.print(f"\nSnapshot  {manifest.snapshot_id}  (sample data)")
    out.print(f"Mail      {machine.maildir}", soft_wrap=True)
    for path in sorted((machine.maildir / "new").iterdir()):
        out.print(f"          new/{path.name}", soft_wrap=True)
    for question, query in QUESTIONS:
        out.print(f"\n[bold]{question}[/bold]")
        out.print(escape(answer(query, "table", settings)), highlight=False)
