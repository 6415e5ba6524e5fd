"""Sends the reports: the weekly brief, the monthly report, the hashtag and Minis pulse.

It runs every quarter of an hour and when marts were published. What is due is worked out from the
subscriptions, the time in the readers' zones and the send ledger, so nothing goes out twice,
whatever is retried or cleared, and what could not be sent is sent later, marked as late. With
`period` (2025-W39, 2025-09 or 2025-09-30) it makes and sends that edition of `report`.

**What happens by itself**
- An edition is withheld while a dataset that it needs is refused or stale, or the mart gate is red
  and nobody has accepted that. At the deadline of the subscription its readers get a short note,
  and the engineers one mail. As soon as it can be made, it is sent.
- A mail that a server refuses for now (4xx) is tried again, at longer and longer intervals, for
  about four days. One that it refuses for good (5xx) is not tried again; the engineers are mailed.
- A send of which nobody knows whether it left is `unknown` after 30 minutes. It is never sent again
  by itself. Ask the reader; if nothing came: `shortdrama report release EDITION RECIPIENT`.

**A task is red**
- `read_returned`: the mailbox cannot be read; the message says which setting to correct. Sending
  goes on.
- `prepare`: the subscriptions cannot be used (file, line and field are named), the lake is away, or
  the edition that you asked for is withheld.
- `send`: the mail server is away or does not let us in, or an archived file is damaged. The next
  run goes on where this one stopped.
- `tell`: the lake is away; the next run does it again.

**A figure was wrong**: roll back or publish again, then `shortdrama report correct EDITION
--because "…"`. Those who had the edition get old and new figures side by side.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import AssetOrTimeSchedule, Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from shortdrama.orchestration.alerts import UNATTENDED, working_on
from shortdrama.orchestration.assets import PUBLISHED_MARTS
from shortdrama.orchestration.errors import classed
from shortdrama.orchestration.schedule import NOT_BY_DAY, often


@dag(
    schedule=(
        AssetOrTimeSchedule(timetable=quarter, assets=PUBLISHED_MARTS)
        if (quarter := often())
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
        "report": Param(
            "weekly_brief",
            enum=["weekly_brief", "monthly_report", "minis_pulse"],
            description="The report of the period below",
        ),
        "period": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{4}-(W\d{2}|\d{2}|\d{2}-\d{2})$",
            description="Week, month or day, e.g. 2025-W39; empty: everything that is due",
        ),
    },
    **UNATTENDED,
)
def market_reports() -> None:
    """Read returned mail, make what is due, send it, tell the engineers."""

    def current() -> Any:
        from shortdrama.core.settings import settings
        from shortdrama.orchestration.addresses import mail_settings
        from shortdrama.orchestration.deliveries import round_of

        asked = get_current_context()["params"]
        if asked["period"]:
            working_on(f"{asked['report']}/{asked['period']}")
        mail = mail_settings(settings())
        return round_of(settings(), mail, asked["report"], asked["period"])

    @task
    @classed()
    def read_returned() -> str:
        from shortdrama.core.settings import settings
        from shortdrama.orchestration.addresses import mail_settings
        from shortdrama.orchestration.deliveries import look_into_mailbox

        found = look_into_mailbox(settings(), mail_settings(settings()))
        if found is None:
            raise AirflowSkipException("no mailbox is set (SHORTDRAMA_MAIL__MAILBOX__*)")
        return found

    @task(trigger_rule="all_done")
    @classed()
    def prepare() -> dict[str, dict[str, Any]]:
        from shortdrama.core.settings import settings
        from shortdrama.orchestration import deliveries

        if settings().clock.is_frozen and not get_current_context()["params"]["period"]:
            raise AirflowSkipException("the clock stands still, so nothing is due: give a period")
        return deliveries.prepare(current(), print)

    @task(retry_delay=timedelta(minutes=5))
    @classed()
    def send(states: dict[str, dict[str, Any]]) -> list[str]:
        from shortdrama.orchestration import deliveries

        return deliveries.send(current(), states, print)

    @task(trigger_rule="all_done")
    @classed()
    def tell(states: dict[str, dict[str, Any]] | None) -> None:
        from shortdrama.core.settings import settings
        from shortdrama.orchestration import deliveries

        deliveries.tell(current(), states or {}, settings(), print)

    states = prepare()
    read_returned() >> states
    send(states) >> tell(states)


market_reports()
