"""The reports as exposures: dbt knows which marts they read."""

import re
from typing import Any

from shortdrama.core.settings import REPOSITORY

QUERIES = REPOSITORY / "include" / "shortdrama" / "reports" / "queries.py"


def test_the_weekly_brief_depends_on_exactly_the_marts_that_it_reads(build: Any) -> None:
    read = set(re.findall(r"(?:from|join) marts\.(\w+)", QUERIES.read_text(encoding="utf-8")))
    exposure = build.manifest["exposures"]["exposure.shortdrama.weekly_brief"]
    assert {node.split(".")[-1] for node in exposure["depends_on"]["nodes"]} == read
    assert read


def test_every_report_is_an_exposure(build: Any) -> None:
    templates = (QUERIES.parent / "layout" / "templates").glob("*.html.j2")
    reports = {path.name.removesuffix(".html.j2") for path in templates}
    assert {exposure["name"] for exposure in build.manifest["exposures"].values()} == reports
