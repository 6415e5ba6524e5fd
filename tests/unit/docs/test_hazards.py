"""docs/sources.md has the table of what tests/hazards proves: `make docs` writes it."""

import os
import re

from hazards import HAZARDS
from shortdrama.core.settings import REPOSITORY

PAGE = REPOSITORY / "docs" / "sources.md"
BETWEEN = re.compile(r"(<!-- hazards: written by `make docs` -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def table() -> str:
    kinds = {"forecast.xlsx": "XLSX", "forecast.xls": "XLS", "forecast.csv": "CSV"}
    lines = [
        f"| {hazard.about} | {kinds[hazard.file_name]} | {hazard.outcome} |\n" for hazard in HAZARDS
    ]
    return "".join(["\n| in the file | kind | what happens |\n|---|---|---|\n", *lines, "\n"])


def test_the_page_has_the_table_of_hazards() -> None:
    text = PAGE.read_text("utf-8")
    wanted = BETWEEN.sub(lambda match: match[1] + table() + match[3], text)
    assert BETWEEN.search(text), "the page lacks the marks around the table"
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(wanted, "utf-8")
    assert PAGE.read_text("utf-8") == wanted


def test_there_are_at_least_sixty_and_each_is_named_once() -> None:
    assert len({hazard.about for hazard in HAZARDS}) == len(HAZARDS) >= 60
