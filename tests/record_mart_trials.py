"""Tries every case of damaged marts and puts the verdicts on record: `make gates`.

With the names of corpora it tries only theirs and keeps the record of the others.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.progress import track

from mart_trials import CORPORA, USUAL, Trials, beyond_the_usual, cases

RECORD = Path(__file__).parent / "unit" / "gates" / "mart_verdicts.json"


def main(corpora: list[str]) -> None:
    """Try the cases and write the record; prints what is not stopped, and the counts."""
    record: dict[str, dict[str, list[Any]]] = json.loads(RECORD.read_text(encoding="utf-8"))
    tried = {corpus: _tried(corpus) for corpus in corpora}
    record = {corpus: said for corpus, said in record.items() if corpus in CORPORA} | tried
    RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for corpus, said in tried.items():
        _print(corpus, said)


def _tried(corpus: str) -> dict[str, list[Any]]:
    with TemporaryDirectory() as folder:
        trials = Trials(Path(folder))
        trials.prepare()
        usual = trials.tried(USUAL)
        said = {}
        for case in track(list(cases([corpus])), description=corpus):
            outcome = trials.tried(case)
            if case != USUAL:
                outcome = beyond_the_usual(outcome, usual)
            said[case.id] = [outcome.verdict, list(outcome.by)]
    return said


def _print(corpus: str, said: dict[str, list[Any]]) -> None:
    counts = Counter((name.split("/")[0], verdict) for name, (verdict, _) in said.items())
    print(corpus, dict(counts))
    for name, (verdict, by) in said.items():
        if (verdict == "stopped") == name.startswith("good/"):
            print(f"  {verdict}: {name}: {by}")


if __name__ == "__main__":
    main(sys.argv[1:] or list(CORPORA))
