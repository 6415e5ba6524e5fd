"""Loads the workbooks that people drop into `inbox/omdia/`.

**Hourly** it looks for files that no load was decided of yet; a file counts as new by its name and
content.
Drop one with `shortdrama inbox put omdia FILE`.

**A task is red**
- `conform`: the file is broken or could do harm, or it has a sheet, column, label or unit that no
  layout knows; the message names the cell. Mend the file and drop it again, or add to
  `sources/layouts/`. Read are .xlsx, .xls and .csv; a CSV holds the rows of all sheets.
- `gate`: a figure is not plausible; the message names the expectation. The file is not tried again.
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
def ingest_omdia() -> None:
    """Load every workbook that is new."""
    load.expand(request=plan_inbox("omdia"))


ingest_omdia()
