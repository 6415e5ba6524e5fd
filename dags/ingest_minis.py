"""Loads the files about TikTok Minis that people drop into `inbox/minis/`.

There is no public catalogue of Minis, so these are files of our own schema. **Hourly** it looks for
files that no load was decided of yet; a file is known by name and content. `shortdrama inbox
template minis.catalog` and `… minis.search_interest` print a file to fill in; drop it with
`shortdrama inbox put minis FILE`. Which of the two a file is, its header tells.

**A task is red**
- `conform`: a column is unknown or a cell is not of its type; the message names row and column.
  Mend the file and drop it again.
- `gate`: a row is not plausible; the message names the expectation. The file is not tried again.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag

from shortdrama.orchestration.alerts import ALERTING
from shortdrama.orchestration.loads import load, plan_inbox
from shortdrama.orchestration.schedule import hourly


@dag(
    schedule=hourly(),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    allowed_run_types=["scheduled", "manual", "operator_triggered"],
    doc_md=__doc__,
    default_args=ALERTING,
    tags=["ingest"],
    dagrun_timeout=timedelta(hours=1),
)
def ingest_minis() -> None:
    """Load every file that is new."""
    load.expand(request=plan_inbox("minis"))


ingest_minis()
