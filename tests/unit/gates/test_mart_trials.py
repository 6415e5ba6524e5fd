"""What stops damaged marts, case by case, as it is on record.

`mart_verdicts.json` has what became of each patch of a model, damage of a table and good change;
`make gates` tries all of them and writes the record again. Look at a change of a verdict before you
commit it. CI tries a few of them. A case that is not stopped is listed in `beyond.toml`, with the
reason why no check could know.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mart_trials import CORPORA, USUAL, MartCase, Outcome, Trials, beyond_the_usual, cases

HERE = Path(__file__).parent
RECORD: dict[str, dict[str, list[Any]]] = json.loads(
    (HERE / "mart_verdicts.json").read_text(encoding="utf-8")
)
BEYOND = tomllib.loads((HERE / "beyond.toml").read_text(encoding="utf-8"))
CASES = list(cases())
SAMPLE = (
    "patches/movement_against_itself",
    "damages/growth_turned_in_one_country",
    "damages/places_on_charts_reversed",
    "damages/ops_severity_turned",
    "damages/tags_versions_overlap",
)
"""The cases that CI tries."""


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Trials:
    made = Trials(tmp_path_factory.mktemp("trials"))
    made.prepare()
    return made


def parameters() -> list[Any]:
    mark = {True: pytest.mark.integration, False: pytest.mark.trials}
    return [
        pytest.param(case, id=f"{case.corpus}/{case.id}", marks=mark[case.id in SAMPLE])
        for case in CASES
    ]


def on_record(case: MartCase) -> Outcome:
    verdict, by = RECORD[case.corpus][case.id]
    return Outcome(verdict, tuple(by))


@pytest.mark.parametrize("case", parameters())
def test_a_case_has_the_verdict_on_record(trials: Trials, case: MartCase) -> None:
    outcome = trials.tried(case)
    expected = on_record(case)
    assert (outcome if case == USUAL else beyond_the_usual(outcome, on_record(USUAL))) == expected


@pytest.mark.parametrize("corpus", CORPORA)
def test_95_of_100_wrong_marts_are_stopped_before_they_are_published(corpus: str) -> None:
    wrong = [case for case in CASES if case.corpus == corpus and case.kind != "good"]
    stopped = [case for case in wrong if on_record(case).verdict == "stopped"]
    assert len(stopped) >= 0.95 * len(wrong)


@pytest.mark.parametrize("corpus", CORPORA)
def test_only_what_nobody_can_know_is_not_stopped_and_nothing_good_is(corpus: str) -> None:
    of_corpus = [case for case in CASES if case.corpus == corpus]
    stopped = {case.id for case in of_corpus if on_record(case).verdict == "stopped"}
    beyond = {f"{kind}/{name}" for kind, names in BEYOND.get(corpus, {}).items() for name in names}
    assert stopped == {case.id for case in of_corpus if case.kind != "good"} - beyond


def test_good_changes_bring_no_warning_that_stands() -> None:
    """A warning of the ordinary week would be there every day."""
    verdict, by = RECORD[CORPORA[0]][USUAL.id]
    # The published figures are of the real market, which this one is not.
    reconciled = "expect_column_pair_values_to_be_equal(status, expected_status)"
    assert (verdict, by) == ("warned", [f"marts/rpt_vendor_reconciliation: {reconciled}"])
