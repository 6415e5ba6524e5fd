"""The marts of what happened, from the rows of markets.small."""

from datetime import date
from typing import Any


def test_a_gate_has_a_row_per_finding_and_one_if_it_found_nothing(build: Any) -> None:
    assert build.query(
        "select subject, finding_number, dataset, status, expectation, observed, severity "
        "from marts.ops_gate_results order by subject, finding_number"
    ) == [
        ("estimates-q2", 0, "appfigures.estimates", "succeeded", None, None, None),
        *(
            (
                subject, number, dataset, status,
                "expect_column_values_to_be_between", "110", "critical",
            )
            for subject, number, dataset, status in (
                ("f00d", 1, "marts", "succeeded"),
                ("f00d", 2, "marts", "succeeded"),
                ("omdia-refused", 1, "omdia.forecasts", "refused"),
            )
        ),
    ]  # fmt: skip


def test_freshness_knows_what_was_refused_since(build: Any) -> None:
    rows = build.query(
        "select dataset, as_of_on, refused_loads, last_refused_because from marts.ops_freshness "
        "where dataset in ('omdia.forecasts', 'tiktok.hashtags') order by all"
    )
    assert rows == [
        ("omdia.forecasts", date(2026, 2, 23), 1, "A unit has slipped."),
        ("tiktok.hashtags", date(2025, 9, 30), 0, None),
    ]


def test_pulls_know_their_cost_and_the_quota_its_day(build: Any) -> None:
    assert build.query(
        "select pull_id, planned_calls, used_calls, reused_answers from marts.ops_pulls order by 1"
    ) == [("pull-1", 18, 17, 1), ("pull-2", None, None, None)]
    assert build.query("select * from marts.ops_quota") == [
        ("appfigures", date(2026, 2, 24), 640, 1000, 17)
    ]


def test_builds_snapshots_and_sends_are_told(build: Any) -> None:
    assert build.query("select fingerprint, status from marts.ops_builds") == [("f00d", "failed")]
    assert build.query(
        "select snapshot_id, cast(published_at as varchar), fingerprint, previous_snapshot_id, "
        "warnings from marts.ops_snapshots"
    ) == [("snapshot-1", "2026-02-24 09:00:00", "f00d", None, "one\ntwo")]
    assert build.query("select edition, locale, state from marts.ops_sends") == [
        ("weekly_brief/2025-W39", "zh", "sent")
    ]


def test_no_address_can_stand_in_a_mart(build: Any) -> None:
    """Messages of sends hold addresses; no mart has the kind of outcome that they are in."""
    columns = build.query(
        "select column_name from duckdb_columns() "
        "where schema_name = 'marts' and table_name = 'ops_sends'"
    )
    assert {name for (name,) in columns} == {
        "edition", "recipient_id", "kind", "locale", "state", "claimed_at", "settled_at",
    }  # fmt: skip
