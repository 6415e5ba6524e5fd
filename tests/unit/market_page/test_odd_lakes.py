"""Lakes that are empty, partial, older or full of odd texts; what may not be passed on."""

import re

import duckdb
import pytest

import market_pages
from market_pages import data, page, visible
from shortdrama.market_page.compose import SECTIONS
from shortdrama.reports.words.formats import LocaleName

pytestmark = pytest.mark.integration

MOST_BYTES = 3_000_000
"""The library of charts takes another 0.9 MB."""

REAL = {"is_sample": False}
NAMES = {
    "script": "</script><script>alert(1)</script>",
    "comment": "<!--<script>",
    "quotes": '"O\'Brien" & Söhne <b>',
    "separator": "one\u2028two\u2029three",
    "turned": "\u202eemoh\u2066 \u200f",
    "emoji": "🎬👩‍👩‍👧 短剧",
    "arabic": "دراما قصيرة",
    "long": "x" * 200,
    "template": "{{ 7 * 7 }} ${7*7} @kind",
    "formula": '=HYPERLINK("http://x")',
}


def named(marts: duckdb.DuckDBPyConnection) -> str:
    """The page on which apps, publishers, hashtags, events and sources are called so."""
    marts.execute("create temp table odd as select unnest($1) as name", [list(NAMES.values())])
    for mart, columns in {
        "rpt_app_leaderboard_monthly": ("app_name", "publisher"),
        "rpt_hashtag_momentum": ("hashtag_name",),
        "dim_hashtag": ("hashtag_name",),
        "fct_market_events": ("title_en", "source", "event_id"),
        "rpt_minis_leaders": ("leader", "source"),
        "rpt_forecast_context": ("publisher",),
        "rpt_vendor_reconciliation": ("vendor", "source", "fact_id"),
    }.items():
        changes = ", ".join(
            f"{column} = (select name from (select name, row_number() over () - 1 as n from odd)"
            f" where n = rowid % {len(NAMES)})"
            for column in columns
        )
        marts.execute(f"update marts.{mart} set {changes}")
    return page(marts)


def test_no_text_of_the_data_breaks_the_page(marts: duckdb.DuckDBPyConnection) -> None:
    scripts = page(marts).count("<script")
    text = named(marts)
    assert text.count("<script") == scripts
    assert "<!--" not in text
    embedded = market_pages.EMBEDDED.search(text)
    assert embedded is not None
    for sign in "\u2028\u2029\u202e\u2066\u200f":
        assert sign not in visible(text)
        assert sign not in embedded[1]
    names = {row["app_name"] for row in rows_of(text, "leaders")}
    assert {NAMES["script"], NAMES["quotes"], NAMES["long"], NAMES["arabic"]} <= names
    assert {"one two three", "emoh", NAMES["template"]} <= names
    assert NAMES["template"] in visible(text)


