"""Each limit that refuses has a load just within it, which passes, and one just beyond it.

`limits/<dataset>.toml` gives the changes of an ordinary load by the figure that they move. Other
figures may refuse these loads too.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from trials import A_DAY, SAID_ON, audited

EVERY = 8
"""`make test` tries so many times fewer; which ones depends on the order alone."""
LIMITS = [
    (path.stem, name, case)
    for path in sorted((Path(__file__).parent / "limits").glob("*.toml"))
    for name, case in tomllib.loads(path.read_text(encoding="utf-8")).items()
]


def parameters() -> list[Any]:
    return [
        pytest.param(
            dataset_id,
            f"expect_column_values_to_be_between({case.get('figure', name)})",
            case,
            id=f"{dataset_id}-{name}",
            marks=() if number % EVERY == 0 else pytest.mark.trials,
        )
        for number, (dataset_id, name, case) in enumerate(LIMITS)
    ]


def refusing(dataset_id: str, case: dict[str, Any], mutation: list[str]) -> set[str]:
    """The expectations that refuse the ordinary load after the change."""
    result = audited(
        dataset_id,
        SAID_ON.get(dataset_id, A_DAY),
        mutation,
        case.get("before", ()),
        first=case.get("first", False),
        before_on=case.get("before_on"),
    )
    return {finding.name for finding in result.critical}


@pytest.mark.parametrize(("dataset_id", "expectation", "case"), parameters())
def test_a_limit_passes_what_is_within_and_refuses_what_is_beyond(
    dataset_id: str, expectation: str, case: dict[str, Any]
) -> None:
    assert expectation not in refusing(dataset_id, case, case["within"])
    assert expectation in refusing(dataset_id, case, case["beyond"])
