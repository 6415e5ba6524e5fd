"""The first screen of each report, word by word, in both languages."""

import re

import duckdb
import pytest

from report_editions import edition
from shortdrama.reports.layout.render import render
from shortdrama.reports.page import Figure, Lines, Page, Table, Tiles, TimeChart


def said(page: Page) -> list[str]:
    """The claim, its context, and the points as a reader sees them."""
    answer = page.answer
    points = [f"{point.lead}{page.colon}{point.text}" for point in answer.points]
    return [answer.claim, answer.context, *points]


def test_the_weekly_brief_in_english(report_marts: duckdb.DuckDBPyConnection) -> None:
    page = edition(report_marts, "weekly_brief", "en")
    assert page.subject == "[Sample] US$51.8M net, +0.6%: short drama, 22–28 Sept 2025"
    assert page.preheader == "ReelShort +US$0.32M (+2.7%); US +1.1%; downloads −0.1%"
    assert said(page) == [
        "US$51.8M net revenue, +0.6% on the week",
        "Second-highest of the 25 complete weeks since 7 Apr 2025; the highest is US$52.1M"
        " (8–14 Sept).",
        "Apps: ReelShort added US$0.32M (+2.7%), more than the market's whole US$0.30M rise;"
        " largest fall: NetShort −US$0.08M (−1.7%). Top-10 order unchanged.",
        "Countries: the US added US$0.26M (+1.1%), 84% of the rise with 46% of revenue; France"
        " fell 1.5%, Germany 0.9%.",
        "Downloads: nearly flat at 23.7M (−0.1%); net revenue per download US$2.19 (+0.7%).",
        "Watch: a figure above US$52.1M (8–14 Sept) would be the highest in our data.",
    ]
    assert [banner.text for banner in page.banners] == [
        "Sample data: simulated. Do not cite.",
        "Late: data ends 30 Sept 2025, 148 days before this report.",
    ]


def test_the_weekly_brief_in_chinese(report_marts: duckdb.DuckDBPyConnection) -> None:
    page = edition(report_marts, "weekly_brief", "zh")
    assert page.subject == "【示例】净收入5181万美元，环比+0.6%｜海外短剧周报 2025.9.22–9.28"
    assert page.preheader == "ReelShort +32万美元（+2.7%）；美国 +1.1%；下载量−0.1%"
    assert said(page) == [
        "内购净收入5181万美元，环比+0.6%",
        "2025年4月7日以来25个完整周中次高；最高为9月8日—14日的5212万美元",
        "应用：ReelShort +32万美元（+2.7%），超过大盘增量30万美元；减少最多的是NetShort"
        " −8万美元（−1.7%）。Top10排名未变。",
        "市场：美国 +26万美元（+1.1%），占增量的84%，而收入占比为46%；法国 −1.5%，德国 −0.9%。",
        "下载：2368万次，基本持平（−0.1%）；单次下载收入2.19美元（+0.7%）。",
        "关注：能否突破9月8日—14日的5212万美元。",
    ]
    assert page.period == "2025年9月22日—28日（第39周）"


def test_the_monthly_report(report_marts: duckdb.DuckDBPyConnection) -> None:
    english = edition(report_marts, "monthly_report", "en")
    chinese = edition(report_marts, "monthly_report", "zh")
    assert said(english) == [
        "US$221M net revenue, +1.5% on the month",
        "The highest of the 6 complete months since April 2025. Per day +4.9% (Sept has 30 days,"
        " Aug 31).",
        "Apps: no standout, the top 10 moved with the market (+1.5%); largest fall: Pixel Box"
        " (outside the top 10) −US$0.43M (−24.0%). Top-10 order unchanged.",
        "Countries: the US added US$1.49M (+1.5%), in line with its 46% share of the market;"
        " Brazil fell 0.2%.",
        "Downloads: up 1.5% to 101M; net revenue per download US$2.19 (flat).",
        "Quarter: Q3 2025 US$647M, +12.8% on the quarter before.",
        "Concentration: the top three apps take 52.1% of net revenue, the top ten 82.1%.",
        "Minis (press, 11 Jan 2026): 13 drama apps and 28 games (3 and 8 in May 2025).",
    ]
    assert said(chinese)[:2] == [
        "内购净收入2.21亿美元，环比+1.5%",
        "2025年4月以来6个完整月中最高；日均环比+4.9%（9月为30天，8月为31天）",
    ]


def test_the_pulse_answers_with_figures(report_marts: duckdb.DuckDBPyConnection) -> None:
    """Its headline is about Minis' own hashtag; a small one that jumped is a point below."""
    english = edition(report_marts, "minis_pulse", "en")
    assert english.subject == ("[Sample] #tiktokminis 145K views, −6.4%: Minis pulse, 25 Feb 2026")
    assert english.period == "19–25 Feb 2026, US"
    assert said(english) == [
        "#tiktokminis: 145K views in 7 days (US), −6.4%",
        "For scale: #shortdrama 229M views (+27.1%). 22 posts had #tiktokminis. All views: US,"
        " 19–25 Feb 2026; changes on the 7 days before.",
        "Attention: #minisgames 84.9K views (+21.7%), #minisshorts 73.3K views (+38.5%); searches"
        " for “TikTok Minis” on TikTok rose at least 300% on mid-December 2025 in the week"
        " 30 Dec 2025 – 5 Jan 2026 (latest we have), still outside TikTok's top 100 searches.",
        "Biggest mover: #flickreels +150.0%, from 774K to 1.9M views; up #shortdrama +27.1%,"
        " #reelshort +35.8%; down #dramawave −11.1%.",
        "Supply (press, 11 Jan 2026): 13 drama apps and 28 games (3 and 8 in May 2025); in Minis:"
        " NetShort and ShortMax; not in Minis: DramaBox and ReelShort; unknown: DramaWave and"
        " GoodShort.",
        "Break-even: 5.9K to 60K paying viewers per drama (base case 28.6K); or, free with ads,"
        " 10M to 6B views (base case 195M).",
        "Not known: How many viewers of a hashtag open a drama, and how many of these pay, is not"
        " published.",
    ]
    chinese = edition(report_marts, "minis_pulse", "zh")
    assert said(chinese)[0] == "#tiktokminis 7天14.5万次，环比−6.4%（美国）"
    assert chinese.subject == "【示例】#tiktokminis 7天14.5万次，环比−6.4%｜Minis速报 2026.2.25"


