"""What is about our data and not about the market is told once, and in one block at the end."""

from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from report_editions import MADE_AT, edition
from shortdrama.reports.page import Page


def block(page: Page) -> list[str]:
    assert page.pipeline is not None
    return [line.text for line in page.pipeline.lines]


def banners(page: Page) -> list[str]:
    return [banner.kind for banner in page.banners]


def decision(kind: str, **changes: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "subject": "build",
        "by": "Li Wei",
        "at": "2026-02-24T10:00:00+00:00",
        "because": "the vendor confirmed it",
    } | changes


FINDINGS = [{"suite": "marts", "expectation": "expect_x"}, {"suite": "marts", "expectation": "y"}]
PUBLISHED = decision("marts_published", findings=FINDINGS)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_an_accepted_red_gate_is_told_once(
    report_marts: duckdb.DuckDBPyConnection, locale: str
) -> None:
    """Also when the same person decided it again for the next build."""
    again = PUBLISHED | {"at": "2026-02-25T07:00:00+00:00"}
    page = edition(
        report_marts,
        "weekly_brief",
        locale,  # type: ignore[arg-type]
        overrides=[PUBLISHED, again],
    )
    assert banners(page) == ["sample", "overridden", "late"]
    told = [banner.text for banner in page.banners] + block(page)
    assert sum("Li Wei" in text for text in told) == 1


def test_one_failed_check_is_not_plural(report_marts: duckdb.DuckDBPyConnection) -> None:
    one = decision("marts_published", findings=FINDINGS[:1])
    page = edition(report_marts, "weekly_brief", "en", overrides=[one])
    assert page.banners[1].text == (
        "24 Feb 2026: Li Wei had these figures published despite 1 failed check: “the vendor"
        " confirmed it”"
    )


def test_decisions_on_data_that_is_not_shown_are_not_told(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    shown = decision("load_revoked", dataset="appfigures.estimates")
    other = decision("load_accepted", dataset="tiktok.hashtags")
    old = shown | {"at": "2025-09-01T00:00:00Z"}
    page = edition(report_marts, "weekly_brief", "en", overrides=[shown, other, old])
    assert [text for text in block(page) if "Li Wei" in text] == [
        "24 Feb 2026: Li Wei withdrew data (Store estimates (Appfigures)): “the vendor"
        " confirmed it”"
    ]


def test_of_many_decisions_only_the_newest_are_told(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    many = [
        decision("load_revoked", dataset="appfigures.estimates", because=f"reason {number}")
        for number in range(5)
    ]
    told = block(edition(report_marts, "weekly_brief", "en", overrides=many))
    assert sum("Li Wei" in text for text in told) == 3
    assert "2 more in the snapshot manifest" in told


def test_warnings_about_other_data_are_not_told(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    warnings = [
        {"about": ["tiktok.hashtags"], "concern": "completeness", "text": ""},
        {"about": ["appfigures.ranks", "appfigures.products"], "concern": "universe", "text": ""},
        {"about": ["appfigures.products"], "concern": "universe", "text": "again"},
        {"about": [], "concern": "plausibility", "text": ""},
    ]
    page = edition(report_marts, "weekly_brief", "en", warnings=warnings)
    assert block(page)[1:3] == [
        "The app list or grouping has changed: App list (Appfigures)",
        "Unusual figures: the figures as a whole",
    ]
    assert not any("hashtags" in text for text in block(page))
    assert banners(page) == ["sample"]


def test_lateness_of_the_headline_is_a_banner_and_of_the_rest_a_line(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    late = [
        {"about": ["appfigures.estimates", "omdia.forecasts"], "concern": "timeliness", "text": ""}
    ]
    page = edition(report_marts, "weekly_brief", "en", warnings=late)
    assert banners(page) == ["sample", "late"]
    assert "Late, older than usual or missing recent days: Forecasts (Omdia)" in block(page)


def test_one_day_of_lateness_is_not_plural(report_marts: duckdb.DuckDBPyConnection) -> None:
    state = {"as_of": "2026-02-24"}
    page = edition(report_marts, "weekly_brief", "en", datasets={"appfigures.estimates": state})
    assert page.banners[-1].text == "Late: data ends 24 Feb 2026, 1 day before this report."


def test_on_a_sample_lake_agreement_proves_nothing(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    """A figure that only meets a published minimum is not counted as one that agrees."""
    sample = block(edition(report_marts, "weekly_brief", "en"))
    counts = (
        "51 published figures checked: 38 match, 13 meet a published minimum, none off; 38 more"
        " could not be checked"
    )
    fitted = "Sample data is fitted to published figures, so agreement proves nothing"
    assert f"{fitted} ({counts})" in sample
    report_marts.execute("update marts.dim_vendor set may_share_aggregates = 'yes'")
    assert counts in block(edition(report_marts, "weekly_brief", "en", is_sample=False))


def test_the_next_edition_has_a_date_unless_this_one_is_made_late(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    on_time = datetime(2025, 10, 2, 8, tzinfo=UTC)
    found = []
    for made_at in (on_time, MADE_AT):
        page = edition(report_marts, "weekly_brief", "en", made_at=made_at)
        found += [fact.detail for fact in page.footer.facts if fact.text == "Next edition"]
    assert found == ["9 Oct 2025", "every Thursday"]


def test_refused_data_says_what_follows(report_marts: duckdb.DuckDBPyConnection) -> None:
    state = {"as_of": "2025-09-30", "refused_since": ["unit slipped"]}
    page = edition(
        report_marts, "weekly_brief", "zh", datasets={"appfigures.estimates": state}, warnings=[]
    )
    assert "应用商店估算（Appfigures）：后续数据未通过检查，本期沿用旧数据" in block(page)


def test_a_snapshot_without_any_date_is_no_error(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    page = edition(report_marts, "weekly_brief", "en", datasets={}, universe_version="")
    assert block(page)[0] == "Data through: –"


@pytest.mark.parametrize(
    ("report_id", "name"),
    [
        ("weekly_brief", "周报 2025年第39周"),
        ("monthly_report", "月报 2025年9月"),
        ("minis_pulse", "Minis速报 2026年2月25日"),
    ],
)
def test_the_footer_names_what_an_answer_needs(
    report_marts: duckdb.DuckDBPyConnection, report_id: str, name: str
) -> None:
    page = edition(report_marts, report_id, "zh")
    facts = {fact.text: fact.detail for fact in page.footer.facts}
    assert facts["数据快照编号"] == "20260225T080000Z-8306d70b"
    assert facts["发布时间"] == "2026年2月25日 16:00（北京时间）"
    assert facts["期号"] == name
    assert facts["下期"]
    assert "数据快照编号" in page.footer.help
