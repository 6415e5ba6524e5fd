"""Every figure of the page is its mart's: the embedded rows against SQL that only tests have."""

from typing import Any

import duckdb
import pytest

import market_pages
from shortdrama.reports.words.formats import LocaleName

pytestmark = pytest.mark.integration

OURS = "vendor = 'Appfigures' and revenue_basis = 'net'"
CHARTS = {
    "market-size": ("rpt_market_size_{grain}", OURS),
    "market-events": ("fct_market_events", "true"),
    "leaders": ("rpt_app_leaderboard_monthly", f"{OURS} and revenue_rank <= 15"),
    "countries": ("rpt_country_monthly", f"{OURS} and country_code <> 'CN'"),
    "concentration": ("rpt_market_concentration_monthly", OURS),
    "hashtags-drama-games": ("rpt_hashtag_momentum", "true"),
    "hashtags-daily-views": (
        "(from marts.fct_hashtag_views_daily left join marts.dim_hashtag"
        " as tag using (hashtag_id) select fct_hashtag_views_daily.*, tag.hashtag_name, tag.kind)",
        "kind <> 'other'",
    ),
    "hashtags-momentum": ("rpt_hashtag_momentum", "true"),
    "minis-catalogue": ("rpt_minis_landscape", "market = 'World'"),
    "minis-prices": ("rpt_minis_landscape", "market = 'World'"),
    "minis-leaders": ("rpt_minis_leaders", "true"),
    "forecasts": ("rpt_forecast_context", "segment = 'microdramas'"),
    "break-even": (
        "rpt_monetisation_breakeven",
        "(moved_assumption is not null or scenario_id similar to '.*[.](best|base|worst)')",
    ),
    "reconciliation": ("rpt_vendor_reconciliation", "true"),
    "freshness": ("ops_freshness", "true"),
}
GRAINS = ("weekly", "monthly", "quarterly")


def of_mart(
    connection: duckdb.DuckDBPyConnection, mart: str, where: str, columns: list[str]
) -> set[tuple[str | None, ...]]:
    """Its different rows, each value as DuckDB writes it with all digits."""
    table = mart if mart.startswith("(") else f"marts.{mart}"
    listed = ", ".join(f"{name}::varchar" for name in columns)
    return set(connection.execute(f"select {listed} from {table} where {where}").fetchall())


def shown(chart: dict[str, Any]) -> tuple[list[str], list[tuple[str | None, ...]]]:
    """The columns that a CSV of the chart has, and all its rows."""
    places = [at for at, name in enumerate(chart["columns"]) if not name.startswith("_")]
    measured = {"views", "completeness_ratio"} & set(chart["columns"])
    rows = [
        tuple(row[at] for at in places)
        for row in chart["rows"]
        # A row without it was put in for a gap; in its mart each row has it.
        if "views_change_7d" in chart["columns"]
        or all(row[chart["columns"].index(name)] is not None for name in measured)
    ]
    return [chart["columns"][at] for at in places], rows


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_chart_has_the_rows_of_its_mart(
    marts: duckdb.DuckDBPyConnection, locale: LocaleName
) -> None:
    charts = market_pages.data(market_pages.page(marts, locale))["charts"]
    assert charts.keys() == CHARTS.keys()
    for name, (mart, where) in CHARTS.items():
        columns, rows = shown(charts[name])
        if name == "market-size":
            grains = {f"rpt_market_size_{grain}" for grain in GRAINS}
            at = columns.index("mart")
            expected = {
                (*row[:at], one, *row[at:])
                for one in grains
                for row in of_mart(marts, one, where, [c for c in columns if c != "mart"])
            }
        elif name == "hashtags-drama-games":
            figures = [column for column in columns if column != "is_sample"]
            expected = {(*row, "true") for row in of_mart(marts, mart, where, figures)}
        else:
            expected = of_mart(marts, mart, where, columns)
        assert len(rows) == len(set(rows)), name
        assert set(rows) == expected, name


def test_every_mart_says_itself_whether_it_is_a_sample(marts: duckdb.DuckDBPyConnection) -> None:
    real = "Table: <code>rpt_minis_landscape</code>"
    text = market_pages.page(marts)
    for line in text.splitlines():
        if 'class="origin' in line:
            is_real = real in line or "fct_market_events" in line or "rpt_minis_leaders" in line
            is_neither = "rpt_monetisation_breakeven" in line
            assert ("real data" in line) == is_real, line
            assert ("sample data" in line) == (not is_real and not is_neither), line
            assert "Appfigures" in line or "as of" in line or is_neither or is_real


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", ["US$221M", "+1.5%", "101M", "ReelShort", "52.1%", "US$14B", "HHI 1,208", "45.7%"]),
        ("zh", ["2.21亿美元", "+1.5%", "1.01亿次", "ReelShort", "52.1%", "140亿美元", "45.7%"]),
    ],
)
def test_the_summary_has_the_newest_complete_month(
    marts: duckdb.DuckDBPyConnection, locale: LocaleName, said: list[str]
) -> None:
    text = market_pages.page(marts, locale)
    summary = text[text.index("<h1>") : text.index('<section id="size">')]
    assert [figure for figure in said if figure not in summary] == []


def test_both_languages_have_the_same_rows(marts: duckdb.DuckDBPyConnection) -> None:
    english, chinese = (
        market_pages.data(market_pages.page(marts, locale))["charts"] for locale in ("en", "zh")
    )
    for name in CHARTS:
        (columns, rows), (others, more) = shown(english[name]), shown(chinese[name])
        assert (columns, sorted(map(str, rows))) == (others, sorted(map(str, more)))


def test_the_same_snapshot_gives_the_same_page(marts: duckdb.DuckDBPyConnection) -> None:
    assert market_pages.page(marts) == market_pages.page(marts)
