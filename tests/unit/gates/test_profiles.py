"""Profiles: their parts run in order, and what they find can be looked up."""

import re

import pytest

from shortdrama.datasets import DATASETS, dataset_named
from shortdrama.gates import profiles
from shortdrama.gates.suites import Suite

WITHOUT_ROWS = {"row_count", "sample_marks", "days_behind"}
"""Figures of a load as a whole: no row of it explains them."""


def test_the_further_parts_of_a_profile_come_after_it_in_their_order() -> None:
    parts = profiles.parts_of(dataset_named("appfigures.estimates"))
    assert parts == (
        "every_load",
        "asked_countries",
        "appfigures.estimates",
        "appfigures.estimates.1_rows",
        "appfigures.estimates.2_totals",
        "appfigures.estimates.3_slices",
        "appfigures.estimates.4_spread",
        "appfigures.estimates.5_sameness",
        "appfigures.estimates.6_references",
        "appfigures.estimates.7_neighbours",
    )


@pytest.mark.parametrize("dataset_id", ["appfigures.estimates", "appfigures.ranks"])
def test_every_figure_that_is_judged_comes_with_rows_that_explain_it(dataset_id: str) -> None:
    text = "".join(map(profiles.text, profiles.parts_of(dataset_named(dataset_id))))
    figures = set(Suite.load(f"{dataset_id}.load").columns) - WITHOUT_ROWS
    assert {figure for figure in figures if f" as {figure}_samples" not in text} == set()


@pytest.mark.parametrize("dataset_id", DATASETS)
def test_the_rows_shown_are_the_same_each_time(dataset_id: str) -> None:
    """Rows that are equal in what they are ordered by come in another order each time."""
    text = "".join(map(profiles.text, profiles.parts_of(dataset_named(dataset_id))))
    clauses = " ".join(text.split()).split(" limit 5")[:-1]
    complete = re.compile(r"(order by all|columns\(\*\)|group by (\w+) order by .*\b\2)$")
    assert [clause[-80:] for clause in clauses if not complete.search(clause)] == []
