"""docs/operators.md has the table of what can be backfilled, from the datasets: `make docs`."""

import os
import re

from shortdrama.core.settings import REPOSITORY
from shortdrama.datasets import DATASETS
from shortdrama.datasets.model import Api, Dataset, Inbox, Trailing

PAGE = REPOSITORY / "docs" / "operators.md"
BETWEEN = re.compile(r"(<!-- backfillable: written by `make docs` -->\n)(.*?)(<!-- end -->)", re.S)
HEADER = "\n| dataset | what can be backfilled | how far back | what cannot, and what then |\n"


def row(dataset: Dataset) -> str:
    cells = (f"`{dataset.id}`", *_row(dataset))
    return f"| {' | '.join(cells)} |\n"


def _row(dataset: Dataset) -> tuple[str, str, str]:
    match dataset.arrives:
        case Api(trailing=Trailing() as trailing, first_day=first_day):
            return (
                "every day that is over",
                str(first_day) if first_day else "as far as the source has figures",
                f"Today. The last {dataset.settles_after_days} days come provisional: the daily run"
                f" pulls {trailing.daily} days again, that of a month's first day"
                f" {trailing.monthly}, and so settles them",
            )
        case Api():
            then = (
                "nothing is lost, because the newest load replaces all earlier ones"
                if dataset.is_lookup
                else "that day stays a gap"
            )
            return (
                "nothing: the source only says how things are now",
                "today",
                f"A day that was not pulled: {then}. Airflow refuses to backfill `{dataset.dag_id}`"
                if _has_no_past(dataset)
                else f"A day that was not pulled: {then}",
            )
        case Inbox():
            return (
                "every edition of which there is a file:"
                f" `shortdrama inbox put {dataset.source} FILE`",
                "as far as there are files",
                "Days between editions: they are not gaps. An edition that is handed in again"
                " replaces the earlier one",
            )


def _has_no_past(dataset: Dataset) -> bool:
    """Whether no dataset of its DAG has a past."""
    return not any(one.has_past for one in DATASETS.values() if one.dag_id == dataset.dag_id)


def table() -> str:
    return "".join([HEADER, "|---|---|---|---|\n", *map(row, DATASETS.values()), "\n"])


def test_the_page_says_what_can_be_backfilled() -> None:
    text = PAGE.read_text("utf-8")
    assert BETWEEN.search(text), "the page lacks the marks around the table"
    wanted = BETWEEN.sub(lambda match: match[1] + table() + match[3], text)
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(wanted, "utf-8")
    assert PAGE.read_text("utf-8") == wanted


def test_every_dataset_has_a_row() -> None:
    assert all(f"| `{name}` |" in table() for name in DATASETS)
