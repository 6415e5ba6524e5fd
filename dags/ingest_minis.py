"""Loads the files about TikTok Minis that people drop into `inbox/minis/`.

There is no public catalogue of Minis, so these are files of our own schema. **Hourly** it looks for
files that have no verdict yet; a file is known by name and content. `shortdrama inbox template
minis.catalog` and `… minis.search_interest` print a file to fill in; drop it with `shortdrama inbox
put minis FILE`. The file's header says which of the two it is.

**A task is red**
- `conform`: a column is unknown or a cell has the wrong type; the message names row and column.
  Correct the file and drop it again.
- `gate`: a row is not plausible; the message names the expectation. The file is not tried again.
"""

from airflow.sdk import DAG

from shortdrama.orchestration.inbox_dag import inbox_dag

INGEST: DAG = inbox_dag("minis", __doc__)
