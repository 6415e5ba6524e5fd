"""The suites themselves are under review: reasons, severities, and what each must hold."""

import json
from typing import get_args

import pyarrow as pa
import pytest

from shortdrama.core.settings import DBT_PROJECT
from shortdrama.datasets import DATASETS, dataset_named
from shortdrama.gates.profiles import has_profile, parts_of
from shortdrama.gates.suite_files import gated_marts, suite_names
from shortdrama.gates.suites import (
    UNIQUE,
    Suite,
    SuiteError,
    audit_profile,
    audit_rows,
)
from shortdrama.lake.warned import Concern

SUITES = suite_names()
ROW_COUNT = "expect_table_row_count_to_be_between"


def suite_of(*expectations: dict[str, object]) -> Suite:
    meta = {"severity": "critical", "meta": {"reason": "Because."}}
    return Suite("made", {"name": "made", "expectations": [{**meta, **e} for e in expectations]})


@pytest.mark.parametrize("name", SUITES)
def test_every_expectation_has_a_severity_and_a_reason_of_one_sentence(name):
    for expectation in Suite.load(name).expectations:
        assert expectation["severity"] in ("critical", "warning")
        reason = expectation["meta"]["reason"]
        assert reason.endswith("."), expectation
        assert ". " not in reason, expectation


@pytest.mark.parametrize("name", SUITES)
def test_every_warning_says_what_it_is_about_for_the_reports(name):
    for expectation in Suite.load(name).expectations:
        concern = expectation["meta"].get("concern")
        is_warning = expectation["severity"] == "warning"
        assert (concern in get_args(Concern)) == is_warning, expectation


@pytest.mark.parametrize("name", SUITES)
def test_every_suite_has_a_critical_row_count_or_says_why_its_mart_may_be_empty(name):
    if "may_be_empty" in Suite.load(name).document["meta"]:
        assert name.startswith(("marts/ops_", "marts/fct_hashtag_views_"))
        return
    counts = [
        expectation
        for expectation in Suite.load(name).expectations
        if expectation["type"] == ROW_COUNT or expectation["kwargs"].get("column") == "row_count"
    ]
    assert any(c["severity"] == "critical" and c["kwargs"]["min_value"] >= 1 for c in counts)


@pytest.mark.parametrize("name", SUITES)
def test_every_suite_is_great_expectations_own_json_under_its_own_name(name):
    from great_expectations import ExpectationSuite

    suite = Suite.load(name)
    read = json.loads(json.dumps(ExpectationSuite(**suite.document).to_json_dict()))
    assert suite.document["name"] == name
    assert [(e["type"], e["severity"], e["meta"]) for e in read["expectations"]] == [
        (e["type"], e["severity"], e["meta"]) for e in suite.expectations
    ]


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_required_columns_are_expected_to_be_filled(dataset):
    filled = {
        expectation["kwargs"]["column"]
        for expectation in Suite.load(f"{dataset.id}.rows").expectations
        if expectation["type"] == "expect_column_values_to_not_be_null"
    }
    assert filled == {column.name for column in dataset.columns if column.required}


@pytest.mark.parametrize("dataset_id", DATASETS)
def test_rows_suites_hold_only_what_slices_can_answer(dataset_id):
    for expectation in Suite.load(f"{dataset_id}.rows").expectations:
        if expectation["type"] == ROW_COUNT:
            assert expectation["kwargs"] == {"min_value": 1}
        else:
            assert "unique" not in expectation["type"]
            assert expectation["type"].startswith("expect_column_")


@pytest.mark.parametrize("dataset_id", DATASETS)
def test_of_warnings_about_downloads_and_about_revenue_there_is_one(dataset_id):
    """A restatement moves both, and two mails about it say no more than one."""
    expectations = Suite.load(f"{dataset_id}.load").expectations
    warned = {e["kwargs"]["column"] for e in expectations if e["severity"] == "warning"}
    assert {f for f in warned if f.replace("downloads", "revenue") in warned - {f}} == set()


@pytest.mark.parametrize("dataset_id", DATASETS)
def test_every_dataset_has_a_profile(dataset_id):
    assert has_profile(dataset_id)


