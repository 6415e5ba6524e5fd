"""Sends the weekly market brief.

It runs when marts were published, and every hour. It sends what is due and not yet in the send
ledger, so a week's brief goes out only once, whatever is retried or cleared. With `period` (e.g.
2025-W39) it sends the edition of an earlier week.

**A task is red**
- `prepare`: the brief is withheld; the message names the dataset that is missing or late.
- `send`: the message names who was not reached. The next run tries failed sends again. An `unknown`
  one (claimed, no outcome) is never sent again automatically: check whether the mail arrived, and
  if not, run `shortdrama report release`.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import AssetOrTimeSchedule, Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from shortdrama.orchestration.alerts import UNATTENDED, working_on
from shortdrama.orchestration.assets import PUBLISHED_MARTS
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.schedule import NOT_BY_DAY, hourly


@dag(
    schedule=(
        AssetOrTimeSchedule(timetable=hour, assets=PUBLISHED_MARTS)
        if (hour := hourly())
        else PUBLISHED_MARTS
    ),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=NOT_BY_DAY,
    doc_md=__doc__,
    tags=["reports"],
    dagrun_timeout=timedelta(hours=1),
    params={
        "period": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}-W\d{2}$",
            description="ISO week, e.g. 2025-W39; empty: the week that is due",
        )
    },
    **UNATTENDED,
)
def market_reports() -> None:
    """Prepare the edition that is due, and send it."""

    @task
    @classed()
    def prepare() -> str:
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.reports.weekly_brief import due_period, prepare_edition
        from shortdrama.warehouse.snapshots.manifest import (
            NothingPublished,
            read_manifest,
            with_refusals,
        )
        from shortdrama.warehouse.snapshots.read import connect

        store, clock = ObjectStore.of(settings().s3), settings().clock
        asked = get_current_context()["params"]["period"]
        period = asked or due_period(clock, store, settings().mail.recipients)
        if period is None:
            raise AirflowSkipException("the brief of the last week was sent to everybody")
        working_on(str(period))
        try:
            manifest = with_refusals(read_manifest(store), store)
        except NothingPublished as error:
            raise AirflowSkipException(str(error)) from error
        with connect(settings(), manifest.snapshot_id) as connection:
            prepare_edition(store, connection, manifest, period, clock)
        return str(period)

    @task(retry_delay=timedelta(minutes=5))
    @classed()
    def send(period: str) -> list[str]:
        from shortdrama.core.settings import settings
        from shortdrama.lake.store import ObjectStore
        from shortdrama.reports.old_archive import read_edition
        from shortdrama.reports.weekly_brief import send_edition

        store = ObjectStore.of(settings().s3)
        edition = read_edition(store, period)
        outcomes = send_edition(store, edition, settings().mail, settings().clock)
        return [str(outcome) for outcome in outcomes]

    send(prepare())


market_reports()
