import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from typer.testing import CliRunner

from shortdrama.cli.main import app
from shortdrama.core.settings import Settings
from shortdrama.datasets.appfigures_products import PRODUCTS
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.pull import pull
from shortdrama.lake.landing import read_pull
from shortdrama.sources.connector import PullRequest
from shortdrama.universe.candidates import _marts, candidates
from shortdrama.universe.overrides import COLUMNS, problems

SINCE = date(2025, 9, 1)


@pytest.fixture
def listings() -> Iterator[duckdb.DuckDBPyConnection]:
    """Loads of August and September, and the size of one app."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table listings as
            select product_id, app_id as unified_app_id, app_name as unified_app_name,
                publisher as unified_publisher, 'Listing ' || product_id as name,
                'Dev' as developer,
                cast(said_at as timestamp) as said_at, said_at as load_id
            from (values
                (1, 'ua_old', 'Old', 'P', '2025-08-01'), (1, 'ua_old', 'Old', 'P', '2025-09-10'),
                (2, 'ua_old', 'Old', 'P', '2025-09-10'),
                (3, 'ua_new', 'New, really', null, '2025-09-10'),
                (4, null, null, null, '2025-08-01'), (4, null, null, null, '2025-09-10'),
                (5, 'ua_re', 'Before', 'P', '2025-08-01'), (5, 'ua_re', 'After', 'Q', '2025-09-10'),
                (6, 'ua_was', 'A', 'P', '2025-07-01'), (6, 'ua_was', 'B', 'P', '2025-08-01')
            ) as l(product_id, app_id, app_name, publisher, said_at)
            """
        )
        connection.execute(
            "create table sizes as select 'ua_re' as app_id, 5::decimal(18, 2) as revenue_usd,"
            " 7::bigint as downloads"
        )
        yield connection


def test_apps_are_listed_by_what_changed_the_largest_first(listings) -> None:
    found = candidates(listings, SINCE, set())
    assert [(c.kind, c.app_id, c.why) for c in found] == [
        ("new publisher", "ua_re", "was published by P"),
        ("renamed", "ua_re", "was called Before"),
        ("not unified", "product:4", "one store's listing without a unified app"),
        ("new", "ua_new", "first listed on 2025-09-10"),
    ]
    assert (found[0].revenue_usd, found[0].downloads) == (Decimal("5.00"), 7)
    assert found[0].first_seen_on == date(2025, 8, 1)
    assert (found[3].app_name, found[3].publisher) == ("New, really", "Dev")


def test_a_decided_app_is_listed_again_only_when_it_has_changed(listings) -> None:
    found = candidates(listings, SINCE, {"ua_re", "ua_new", "product:4"})
    assert {c.kind for c in found} == {"renamed", "new publisher"}


def test_sizes_are_worldwide_over_four_published_weeks(settings, monkeypatch) -> None:
    """On a connection as `shortdrama.connect` gives it: the marts are an attached database."""
    marts = duckdb.connect()
    marts.execute("attach ':memory:' as marts")
    marts.execute("use marts")
    marts.execute(
        """
        create table fct_app_estimates_daily as
        select 'ua_1' as app_id, country_code, cast(estimated_on as date) as estimated_on,
            2.5::decimal(18, 2) as revenue_usd, 10::bigint as downloads
        from unnest(['ZZ', 'US']) as c(country_code),
            generate_series(date '2025-07-01', date '2025-08-31', interval 1 day) as d(estimated_on)
        """
    )
    monkeypatch.setattr("shortdrama.universe.candidates.connect", lambda _: marts)
    found = _marts(settings).execute("select * from sizes").fetchall()
    assert found == [("ua_1", Decimal("70.00"), 280)]


def test_an_older_date_tells_more(listings) -> None:
    kinds = {(c.kind, c.app_id) for c in candidates(listings, date(2025, 7, 2), set())}
    assert {("renamed", "ua_was"), ("new", "ua_old"), ("new", "product:4")} <= kinds
    assert ("new", "ua_was") not in kinds


def test_a_line_is_ready_for_the_reviewed_file(listings) -> None:
    lines = [candidate.line for candidate in candidates(listings, SINCE, set())[2:]]
    assert problems([",".join(COLUMNS), *lines], {"product:4", "ua_new"}) == []
    assert next(csv.reader([lines[1]]))[:2] == ["exclude", "ua_new"]


@pytest.fixture
def command_line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr("shortdrama.cli.universe.settings", lambda: settings)
    monkeypatch.setattr("shortdrama.cli.shared.settings", lambda: settings)
    monkeypatch.setattr("shortdrama.core.machine.ensure_store", lambda: None)
    return CliRunner()


def test_before_anything_is_published_candidates_have_no_size(
    command_line, settings, store
) -> None:
    assert "0 to review" in command_line.invoke(app, ["universe", "candidates"]).output
    request = PullRequest(dataset=PRODUCTS.id, run_key="run")
    landed = read_pull(store, pull(request, settings, store))
    conform_or_quarantine(landed, settings, store)
    admit(landed, settings, store)
    answer = command_line.invoke(app, ["universe", "candidates"])
    assert answer.exit_code == 0, answer.output
    assert "new: ReelShort" in answer.output
    assert "no published estimate" in answer.output


def test_the_file_is_checked_as_far_as_is_known(command_line) -> None:
    answer = command_line.invoke(app, ["universe", "check"])
    assert answer.exit_code == 0, answer.output
    assert "universe_overrides.csv is in order" in answer.output
    assert "nothing is published yet" in answer.output