def test_a_dataset_may_have_several_profiles_in_the_order_of_their_names():
    assert parts_of(dataset_named("tiktok.hashtags")) == (
        "every_load",
        "asked_countries",
        "tiktok.hashtags",
        "tiktok.hashtags.1_charts",
        "tiktok.hashtags.2_changes",
    )


def test_findings_of_slices_are_added_up_and_the_first_samples_kept():
    at_least_10 = suite_of(
        {"type": "expect_column_values_to_be_between", "kwargs": {"column": "n", "min_value": 10}}
    )
    slices = [pa.table({"id": list(range(s, s + 4)), "n": [1, 2, 3, 99]}) for s in (0, 4, 8)]
    (finding,) = audit_rows(at_least_10, slices, ("id",))
    assert (finding.unexpected, finding.checked, finding.expected) == (9, 12, "at least 10")
    assert [sample["id"] for sample in finding.samples] == [0, 1, 2, 4, 5]


def test_results_keep_the_order_of_the_suite():
    columns = ["b", "a", "b"]
    suite = suite_of(
        *(
            {
                "type": "expect_column_values_to_be_between",
                "kwargs": {"column": column, "min_value": 10 + position},
            }
            for position, column in enumerate(columns)
        )
    )
    findings = audit_rows(suite, [pa.table({"a": [1], "b": [1]})], ())
    assert [(f.column, f.expected) for f in findings] == [
        ("b", "at least 10"),
        ("a", "at least 11"),
        ("b", "at least 12"),
    ]


def test_no_rows_at_all_break_the_row_count():
    suite = suite_of({"type": ROW_COUNT, "kwargs": {"min_value": 1}})
    (finding,) = audit_rows(suite, [pa.table({"n": pa.array([], pa.int64())})], ())
    assert (finding.observed, finding.column) == (0, None)


def test_a_figure_that_does_not_apply_breaks_nothing():
    suite = suite_of(
        {"type": "expect_column_values_to_be_between", "kwargs": {"column": "n", "max_value": 1}}
    )
    assert audit_profile(suite, {"n": None}) == []
    assert [f.observed for f in audit_profile(suite, {"n": 2})] == [2]


def test_a_suite_that_does_not_fit_is_an_error_not_a_verdict():
    suite = suite_of(
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "revenue"}}
    )
    with pytest.raises(SuiteError, match=r'made could not be evaluated: .*"revenue".*not exist'):
        audit_rows(suite, [pa.table({"n": [1]})], ())


def test_expectations_of_the_other_kind_of_lake_are_left_out():
    for_sample = {"severity": "critical", "meta": {"reason": "R.", "lake": "sample"}}
    suite = suite_of({"type": ROW_COUNT, "kwargs": {"min_value": 1}, **for_sample})
    assert len(suite.for_lake("sample").expectations) == 1
    assert suite.for_lake("real").expectations == []


MARTS = {path.stem for path in (DBT_PROJECT / "models" / "marts").rglob("*.sql")}
MART_SUITES = set(gated_marts())


def test_every_mart_has_a_suite():
    assert not MARTS - MART_SUITES, (
        "add expectations/marts/<mart>.json, like dim_app.json: a critical row count, the key, and"
        " what its figures can never be. `meta.datasets` are those without which it is empty"
    )
    assert not MART_SUITES - MARTS, "there is no such mart: remove its suite"


@pytest.mark.parametrize("mart", sorted(MART_SUITES))
def test_every_mart_suite_refuses_a_key_that_is_there_twice(mart):
    suite = Suite.load(f"marts/{mart}")
    twice = [
        expectation["severity"]
        for expectation in suite.expectations
        if expectation["type"] in UNIQUE or expectation["kwargs"].get("column") == "duplicate_keys"
    ]
    assert "critical" in twice


@pytest.mark.parametrize("mart", sorted(MART_SUITES))
def test_every_mart_suite_says_without_which_datasets_it_is_empty(mart):
    assert set(Suite.load(f"marts/{mart}").document["meta"]["datasets"]) <= DATASETS.keys()
