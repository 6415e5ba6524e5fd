"""What the gates say about realistic loads, case by case, as it is on record.

`verdicts.json` has the verdict and the findings of each case; `make gates` tries all of them and
writes the record again. A change of a verdict is looked at before it is committed. A defect of our
own corpora that passes without a word is listed in `beyond.toml`, with the reason why no check
could know. The outsider's corpus measures: what it shows to be missed stays on record as missed.
"""

import json
import tomllib
from pathlib import Path

import pytest

from trials import Case, Verdict, cases, tried, verdict

HERE = Path(__file__).parent
CORPORA = ("corpus_examples", "corpus_realistic", "corpus_outsider")
CASES = [case for corpus in CORPORA for case in cases(HERE / corpus)]
RECORD = json.loads((HERE / "verdicts.json").read_text(encoding="utf-8"))
BEYOND = tomllib.loads((HERE / "beyond.toml").read_text(encoding="utf-8"))
EVERY = 20
"""CI tries so many times fewer; which ones depends on the order alone."""


def parameters() -> list[object]:
    return [
        pytest.param(
            case,
            id=f"{case.corpus}-{case.id}",
            marks=pytest.mark.trials if number % EVERY else pytest.mark.integration,
        )
        for number, case in enumerate(CASES)
    ]


def on_record(case: Case) -> tuple[Verdict, list[str]]:
    said, findings = RECORD[case.corpus][f"{case.dataset_id}/{case.kind}/{case.name}"]
    return said, findings


@pytest.mark.parametrize("case", parameters())
def test_a_case_has_the_verdict_on_record(case: Case) -> None:
    result = tried(case)
    findings = sorted({finding.name for finding in result.findings})
    assert (verdict(result), findings) == on_record(case)


OURS = [case for case in CASES if case.corpus != "corpus_outsider"]


@pytest.mark.parametrize("case", [case for case in OURS if case.kind == "defects"])
def test_a_defect_that_passes_is_listed_as_beyond_what_can_be_known(case: Case) -> None:
    passes = on_record(case)[0] == "accepted"
    listed = case.name in BEYOND.get(case.corpus, {}).get(case.dataset_id, {})
    assert passes == listed


@pytest.mark.parametrize("case", [case for case in OURS if case.kind == "unusual"])
def test_a_good_load_is_never_refused(case: Case) -> None:
    assert on_record(case)[0] != "refused"
