"""What a gate says can be read, kept and told without Great Expectations."""

import subprocess
import sys

from shortdrama.gates.results import Finding, GateResult

NEGATIVE = Finding(
    suite="appfigures.estimates.rows",
    expectation="expect_column_values_to_be_between",
    column="downloads",
    severity="critical",
    unexpected=45,
    checked=1204,
    expected="at least 0",
    samples=({"product_id": 336744124021, "country_code": "US", "downloads": -512},),
    reason="Downloads are counted.",
)
LAGGING = Finding(
    suite="appfigures.estimates.load",
    expectation="expect_column_values_to_be_between",
    column="provisional_days_missing",
    severity="warning",
    unexpected=1,
    checked=1,
    expected="0",
    observed=11000000000.0,
    reason="The newest days may lag.",
)


def result_of(*findings: Finding) -> GateResult:
    return GateResult(
        subject="appfigures.estimates load L1",
        suites=("appfigures.estimates.rows",),
        rows=1204,
        findings=findings,
        what_to_do="pull again",
    )


def test_a_refusal_reads_as_one_sentence_with_what_to_do():
    assert result_of(LAGGING, NEGATIVE).summary() == (
        "appfigures.estimates load L1 refused: expect_column_values_to_be_between(downloads) — 45"
        " of 1,204 rows are not at least 0, e.g. product_id 336744124021, country_code US,"
        " downloads -512. Downloads are counted. What to do: pull again"
    )


def test_a_refusal_names_every_expectation():
    other = NEGATIVE.model_copy(update={"column": "revenue"})
    assert (
        "Also: expect_column_values_to_be_between(revenue)." in result_of(NEGATIVE, other).summary()
    )


def test_warnings_do_not_refuse_but_are_said():
    result = result_of(LAGGING)
    assert not result.refused
    assert result.warnings == (LAGGING,)
    assert result.summary() == (
        "appfigures.estimates load L1 passed, 1,204 rows, 1 warning(s):"
        " expect_column_values_to_be_between(provisional_days_missing) — observed 11,000,000,000,"
        " expected 0. The newest days may lag."
    )


def test_a_warning_is_about_its_dataset_or_about_those_that_its_samples_name():
    assert LAGGING.warned("appfigures.estimates").about == ("appfigures.estimates",)
    assert LAGGING.warned().about == ()
    samples = ({"dataset": "tiktok.hashtags"}, {"dataset": "tiktok.hashtags"})
    stale = LAGGING.model_copy(update={"samples": samples, "concern": "timeliness"})
    assert stale.warned().about == ("tiktok.hashtags",)
    assert stale.warned().concern == "timeliness"


def test_a_result_without_findings_passed():
    assert result_of().summary() == "appfigures.estimates load L1 passed, 1,204 rows"


def test_a_result_survives_json():
    result = result_of(NEGATIVE, LAGGING)
    assert GateResult.model_validate_json(result.model_dump_json()) == result


def test_importing_the_gates_does_not_import_great_expectations():
    modules = "results, shortdrama.gates.load_gate, shortdrama.gates.mart_gate"
    code = f"import sys, shortdrama.gates.{modules}; print('great_expectations' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "False"
