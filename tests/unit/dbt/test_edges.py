"""Other and regions where single countries come and go; the market is `markets.edges`."""

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from markets.edges import USD, edges
from markets.small import write_raw
from shortdrama.core.settings import DBT_PROJECT
from shortdrama.gates.mart_gate import MartContext, audit_marts
from shortdrama.warehouse.publish.views import KNOWN_AT

pytestmark = pytest.mark.integration  # a build of its own

EX_CHINA = USD["ZZ"] - USD["CN"]
OTHER = EX_CHINA - USD["US"] - USD["JP"]


class Edges:
    """The marts of the market."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql, parameters).fetchall()

    def row(self, period: str, geography: str, columns: str) -> tuple[Any, ...] | None:
        kind = "weekly" if "W" in period else "quarterly" if "Q" in period else "monthly"
        found = self.query(
            f"select {columns} from marts.rpt_market_size_{kind}"
            " where period_label = ? and geography = ?",
            period,
            geography,
        )
        return found[0] if found else None

    def size(self, period: str, geography: str) -> tuple[Any, ...] | None:
        """Covered days, revenue of a day, countries."""
        return self.row(
            period,
            geography,
            "cast(round(completeness_ratio * (period_end_on - period_start_on + 1)) as int)"
            " as days, cast(revenue_usd / days as decimal(18, 2)), countries",
        )

    def growth(self, period: str, geography: str) -> tuple[Any, ...] | None:
        """Growth of revenue per day is always zero here; and why there is none."""
        return self.row(period, geography, "revenue_growth_pct is not null, no_growth_reason")


@pytest.fixture(scope="session")
def marts(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Edges:
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "edges"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            _build_in(folder)
    return Edges(folder / "edges.duckdb")


def _build_in(folder: Path) -> None:
    folder.mkdir()
    write_raw(folder / "edges.duckdb", edges())
    run = subprocess.run(
        [
            sys.executable, "-m", "dbt.cli.main", "build",
            "--exclude-resource-type", "test",
            "--exclude-resource-type", "unit_test",
            "--target", "local",
            "--project-dir", str(DBT_PROJECT),
            "--profiles-dir", str(DBT_PROJECT),
            "--target-path", str(folder / "target"),
            "--log-path", str(folder / "logs"),
            "--no-use-colors",
        ],
        env=os.environ
        | {
            "SHORTDRAMA_WAREHOUSE_PATH": str(folder / "edges.duckdb"),
            "SHORTDRAMA_BUILT_AT": "2026-01-12T08:00:00",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_day_of_a_new_country_takes_no_day_from_the_others(marts: Edges) -> None:
    for period, days in (("2025-02", 28), ("2025-W07", 7), ("2025Q1", 90)):
        assert marts.size(period, "Other") == (days, OTHER, "CN, JP, US")
        assert marts.size(period, "East Asia") == (days, USD["JP"], "JP")
    assert marts.size("2025-02", "KR") == (1, USD["KR"], None)
    for month in ("2025-02", "2025-03"):
        assert marts.growth(month, "Other") == (True, None)
        assert marts.growth(month, "East Asia") == (True, None)


def test_a_country_of_half_a_week_is_in_other(marts: Edges) -> None:
    assert marts.size("2025-W10", "Other") == (7, OTHER, "CN, JP, US")
    # It is all of its region that is known.
    assert marts.size("2025-W10", "Europe") == (4, USD["GB"], "GB")
    assert marts.growth("2025-W11", "Other") == (True, None)


def test_a_country_added_in_the_middle_of_a_month_counts_from_the_next_one(marts: Edges) -> None:
    assert marts.size("2025-04", "North America") == (30, USD["US"], "US")
    assert marts.size("2025-05", "North America") == (31, USD["US"] + USD["CA"], "CA, US")
    assert marts.growth("2025-04", "North America") == (True, None)
    assert marts.growth("2025-05", "North America") == (False, "other_countries_before")
    assert marts.growth("2025-06", "North America") == (True, None)


def test_a_country_added_in_the_middle_of_a_week_counts_from_the_next_one(marts: Edges) -> None:
    assert marts.size("2025-W16", "North America") == (7, USD["US"], "US")
    assert marts.size("2025-W17", "North America") == (7, USD["US"] + USD["CA"], "CA, US")
    assert marts.growth("2025-W17", "Other") == (False, "other_countries_before")
    assert marts.growth("2025-W18", "Other") == (True, None)


def test_a_quarter_is_made_of_the_countries_of_the_whole_quarter(marts: Edges) -> None:
    assert marts.size("2025Q2", "Other") == (91, OTHER, "CN, JP, US")
    assert marts.size("2025Q2", "North America") == (91, USD["US"], "US")


def test_the_only_country_of_a_region_is_the_region(marts: Edges) -> None:
    assert marts.size("2025-04", "Latin America") == (15, USD["BR"], "BR")
    assert marts.size("2025-05", "Latin America") == (31, USD["BR"], "BR")
    assert marts.growth("2025-04", "Latin America") == (False, "incomplete")
    assert marts.growth("2025-05", "Latin America") == (False, "incomplete_before")
    assert marts.growth("2025-06", "Latin America") == (True, None)
    (share,) = marts.row("2025-04", "Latin America", "revenue_share_pct") or ()
    assert share is None


def test_a_removed_country_falls_back_into_other(marts: Edges) -> None:
    assert marts.size("2025-08", "JP") == (10, USD["JP"], None)
    assert marts.size("2025-08", "East Asia") == (10, USD["JP"], "JP")
    parts = USD["US"] + USD["CA"] + USD["BR"]
    assert marts.size("2025-08", "Other") == (30, EX_CHINA - parts, "BR, CA, CN, US")
    assert marts.growth("2025-09", "Other") == (False, "incomplete_before")


def test_a_country_that_no_list_has_is_taken_out_of_other_alone(marts: Edges) -> None:
    may = EX_CHINA - sum(USD[c] for c in ("US", "JP", "CA", "BR", "XX"))
    assert marts.size("2025-05", "Other") == (31, may, "BR, CA, CN, JP, US, XX")
    assert marts.query(
        "select count(*) from marts.rpt_market_size_monthly where period_label = '2025-05'"
        " and geography_level = 'region'"
    ) == [(3,)]


def test_a_covered_country_without_rows_counts_with_zero(marts: Edges) -> None:
    assert marts.size("2025-07", "NG") == (31, 0, None)
    assert marts.size("2025-07", "Middle East and Africa") == (31, 0, "NG")
    size = marts.size("2025-07", "Other")
    assert size
    assert size[2] == "BR, CA, CN, JP, NG, US"


def test_a_country_of_one_store_counts_like_any(marts: Edges) -> None:
    assert marts.query(
        "select distinct store from marts.fct_app_estimates_daily where country_code = 'CA'"
    ) == [("apple",)]
    assert marts.size("2025-09", "CA") == (30, USD["CA"], None)


def test_a_world_without_countries_is_a_world_alone(marts: Edges) -> None:
    assert marts.query(
        "select geography, countries from marts.rpt_market_size_monthly"
        " where period_label = '2025-10'"
    ) == [("World", None)]


def test_a_day_without_china_is_no_day_of_other(marts: Edges) -> None:
    assert marts.size("2025-08", "World") == (31, USD["ZZ"], None)
    assert marts.size("2025-08", "World ex-China") == (30, EX_CHINA, "CN")
    assert marts.size("2025-08", "US") == (31, USD["US"], None)


def test_shares_are_of_the_same_days_not_of_as_many(marts: Edges) -> None:
    equal = marts.query(
        "select geography, completeness_ratio, revenue_share_pct"
        " from marts.rpt_market_size_monthly where period_label = '2025-11' order by geography"
    )
    half = Decimal("0.500000")
    assert equal == [
        ("CN", half, None),
        ("North America", half, None),
        ("Other", half, 100),
        ("US", half, None),
        ("World", half, None),
        ("World ex-China", half, 100),
    ]
    assert marts.query(
        "select country_code, revenue_share_of_world_pct from marts.rpt_country_monthly"
        " where period_label = '2025-11' order by 1"
    ) == [("CN", 10), ("US", None)]


def test_complete_parts_add_up_to_complete_wholes(marts: Edges) -> None:
    for kind in ("weekly", "monthly", "quarterly"):
        for level in ("region", "country"):
            sums = marts.query(
                f"""
                select period_label
                from marts.rpt_market_size_{kind}
                where completeness_ratio = 1 and geography <> 'CN'
                    and geography_level in ('world_ex_china', 'other', '{level}')
                    -- No region has it.
                    and (period_label, 'region') not in (
                        select (period_label, '{level}') from marts.rpt_market_size_{kind}
                        where geography = 'XX'
                    )
                group by period_label
                having bool_or(geography = 'World ex-China')
                    and sum(if(geography = 'World ex-China', -1, 1) * revenue_usd) <> 0
                """
            )
            assert sums == [], (kind, level)


def test_nobody_moves_where_countries_are_others(marts: Edges) -> None:
    movements = marts.query(
        "select period_label, list(distinct movement) from marts.rpt_app_leaderboard_monthly"
        " where geography = 'North America' and period_label between '2025-04' and '2025-06'"
        " group by all order by all"
    )
    assert movements == [("2025-04", ["same"]), ("2025-05", [None]), ("2025-06", ["same"])]


def test_what_was_known_then_is_made_of_the_same_countries(marts: Edges) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{marts.path}' as built (read_only)")
        for view in (
            "fct_app_estimates_versions",
            "fct_estimate_coverage",
            "dim_country",
            "dim_vendor",
        ):
            connection.execute(f"create view {view} as from built.marts.{view}")
        connection.execute(KNOWN_AT.read_text(encoding="utf-8"))
        for kind, cadence in (("week", "weekly"), ("month", "monthly"), ("quarter", "quarterly")):
            columns = (
                "period_start_on, geography, vendor, active_apps, downloads, revenue_usd,"
                " completeness_ratio"
            )
            known = f"select {columns} from market_size_as_known_at('2026-01-11', '{kind}')"
            now = f"select {columns} from built.marts.rpt_market_size_{cadence}"
            for one, other in ((known, now), (now, known)):
                assert connection.execute(f"{one} except all {other}").fetchall() == []


def test_the_gate_computes_the_same(marts: Edges) -> None:
    with duckdb.connect(str(marts.path)) as connection:
        loaded = frozenset({"appfigures.estimates", "appfigures.products"})
        result = audit_marts(connection, "B1", MartContext("real", loaded, date(2025, 12, 1)))
    assert [
        finding.text for finding in result.critical if not finding.suite.startswith("marts/")
    ] == []
