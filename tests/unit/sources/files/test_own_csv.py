import csv
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.datasets import datasets_of
from shortdrama.datasets.minis_catalog import CATALOG
from shortdrama.datasets.minis_search_interest import SEARCH_INTEREST
from shortdrama.datasets.model import Dataset
from shortdrama.sources.files.own_csv import (
    NoTemplate,
    parse,
    read_rows,
    template,
)
from shortdrama.sources.files.workbook import WorkbookRefused
from shortdrama.sources.inbox import dataset_of

FILE = "minis_catalog.csv"
OFFER = {
    "snapshot_on": "2026-01-11",
    "market": "US",
    "mini_app_id": "snackshort",
    "kind": "drama",
    "evidence": "named",
    "apps": "1",
    "unlock_price_usd": "9.99",
    "unlock_price_is_lower_bound": "TRUE",
    "publisher": "",
    "published_on": "2026-01-11",
    "source": "a newspaper, page 3",
}


def as_csv(*rows: dict[str, str], before: str = "", separator: str = ",") -> bytes:
    buffer = StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), delimiter=separator, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return (before + buffer.getvalue()).encode()


def test_cells_are_read_by_the_types_of_the_dataset() -> None:
    (row,) = read_rows(as_csv(OFFER), FILE, CATALOG)
    assert row == {
        "snapshot_on": date(2026, 1, 11),
        "market": "US",
        "mini_app_id": "snackshort",
        "kind": "drama",
        "evidence": "named",
        "apps": 1,
        "unlock_price_usd": Decimal("9.99"),
        "unlock_price_is_lower_bound": True,
        "publisher": None,
        "published_on": date(2026, 1, 11),
        "source": "a newspaper, page 3",
    }


def test_the_order_of_the_columns_and_the_separator_do_not_matter() -> None:
    turned = dict(reversed(OFFER.items())) | {"unlock_price_usd": "9"}
    assert read_rows(as_csv(turned, separator="\t"), FILE, CATALOG) == read_rows(
        as_csv(turned), FILE, CATALOG
    )


def test_remarks_above_the_header_and_blank_lines_are_passed_over() -> None:
    content = as_csv(OFFER, before="# a remark, with a comma\r\n\r\n# another\r\n") + b",,\r\n\r\n"
    assert len(read_rows(content, FILE, CATALOG)) == 1


def test_a_row_that_begins_with_a_hashtag_is_a_row() -> None:
    row = {
        "subject": "#TikTokMinis",
        "market": "ZZ",
        "window_start_on": "2026-01-05",
        "window_end_on": "2026-01-05",
        "published_on": "2026-01-11",
        "source": "a newspaper",
    }
    (read,) = read_rows(as_csv(row), "minis_search_interest.csv", SEARCH_INTEREST)
    assert read["subject"] == "#TikTokMinis"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"snapshot_on": "11.01.2026"}, "A2: row 2, column 1: snapshot_on is '11.01.2026'"),
        ({"snapshot_on": "2026-02-30"}, "snapshot_on is '2026-02-30'; there is no such day"),
        ({"apps": "1.0"}, "row 2, column 6: apps is '1.0'; write a whole number"),
        ({"apps": "1,000"}, "apps is '1,000'; write a whole number"),
        ({"unlock_price_usd": "$9.99"}, r"'\$9.99'; write a plain number with a point"),
        ({"unlock_price_usd": "9.999"}, "'9.999'; it takes at most 8 digits and 2 decimals"),
        ({"unlock_price_is_lower_bound": "yes"}, "'yes'; write true or false"),
        ({"source": " "}, "row 2, column 11: source is empty, but every row has one"),
        ({"price": "9.99"}, "L1: row 1, column 12: the column 'price' is unknown.*inbox temp"),
    ],
)
def test_a_wrong_cell_is_refused_with_file_row_and_column(
    change: dict[str, str], message: str
) -> None:
    with pytest.raises(WorkbookRefused, match=rf"^minis_catalog\.csv, cell .*{message}"):
        read_rows(as_csv(OFFER | change), FILE, CATALOG)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"PK\x03\x04", "a CSV file is expected; .*zip archive"),
        (as_csv({"app": "x"}), "no row holds the header labels snapshot_on"),
        (as_csv(OFFER).replace(b"\r\n2026", b"\r\n,2026"), "cell A2: .*snapshot_on is empty"),
        (as_csv(OFFER).replace(b"\r\n", b",apps\r\n", 1), "'apps' stands there twice"),
        (as_csv(OFFER)[:-2] + b",9\r\n", "cell L2: .*'9' stands beyond the last column"),
    ],
    ids=["empty", "zip", "foreign", "shifted", "column_twice", "unquoted_comma"],
)
def test_a_wrong_file_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(WorkbookRefused, match=message):
        read_rows(content, FILE, CATALOG)


@given(st.decimals(min_value=0, max_value=10**7, places=2), st.integers(0, 2**31 - 1))
def test_numbers_are_kept_to_the_last_digit(price: Decimal, apps: int) -> None:
    row = OFFER | {"unlock_price_usd": f"{price:f}", "apps": str(apps)}
    (read,) = read_rows(as_csv(row), FILE, CATALOG)
    assert (read["unlock_price_usd"], read["apps"]) == (price, apps)


@pytest.mark.parametrize("dataset", [CATALOG, SEARCH_INTEREST], ids=lambda d: d.id)
def test_a_template_has_the_columns_of_its_dataset_with_a_remark_each(dataset: Dataset) -> None:
    lines = template(dataset.id).splitlines()
    assert lines[-1] == ",".join(column.name for column in dataset.columns)
    assert [line.split(":")[0] for line in lines[2:-1]] == [
        f"# {column.name} ({'required' if column.required else 'optional'})"
        for column in dataset.columns
    ]
    assert read_rows(template(dataset.id).encode(), f"{dataset.id}.csv", dataset) == []


def test_a_dataset_of_workbooks_has_no_template() -> None:
    with pytest.raises(NoTemplate, match=r"'omdia\.forecasts' has no template; there are: minis"):
        template("omdia.forecasts")


@pytest.mark.parametrize("dataset", [CATALOG, SEARCH_INTEREST], ids=lambda d: d.id)
def test_the_header_tells_which_dataset_a_file_is(dataset: Dataset) -> None:
    required = {column.name: "" for column in dataset.columns if column.required}
    assert dataset_of(as_csv(required), datasets_of("minis")) == dataset


def test_a_file_covers_the_days_that_it_is_about() -> None:
    later = OFFER | {"snapshot_on": "2026-02-01"}
    window, rows = parse(as_csv(later, OFFER), FILE, CATALOG)
    assert str(window) == "2026-01-11..2026-02-01"
    assert len(rows) == 2


def test_a_file_without_rows_is_refused() -> None:
    with pytest.raises(WorkbookRefused, match="no row below the header"):
        parse(template(CATALOG.id).encode(), FILE, CATALOG)