def test_a_big_integer_keeps_its_digits(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute("update marts.rpt_app_leaderboard_monthly set downloads = 9007199254740993")
    chart = data(page(marts))["charts"]["leaders"]
    place = chart["columns"].index("downloads")
    assert {row[place] for row in chart["rows"]} == {"9007199254740993"}
    assert place in chart["numeric"]


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_lake_without_figures_says_so_in_every_section(locale: LocaleName) -> None:
    with market_pages.empty() as marts:
        text = page(marts, locale)
    assert data(text)["charts"] == {}
    assert text.count('class="nothing"') == len(SECTIONS)
    assert ("No complete month" if locale == "en" else "尚无完整月份") in text
    assert ">0<" not in visible(text)


@pytest.mark.parametrize(
    "mart",
    ["rpt_market_size_monthly", "rpt_minis_landscape", "rpt_hashtag_momentum", "ops_freshness",
     "dim_vendor", "rpt_vendor_reconciliation", "rpt_forecast_context", "dim_hashtag"],
)  # fmt: skip
def test_a_snapshot_from_before_a_mart_has_all_other_sections(
    marts: duckdb.DuckDBPyConnection, mart: str
) -> None:
    marts.execute(f"drop table marts.{mart}")
    text = page(marts)
    older = text.count("was made before this part existed")
    assert older == (0 if mart == "dim_vendor" else 1)


def test_a_part_without_rows_leaves_the_others(marts: duckdb.DuckDBPyConnection) -> None:
    for mart in ("rpt_minis_landscape", "rpt_minis_leaders", "rpt_hashtag_momentum"):
        marts.execute(f"delete from marts.{mart}")
    marts.execute("delete from marts.fct_hashtag_views_daily")
    text = page(marts)
    assert text.count('class="nothing"') == 2
    assert "market-size" in data(text)["charts"]


def rows_of(text: str, chart: str) -> list[dict[str, str | None]]:
    found = data(text)["charts"][chart]
    return [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]


def test_a_missing_month_is_a_gap_with_its_reason(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute("delete from marts.rpt_market_size_monthly where period_label = '2025-06'")
    rows = [
        row
        for row in rows_of(page(marts), "market-size")
        if row["mart"] == "rpt_market_size_monthly" and row["geography"] == "US"
    ]
    (gap,) = [row for row in rows if row["_gap"]]
    assert gap["period_start_on"] == "2025-06-01"
    assert (gap["revenue_usd"], gap["downloads"]) == (None, None)
    assert gap["_gap"] == "no data for these days"


def test_an_incomplete_or_provisional_period_is_not_drawn(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(
        "update marts.rpt_market_size_monthly set maturity = 'provisional'"
        " where period_label = '2025-09'"
    )
    rows = rows_of(page(marts), "market-size")
    said = {row["period_label"]: row["_gap"] for row in rows if row["geography"] == "US"}
    assert said["2025-W40"] == "incomplete: 28.6% of its days are covered"
    assert said["2025-09"] == "provisional: the vendor may still change it"
    assert said["2025-08"] == ""


def test_a_figure_that_nobody_said_is_no_zero(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(
        "update marts.rpt_hashtag_momentum set views_change_7d_pct = null, game_views = null"
    )
    marts.execute("update marts.rpt_minis_landscape set drama_apps = null")
    text = page(marts)
    assert {row["_gap"] for row in rows_of(text, "hashtags-momentum")} == {
        "no earlier seven days to compare with"
    }
    assert {row["_gap"] for row in rows_of(text, "hashtags-drama-games")} == {
        "one of the two was not seen"
    }
    assert "game hashtags 0" not in text


def test_views_break_on_days_that_nobody_said(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute("delete from marts.fct_hashtag_views_daily where viewed_on = '2026-02-01'")
    rows = [row for row in rows_of(page(marts), "hashtags-daily-views") if row["_gap"]]
    assert {row["hashtag_name"] for row in rows if row["viewed_on"] == "2026-02-01"} > {"dramabox"}
    assert {row["views"] for row in rows} == {None}


def reviewed(marts: duckdb.DuckDBPyConnection, aggregates: str, rows: str) -> str:
    marts.execute(
        f"update marts.dim_vendor set may_share_aggregates = {aggregates},"
        f" may_redistribute = {rows}"
    )
    return page(marts, **REAL)  # type: ignore[arg-type]


def test_without_a_review_a_real_lake_shows_nothing_of_others(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    text = reviewed(marts, "null", "null")
    assert set(data(text)["charts"]) == {"break-even", "freshness"}
    assert "ReelShort" not in text
    assert "220630273" not in text
    assert "may be passed on" in text


def test_where_only_sums_may_go_single_apps_and_hashtags_stay_out(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    text = reviewed(marts, "true", "null")
    charts = data(text)["charts"]
    assert {"leaders", "hashtags-momentum", "hashtags-daily-views"}.isdisjoint(charts)
    assert {"market-size", "countries", "hashtags-drama-games", "forecasts"} <= charts.keys()
    assert "MoboReels" not in text
    assert {row["our_value"] for row in rows_of(text, "reconciliation")} == {None}


def test_a_publisher_that_forbids_it_is_left_out(marts: duckdb.DuckDBPyConnection) -> None:
    reviewed(marts, "true", "true")
    marts.execute(
        "update marts.dim_vendor set may_share_aggregates = false where vendor = 'Owl & Co'"
    )
    text = page(marts, **REAL)  # type: ignore[arg-type]
    assert "Left out: Owl &amp; Co" in text
    assert "Owl & Co" not in {row["publisher"] for row in rows_of(text, "forecasts")}


def test_another_vendor_or_basis_is_never_mixed_in(marts: duckdb.DuckDBPyConnection) -> None:
    before = page(marts)
    for mart in ("rpt_market_size_monthly", "rpt_country_monthly", "rpt_app_leaderboard_monthly",
                 "rpt_market_concentration_monthly"):  # fmt: skip
        for change in ("'Sensor Tower' as vendor", "'gross' as revenue_basis"):
            marts.execute(f"insert into marts.{mart} select * replace ({change}) from marts.{mart}")
    assert data(page(marts)) == data(before)


def test_a_large_lake_gives_a_page_that_a_mail_can_carry(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(
        "create temp table places as select 'P' || chr(65 + range::int) as place from range(26)"
    )
    for mart, step, count in (("weekly", 7, 300), ("monthly", 31, 120)):
        marts.execute(
            f"insert into marts.rpt_market_size_{mart} select size.* replace (place as geography,"
            f" size.period_start_on + n::int * {step} as period_start_on,"
            f" size.period_end_on + n::int * {step} as period_end_on, 'P' || n as period_label)"
            f" from marts.rpt_market_size_{mart} as size, places, range({count}) as t(n)"
            " where geography = 'US' and period_start_on between '2025-06-01' and '2025-06-02'"
        )
    marts.execute(
        "insert into marts.rpt_app_leaderboard_monthly select board.* replace (place as geography)"
        " from marts.rpt_app_leaderboard_monthly as board, places where geography = 'US'"
    )
    assert len(page(marts).encode()) <= MOST_BYTES


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_file_asks_no_network_and_names_the_snapshot(
    marts: duckdb.DuckDBPyConnection, locale: LocaleName
) -> None:
    text = page(marts, locale)
    assert "default-src &#39;none&#39;" in text
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', visible(text)) == []
    assert "20260225T080000Z-8306d70b" in visible(text)
    assert len(text.encode()) <= MOST_BYTES


def test_a_code_that_is_newer_than_this_software_is_shown_as_it_is(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    for mart, column in {
        "rpt_vendor_reconciliation": "reason", "rpt_forecast_context": "reason",
        "rpt_app_leaderboard_monthly": "movement", "rpt_minis_leaders": "status",
        "rpt_monetisation_breakeven": "moved_assumption", "rpt_hashtag_momentum": "kind",
        "rpt_market_concentration_monthly": "concentration_band",
    }.items():  # fmt: skip
        marts.execute(f"update marts.{mart} set {column} = 'of_tomorrow'")
    marts.execute("update marts.rpt_app_leaderboard_monthly set app_name = null")
    assert "of tomorrow" in visible(page(marts))


def test_every_place_to_go_to_is_there_once(marts: duckdb.DuckDBPyConnection) -> None:
    text = visible(page(marts))
    places = re.findall(r'id="([^"]*)"', text)
    assert len(places) == len(set(places))
    assert set(re.findall(r'href="#([^"]*)"', text)) <= set(places)


def test_a_chinese_page_speaks_chinese(marts: duckdb.DuckDBPyConnection) -> None:
    text = page(marts, "zh")
    chosen = data(text)["charts"]
    assert {row["_title"] for row in rows_of(text, "market-events")} == {
        row["title_zh"] for row in rows_of(text, "market-events")
    }
    labels = [field[1] for chart in chosen.values() for field in chart["fields"]]
    assert [label for label in labels if re.fullmatch(r"[A-Za-z ]{4,}", label)] == []
