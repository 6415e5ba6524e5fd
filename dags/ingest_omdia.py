"""Loads the workbooks that people drop into `inbox/omdia/`.

**Hourly** it looks for files that have no verdict yet; a file is known by name and content. Drop
one with `shortdrama inbox put omdia FILE`.

**A task is red**
- `conform`: the file is broken or could do harm, or it has a sheet, column, label or unit that no
  layout knows; the message names the cell. Correct the file and drop it again, or add a layout to
  `sources/omdia/layouts/`. It reads .xlsx, .xls and .csv; a CSV holds the rows of all sheets.
- `gate`: a figure is not plausible; the message names the expectation. The file is not tried again.
"""

from airflow.sdk import DAG

from shortdrama.orchestration.inbox_dag import inbox_dag

INGEST: DAG = inbox_dag("omdia", __doc__)
