"""The first screen of each report, word by word, in both languages."""

import duckdb
import pytest

from report_editions import edition
from shortdrama.reports.page import Figure, Lines, Page, Table, Tiles


def said(page: Page) -> list[str]:
    """The claim, its context, and the points as a reader sees them."""
    answer = page.answer
    points = [f"{point.lead}{page.colon}{point.text}" for point in answer.points]
    return [answer.claim, answer.context, *points]


def test_the_weekly_brief_in_english(report_marts: duckdb.DuckDBPyConnection) -> None:
    page = edition(report_marts, "weekly_brief", "en")
    assert page.subject == "[Sample] US$51.8M net, +0.6%: short drama, 22–28 Sept"
    assert page.preheader == "ReelShort +US$0.32M (+2.7%); US +1.1%; downloads −0.1%"
    assert said(page) == [
        "US$51.8M net revenue, +0.6% on the week",
        "Second-highest of the 25 complete weeks on file; the highest is US$52.1M (8–14 Sept).",
        "Apps: ReelShort +US$0.32M (+2.7%), more than the market's whole US$0.30M rise; largest"
        " fall: NetShort −US$0.08M (−1.7%). Top-10 order unchanged.",
        "Countries: US +US$0.26M (+1.1%), 84% of the rise; France −1.5%, Germany −0.9%.",
        "Downloads: nearly flat at 23.7M (−0.1%); US$2.19 net each (+0.7%).",
        "Watch: the level to beat is US$52.1M.",
    ]
    assert [banner.text for banner in page.banners] == [
        "Sample data: simulated. Do not cite.",
        "Data through 30 Sept 2025: older than usual.",
    ]


def test_the_weekly_brief_in_chinese(report_marts: duckdb.DuckDBPyConnection) -> None:
    page = edition(report_marts, "weekly_brief", "zh")
    assert page.subject == "【示例】净收入5181万美元，环比+0.6%｜海外短剧周报 9.22–9.28"
    assert page.preheader == "ReelShort +32万美元（+2.7%）；美国 +1.1%；下载量−0.1%"
    assert said(page) == [
        "内购净收入5181万美元，环比+0.6%",
        "25个完整周中次高；最高为9月8日—14日的5212万美元",
        "应用：ReelShort +32万美元（+2.7%），超过大盘增量30万美元；减少最多的是NetShort"
        " −8万美元（−1.7%）。Top10座次未变。",
        "市场：美国 +26万美元（+1.1%），占增量的84%；法国 −1.5%，德国 −0.9%。",
        "下载：2368万次，基本持平（−0.1%）；单次下载收入2.19美元（+0.7%）。",
        "关注：前高为5212万美元。",
    ]
    assert page.period == "2025年9月22日—28日（第39周）"


def test_the_monthly_report(report_marts: duckdb.DuckDBPyConnection) -> None:
    english = edition(report_marts, "monthly_report", "en")
    chinese = edition(report_marts, "monthly_report", "zh")
    assert said(english)[:2] == [
        "US$221M net revenue, +1.5% on the month",
        "The highest of the 6 complete months on file.",
    ]
    assert said(chinese)[:2] == ["内购净收入2.21亿美元，环比+1.5%", "6个完整月中最高"]
    assert (
        "Minis: 13 drama apps and 28 games (3 and 8 in May 2025); not in Minis: DramaBox and"
        " ReelShort (reported); in Minis: NetShort and ShortMax; no source on 2 other leaders."
    ) in said(english)


