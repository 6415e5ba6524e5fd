"""TikTok Minis: a catalogue and search interest, as files of our own schema.

There is no public catalogue of Minis or their prices, so people write down what they see or read;
see `own_csv` and the templates.
"""

from datetime import date

from shortdrama.datasets import CATALOG, SEARCH_INTEREST, Dataset
from shortdrama.sources.own_csv import Row, read_rows
from shortdrama.sources.workbook import WorkbookRefused
from shortdrama.windows import Window

BUSINESS_DATES = {
    CATALOG.id: ("snapshot_on", "snapshot_on"),
    SEARCH_INTEREST.id: ("window_start_on", "window_end_on"),
}
"""By dataset, the columns that say where a row's business dates begin and end."""


def parse(content: bytes, file_name: str, dataset: Dataset) -> tuple[Window, list[Row]]:
    """The span of days that the file is about, and its rows; raises WorkbookRefused."""
    rows = read_rows(content, file_name, dataset)
    if not rows:
        raise WorkbookRefused(file_name, "there is no row below the header; fill one in")
    starts, ends = (
        [day for row in rows if isinstance(day := row[column], date)]
        for column in BUSINESS_DATES[dataset.id]
    )
    if max(ends) < min(starts):
        raise WorkbookRefused(file_name, "all windows end before they start; correct the dates")
    return Window(start=min(starts), end=max(ends)), rows
