"""Each defective load is refused by the expectation meant for it; no good one is refused.

The loads are in `corpus/<dataset>.toml`: a good one, and by name the small changes that make it
defective or unusual. The table of defects in docs/expectations.md is generated from there. Every
third case is among the quick tests, and the others are with the integration tests.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from shortdrama.datasets import DATASETS

CORPUS = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "corpus").glob("*.toml"))
}


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(
            dataset_id,
            case,
            id=f"{dataset_id}-{name}",
            marks=[pytest.mark.integration] if number % 3 else [],
        )
        for dataset_id, made in CORPUS.items()
        for number, (name, case) in enumerate(made[kind].items())
    ]


def audited(audit: Any, dataset_id: str, case: dict[str, Any]) -> Any:
    options = {
        name: case[name]
        for name in ("before", "before_said_at", "first", "window", "countries")
        if name in case
    }
    return audit(dataset_id, *case.get("mutation", ()), **options)


@pytest.mark.parametrize(("dataset_id", "case"), cases("defects"))
def test_a_defective_load_is_refused_by_the_expectation_meant_for_it(audit, dataset_id, case):
    result = audited(audit, dataset_id, case)
    refusing = {finding.name for finding in result.critical}
    assert case["meant"] in refusing
    assert refusing == {case["meant"], *case.get("also", ())}


@pytest.mark.parametrize(("dataset_id", "case"), cases("unusual"))
def test_a_good_but_unusual_load_is_not_refused(audit, dataset_id, case):
    result = audited(audit, dataset_id, case)
    assert not result.refused, result.reasons
    assert {finding.name for finding in result.warnings} == set(case.get("warns", ()))


@pytest.mark.parametrize("dataset_id", DATASETS)
def test_a_good_load_passes_without_a_word(audit, dataset_id):
    result = audit(dataset_id)
    assert result.findings == ()
    assert result.rows > 0
    assert result.suites == ("schema", f"{dataset_id}.rows", f"{dataset_id}.load")


def test_the_corpus_is_large_and_over_all_datasets():
    assert CORPUS.keys() == DATASETS.keys()
    assert len(cases("defects")) >= 60
    assert len(cases("unusual")) >= 20
