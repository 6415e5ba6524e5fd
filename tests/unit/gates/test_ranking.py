"""Which finding a person reads first."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.gates.ranking import ranked
from shortdrama.gates.results import Finding
from shortdrama.gates.suites import Suite, audit_profile
from shortdrama.gates.triage import Judged, Triage, letter, page

KEY = ("product_id", "country_code", "estimated_on")


def finding(column: str, excess: float | None = None, severity: Any = "critical", **part: Any):
    """A figure that is above its limit, in a part of the load."""
    return Finding(
        suite="estimates.load", expectation="between", column=column, severity=severity,
        unexpected=1, checked=1, expected="at most 2", observed=9, excess=excess,
        samples=(part,) if part else (), reason="It is never above 2.",
    )  # fmt: skip


def order(*findings: Finding) -> list[str | None]:
    return [one.column for one in ranked(findings, KEY)]


def test_what_refuses_comes_before_what_warns_however_far_that_is_above_its_limit() -> None:
    assert order(finding("far", 900.0, "warning"), finding("near", 1.1)) == ["near", "far"]


def test_the_largest_excess_comes_first_and_what_is_wrong_in_itself_before_it() -> None:
    found = finding("near", 1.1), finding("far", 9.0), finding("missing_countries")
    assert order(*found) == ["missing_countries", "far", "near"]


def test_equal_findings_stay_in_the_order_of_their_suite() -> None:
    assert order(finding("b"), finding("a"), finding("c", 2.0), finding("d", 2.0)) == list("bacd")


def test_a_country_is_named_once_before_it_is_named_again() -> None:
    found = (
        finding("week", 9.0, country_code="CN", first_on="2025-07-11"),
        finding("day", 8.0, country_code="CN", estimated_on="2025-07-17"),
        finding("yield", 7.0, country_code="CN", downloads=612_000),
        finding("other", 2.0, country_code="US"),
    )
    assert order(*found) == ["week", "other", "day", "yield"]


@pytest.mark.parametrize("large_first", [True, False])
def test_a_day_lies_in_its_country_whichever_is_named_first(large_first: bool) -> None:
    day = finding("day", 8.0, country_code="CN", estimated_on="2025-07-17")
    country = finding("country", 9.0 if large_first else 7.0, country_code="CN")
    last = "day" if large_first else "country"
    assert order(day, country, finding("us", 2.0, country_code="US"))[-1] == last


def test_figures_about_the_whole_load_are_no_part_of_one_another() -> None:
    found = finding("rows", 3.0), finding("cn", 2.5, country_code="CN"), finding("total", 2.0)
    assert order(*found) == ["rows", "cn", "total"]


def test_a_warning_about_a_figure_that_refuses_comes_last() -> None:
    found = finding("week", 9.0), finding("week", 12.0, "warning"), finding("lag", 1.1, "warning")
    assert [one.severity for one in ranked(found, KEY)] == ["critical", "warning", "warning"]
    assert order(*found) == ["week", "lag", "week"]


@given(
    st.lists(
        st.builds(
            finding,
            st.sampled_from("abc"),
            st.none() | st.floats(1, 9),
            st.sampled_from(["critical", "warning"]),
            country_code=st.sampled_from(["CN", "US"]),
        )
    )
)
def test_every_finding_has_its_place_and_ranking_twice_changes_nothing(found: Any) -> None:
    once = ranked(found, KEY)
    assert sorted(map(repr, once)) == sorted(map(repr, found))
    assert ranked(once, KEY) == once


@pytest.mark.parametrize(
    ("limits", "figure", "excess"),
    [
        ({"max_value": 2}, 6.0, 3.0),
        ({"min_value": 0.75}, 0.25, 3.0),
        ({"min_value": 0.2, "max_value": 10}, 30, 3.0),
        ({"max_value": 0}, 4, None),
        ({"min_value": 0.75}, 0, None),
        ({"min_value": 0.2, "max_value": 10}, -0.0003, None),
    ],
)
def test_the_excess_is_how_many_times_its_limit_a_figure_is(limits, figure, excess) -> None:
    expectation = {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": "factor", **limits},
        "severity": "critical",
        "meta": {"reason": "It is never more."},
    }
    suite = Suite("s", {"name": "s", "expectations": [expectation]})
    (found,) = audit_profile(suite, {"factor": figure})
    assert found.excess == (excess and pytest.approx(excess))


def triage(*findings: Finding) -> Triage:
    judged = tuple(Judged(finding=one) for one in findings)
    return Triage(subject="L1", name="n", title="t", state="quarantined", facts={}, judged=judged)


def test_a_mail_says_how_many_findings_it_leaves_out_and_where_they_are() -> None:
    many = [finding(f"f{number}") for number in range(4)] + [finding("w", severity="warning")] * 2
    mail = letter(triage(*many))
    assert "3. critical: f2:" in mail
    assert "f3" not in mail
    assert "Left out here: 1 critical and 2 warning(s). All:\n    shortdrama gate show L1\n" in mail
    assert "f3" in page(triage(*many), 80)


def test_a_mail_that_has_all_findings_names_no_others() -> None:
    assert "Left out" not in letter(triage(finding("a"), finding("b"), finding("c")))