def test_the_pulse_answers_with_figures(report_marts: duckdb.DuckDBPyConnection) -> None:
    english = edition(report_marts, "minis_pulse", "en")
    assert said(english) == [
        "#flickreels +150.0% in 7 days: 1.9M views (US)",
        "For scale: Minis' own #tiktokminis 145K views; the format's #shortdrama 229M views.",
        "Hashtags: up #shortdrama +27.1%, #reelshort +35.8%; down #dramawave −11.1%, #tiktokminis"
        " −6.4%; at least doubled: #flickreels.",
        "Demand: #minisgames 84.9K views, #minisshorts 73.3K views; searches for TikTok Minis up"
        " 300% or more (30 Dec 2025 – 5 Jan 2026), still outside TikTok's top 100.",
        "Supply: 13 drama apps and 28 games (3 and 8 in May 2025); not in Minis: DramaBox and"
        " ReelShort (reported); in Minis: NetShort and ShortMax; no source on 2 other leaders.",
        "Break-even: 5.9K to 60K paying viewers per drama (middle case 28.6K); or, free with ads,"
        " 10M to 6B views (middle case 195M).",
        "Not known: How many viewers of a hashtag open a drama, and how many of these pay, is not"
        " published.",
    ]
    chinese = edition(report_marts, "minis_pulse", "zh")
    assert said(chinese)[0] == "#flickreels 7天播放+150.0%，达194万次（美国）"
    assert chinese.subject == "【示例】#flickreels 7天播放+150.0%｜Minis速报 2月25日"


def kinds(page: Page) -> list[str]:
    """What a page is made of."""
    return [
        block.name if isinstance(block, Figure) else type(block).__name__ for block in page.blocks
    ]


def test_each_report_has_its_blocks(report_marts: duckdb.DuckDBPyConnection) -> None:
    assert kinds(edition(report_marts, "weekly_brief", "en")) == [
        "Tiles", "Lines", "revenue", "Table", "Table", "countries", "Lines", "Lines",
    ]  # fmt: skip
    assert kinds(edition(report_marts, "monthly_report", "en")) == [
        "Tiles", "Lines", "revenue", "Lines", "Table", "Table", "Table", "countries", "forecasts",
        "Lines", "Lines", "Lines", "prices", "breakeven", "Lines", "Table", "Lines",
    ]  # fmt: skip
    assert kinds(edition(report_marts, "minis_pulse", "en")) == [
        "Tiles", "momentum", "reach", "Lines", "Table", "Table", "Lines", "prices", "Lines",
        "Lines",
    ]  # fmt: skip


def test_a_chart_claims_something(report_marts: duckdb.DuckDBPyConnection) -> None:
    page = edition(report_marts, "weekly_brief", "en")
    titles = [block.title for block in page.blocks if isinstance(block, Figure)]
    assert titles == [
        "Up 12.2% in 12 weeks; peak US$52.1M (8–14 Sept)",
        "US added most: US$0.26M",
    ]


def test_tables_fit_a_phone(report_marts: duckdb.DuckDBPyConnection) -> None:
    for report_id in ("weekly_brief", "monthly_report", "minis_pulse"):
        page = edition(report_marts, report_id, "zh")
        tables = [block for block in page.blocks if isinstance(block, Table)]
        assert all(len(table.headings) <= 5 and len(table.rows) <= 11 for table in tables)
        tiles = [block for block in page.blocks if isinstance(block, Tiles)]
        assert all(len(block.tiles) == 2 for block in tiles)


@pytest.mark.parametrize(("days", "is_shown"), [(1, True), (9, False)])
def test_a_forecast_is_shown_once_after_it_came(
    report_marts: duckdb.DuckDBPyConnection, days: int, is_shown: bool
) -> None:
    """Later editions have one line about it among the facts about our data."""
    accepted = f"2026-02-{25 - days:02d}T08:00:00+00:00"
    state = {"as_of": "2026-02-23", "accepted_at": accepted}
    page = edition(report_marts, "weekly_brief", "en", datasets={"omdia.forecasts": state})
    titles = [block.title for block in page.blocks if isinstance(block, Lines)]
    assert ("Forecast for microdramas worldwide (Omdia)" in titles) is is_shown
    assert page.pipeline is not None
    lines = [line.text for line in page.pipeline.lines]
    assert ("Omdia's forecast is unchanged since 23 Feb 2026" in lines) is not is_shown
