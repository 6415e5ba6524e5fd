"""What a vendor does not permit stays out of a real lake's editions; sample figures may go."""

import duckdb
import pytest

from report_editions import edition
from shortdrama.core.errors import ReportWithheld
from shortdrama.reports.page import BarChart, Figure, Lines, Page
from shortdrama.reports.words.formats import LocaleName
from tracing import texts

REAL = {"is_sample": False}


def reviewed(connection: duckdb.DuckDBPyConnection, aggregates: str, rows: str = "null") -> None:
    """What the reviewed seed says of every vendor."""
    known = {
        row[0]
        for row in connection.execute(
            "select column_name from (describe marts.dim_vendor)"
        ).fetchall()
    }
    if "may_share_aggregates" not in known:
        connection.execute("alter table marts.dim_vendor add column may_share_aggregates varchar")
    connection.execute(
        f"update marts.dim_vendor set may_share_aggregates = {aggregates},"
        f" may_redistribute = {rows}"
    )


def everything(page: Page) -> str:
    return "\n".join(text for _, text in texts(page)) + repr(page.sheets)


@pytest.mark.parametrize("report_id", ["weekly_brief", "monthly_report", "minis_pulse"])
@pytest.mark.parametrize("aggregates", ["null", "'no'"])
def test_without_a_review_nothing_of_a_real_lake_is_told(
    report_marts: duckdb.DuckDBPyConnection, report_id: str, aggregates: str
) -> None:
    reviewed(report_marts, aggregates)
    with pytest.raises(ReportWithheld, match=r"seeds/vendors\.csv"):
        edition(report_marts, report_id, "en", **REAL)


def test_a_vendor_that_nobody_listed_is_not_reviewed(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    report_marts.execute("delete from marts.dim_vendor")
    with pytest.raises(ReportWithheld):
        edition(report_marts, "weekly_brief", "en", **REAL)


@pytest.mark.parametrize("report_id", ["weekly_brief", "monthly_report"])
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_single_apps_stay_out_where_only_sums_may_go(
    report_marts: duckdb.DuckDBPyConnection, report_id: str, locale: LocaleName
) -> None:
    reviewed(report_marts, "'yes'")
    page = edition(report_marts, report_id, locale, **REAL)
    text = everything(page)
    assert "NetShort +" not in text
    assert "FlickReels" not in text
    assert "MoboReels" not in text
    assert text.count("Appfigures") > 1
    lines = [line.text for block in page.blocks if isinstance(block, Lines) for line in block.lines]
    honest = "may be passed on" if locale == "en" else "可以转发"
    assert sum(honest in line for line in lines) == 1


def test_single_hashtags_stay_out_where_only_sums_may_go(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    reviewed(report_marts, "'yes'")
    page = edition(report_marts, "minis_pulse", "en", **REAL)
    assert page.answer.claim == "12 of 14 hashtags gained views in 7 days (US)"
    text = everything(page)
    assert "#flickreels" not in text
    assert "#reelshort" not in text


@pytest.mark.parametrize("report_id", ["weekly_brief", "monthly_report", "minis_pulse"])
def test_what_is_permitted_is_told(report_marts: duckdb.DuckDBPyConnection, report_id: str) -> None:
    reviewed(report_marts, "'yes'", "true")
    real = edition(report_marts, report_id, "en", **REAL)
    assert real.answer == edition(report_marts, report_id, "en").answer
    assert not any(banner.kind == "sample" for banner in real.banners)
    assert not real.subject.startswith("[Sample]")


def test_forecasts_of_a_publisher_that_forbids_it_stay_out(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    reviewed(report_marts, "'yes'")
    report_marts.execute(
        "update marts.dim_vendor set may_share_aggregates = 'no' where vendor = 'Owl & Co'"
    )
    page = edition(report_marts, "monthly_report", "en", **REAL)
    (forecasts,) = [
        block for block in page.blocks if isinstance(block, Figure) and block.name == "forecasts"
    ]
    assert isinstance(forecasts.chart, BarChart)
    names = {bar.name for bar in forecasts.chart.bars}
    assert names == {"Omdia", "Media Partners Asia"}
    assert "Owl & Co" not in repr(page.sheets)
    assert page.pipeline is not None
    assert page.pipeline.lines[-1].text.startswith("Left out: Owl & Co.")


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("report_id", ["monthly_report", "minis_pulse"])
def test_what_the_press_says_of_minis_stays_out_without_a_review(
    report_marts: duckdb.DuckDBPyConnection, report_id: str, locale: LocaleName
) -> None:
    reviewed(report_marts, "'yes'", "true")
    report_marts.execute(
        "update marts.dim_vendor set may_share_aggregates = null where vendor = 'TK Observer'"
    )
    page = edition(report_marts, report_id, locale, **REAL)
    pictures = [block.name for block in page.blocks if isinstance(block, Figure)]
    assert "prices" not in pictures
    assert page.pipeline is not None
    told = [line.text for line in page.pipeline.lines]
    assert sum("TK Observer" in line or "TK观察" in line for line in told) == 1
