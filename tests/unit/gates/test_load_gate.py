"""What a load's gate says of the rows that it saw, and of what was said before."""

from datetime import datetime

import pytest

from shortdrama.gates.suites import MAX_SAMPLES

ESTIMATES = "appfigures.estimates"


def test_a_finding_shows_the_key_of_failing_rows(audit):
    result = audit(ESTIMATES, "update load set downloads = -512 where country_code = 'US'")
    finding = next(f for f in result.critical if f.column == "downloads")
    assert (finding.unexpected, finding.checked) == (240, 1200)
    assert len(finding.samples) == MAX_SAMPLES
    assert finding.samples[0] == {
        "product_id": 336744124021,
        "country_code": "US",
        "estimated_on": "2025-07-01",
        "downloads": -512,
    }


def test_samples_keep_money_and_large_ids_exact(audit):
    result = audit(
        ESTIMATES,
        "update load set product_id = 9007199254740993, revenue = -1234567890123.45"
        " where product_id = 336744124021 and country_code = 'US'",
    )
    finding = next(f for f in result.critical if f.column == "revenue")
    assert finding.samples[0]["product_id"] == 9007199254740993
    assert finding.samples[0]["revenue"] == "-1234567890123.45"


def test_a_finding_about_the_load_shows_what_it_is_about(audit):
    result = audit(ESTIMATES, "delete from load where country_code in ('BR', 'IN')")
    finding = next(f for f in result.critical if f.column == "missing_countries")
    assert finding.observed == 2
    assert finding.samples == ({"country_code": "BR"}, {"country_code": "IN"})


@pytest.mark.parametrize("slice_rows", [100, 1199, 1200])
def test_slices_of_any_size_find_the_same(audit, slice_rows):
    defect = "update load set downloads = -1 where estimated_on > date '2025-07-17'"
    whole = audit(ESTIMATES, defect)
    assert audit(ESTIMATES, defect, slice_rows=slice_rows) == whole
    assert next(f.unexpected for f in whole.critical if f.column == "downloads") == 180


def test_a_wrong_schema_is_all_that_is_said_about_a_load(audit):
    result = audit(ESTIMATES, "alter table load alter downloads type varchar")
    (finding,) = result.findings
    assert (finding.observed, finding.expected) == ("VARCHAR", "BIGINT")
    assert result.rows == 1200


def test_days_that_have_not_come_yet_are_not_missing_but_older_ones_are_told(audit):
    result = audit(ESTIMATES, "delete from load where estimated_on > date '2025-07-18'")
    missing = next(f for f in result.warnings if f.column == "provisional_days_missing")
    assert not result.refused
    assert missing.observed == 5  # five countries on the 19th: no store has told the 20th yet
    assert {sample["estimated_on"] for sample in missing.samples} == {"2025-07-19"}


def test_a_change_shows_what_was_said_before_beside_what_is_said_now(audit):
    result = audit(ESTIMATES, "update load set downloads = downloads * 6 where country_code = 'CN'")
    finding = next(f for f in result.critical if f.column == "country_downloads_change_factor_max")
    assert finding.observed == pytest.approx(6.01)
    assert finding.samples[0] == {
        "country_code": "CN",
        "downloads_before": 12 * 499 * 17,  # settled on the day before: 1 to 17 July
        "downloads_now": 12 * 3000 * 17,
    }


def test_only_days_that_both_versions_have_are_compared(audit):
    """The day before's pull had no 20 July; were it counted, the total would have grown."""
    result = audit(ESTIMATES, before=["delete from load where estimated_on > date '2025-07-10'"])
    assert result.findings == ()


def test_what_was_provisional_may_change_where_settled_days_may_not(audit):
    fourfold = "update load set downloads = downloads * 4, revenue = revenue * 4 where estimated_on"
    assert not audit(ESTIMATES, f"{fourfold} > date '2025-07-17'").refused
    assert audit(ESTIMATES, f"{fourfold} between date '2025-07-05' and date '2025-07-17'").refused


def test_a_newer_version_of_a_load_is_not_held_against_it(audit):
    """A replay of an old load: what was said since does not judge it."""
    tenfold = ["update load set downloads = downloads * 10, revenue = revenue * 10"]
    later = "2025-07-22T12:00:00+00:00"
    result = audit(ESTIMATES, before=tenfold, before_said_at=datetime.fromisoformat(later))
    assert result.findings == ()