def test_hashtags_are_not_added_up(report_marts: duckdb.DuckDBPyConnection) -> None:
    """A post counts in each of its hashtags: no sum over them, and no share of such a sum."""
    page = edition(report_marts, "minis_pulse", "en")
    sums = report_marts.execute(
        "select distinct drama_views from marts.rpt_hashtag_momentum where drama_views is not null"
    ).fetchall()
    text = repr(page)
    assert sums
    assert not [one for (one,) in sums if str(one) in text]
    assert "405M" not in text
    assert "56.5%" not in text


def test_places_that_a_table_leaves_out_are_named(
    report_marts: duckdb.DuckDBPyConnection,
) -> None:
    page = edition(report_marts, "minis_pulse", "en")
    table = next(block for block in page.blocks if isinstance(block, Table))
    assert [row[0].text for row in table.rows] == [
        "1", "2", "3", "4", "5", "6", "7", "11", "12", "13", "14",
    ]  # fmt: skip
    assert table.note.endswith("Not shown: ranks 8 to 10.")


@pytest.mark.parametrize("report_id", ["weekly_brief", "monthly_report"])
def test_arrows_of_ranks_are_explained_only_where_there_is_one(
    report_marts: duckdb.DuckDBPyConnection, report_id: str
) -> None:
    kind = "weekly" if report_id == "weekly_brief" else "monthly"

    def note() -> str:
        page = edition(report_marts, report_id, "en")
        return next(block for block in page.blocks if isinstance(block, Table)).note

    assert "▲▼" not in note()
    report_marts.execute(
        f"update marts.rpt_app_leaderboard_{kind} set revenue_rank_change = 1, movement = 'up'"
        f" where app_name = 'NetShort' and period_label in ('2025-W39', '2025-09')"
    )
    assert "▲▼ beside the rank" in note()


def test_a_place_gained_has_one_arrow(report_marts: duckdb.DuckDBPyConnection) -> None:
    report_marts.execute(
        "update marts.rpt_app_leaderboard_weekly set revenue_rank_change = 1, movement = 'up'"
        " where app_name = 'NetShort' and period_label = '2025-W39'"
    )
    html = render(edition(report_marts, "weekly_brief", "en")).html
    (rank,) = re.findall(r"<td[^>]*>((?:(?!</td>).)*▲1.*?)</td>", html, flags=re.DOTALL)
    assert re.sub(r"<[^>]*>|\s", "", rank) == "3▲1"


@pytest.mark.parametrize(
    ("kind", "geography", "precision", "is_marked"),
    [
        ("launch", "US", "day", True),
        ("launch", "World", "day", False),
        ("restatement", "World ex-China", "day", False),
        ("publication", "World ex-China", "month", False),
        ("publication", "World ex-China", "day", True),
    ],
)
def test_only_events_of_this_market_are_on_its_chart(
    report_marts: duckdb.DuckDBPyConnection,
    kind: str,
    geography: str,
    precision: str,
    is_marked: bool,
) -> None:
    report_marts.execute("delete from marts.fct_market_events")
    report_marts.execute(
        "insert into marts.fct_market_events by name select 'one' as event_id, ? as kind,"
        " date '2025-09-09' as starts_on, date '2025-09-09' as ends_on, ? as date_precision,"
        " ? as geography, 'It began' as title_en, '开始了' as title_zh, 'paper' as source,"
        " 'primary' as certainty",
        [kind, precision, geography],
    )
    page = edition(report_marts, "weekly_brief", "en")
    figure = next(block for block in page.blocks if isinstance(block, Figure))
    assert isinstance(figure.chart, TimeChart)
    assert bool(figure.chart.events) is is_marked
    assert ("It began" in figure.note) is is_marked


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
        "Lines", "Lines", "Lines", "breakeven", "Table", "Lines",
    ]  # fmt: skip
    assert kinds(edition(report_marts, "minis_pulse", "en")) == [
        "Tiles", "reach", "momentum", "breakeven", "Lines", "Table", "Table", "Lines", "prices",
        "Lines", "Lines",
    ]  # fmt: skip


def test_a_chart_claims_something(report_marts: duckdb.DuckDBPyConnection) -> None:
    page = edition(report_marts, "weekly_brief", "en")
    titles = [block.title for block in page.blocks if isinstance(block, Figure)]
    assert titles == [
        "Up 12.2% in 12 weeks; peak US$52.1M (8–14 Sept)",
        "The US added US$257K, the most",
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
