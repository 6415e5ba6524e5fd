"""Tries every case of the corpora and puts the verdicts on record: `make gates`.

With the names of datasets it tries only theirs and keeps the record of the others.
"""

import json
import sys
from pathlib import Path

from rich.progress import track

from trials import Case, cases, tried, verdict

FOLDER = Path(__file__).parent / "unit" / "gates"
CORPORA = ("corpus_examples", "corpus_realistic", "corpus_outsider")
RECORD = FOLDER / "verdicts.json"

Record = dict[str, dict[str, list[object]]]


def main(datasets: list[str]) -> None:
    """Try the cases and write the record; prints what passes without a word, and the rates."""
    chosen = [
        case
        for corpus in CORPORA
        for case in cases(FOLDER / corpus)
        if not datasets or case.dataset_id in datasets
    ]
    record = {} if not datasets else _kept(set(datasets))
    for case in track(chosen, description="trials"):
        result = tried(case)
        findings = sorted({finding.name for finding in result.findings})
        said = record.setdefault(case.corpus, {})
        said[f"{case.dataset_id}/{case.kind}/{case.name}"] = [verdict(result), findings]
    RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    _print(chosen, record)


def _kept(datasets: set[str]) -> Record:
    found: Record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    return {
        corpus: {name: said for name, said in entries.items() if name.split("/")[0] not in datasets}
        for corpus, entries in found.items()
    }


def _print(chosen: list[Case], record: Record) -> None:
    for corpus in CORPORA:
        for kind in ("defects", "unusual"):
            of_kind = [case for case in chosen if (case.corpus, case.kind) == (corpus, kind)]
            said = {
                case: record[corpus][f"{case.dataset_id}/{kind}/{case.name}"][0] for case in of_kind
            }
            for dataset in sorted({case.dataset_id for case in of_kind}):
                verdicts = [word for case, word in said.items() if case.dataset_id == dataset]
                counts = {word: verdicts.count(word) for word in ("refused", "warned", "accepted")}
                print(f"{corpus:18}{kind:9}{dataset:24}{counts}")
            wrong = "accepted" if kind == "defects" else "refused"
            # The outsider's cases are not shown: who builds the checks must not learn them.
            if corpus != "corpus_outsider":
                for case, word in said.items():
                    if word == wrong:
                        print(f"  {wrong}: {case.id}: {case.note}")


if __name__ == "__main__":
    main(sys.argv[1:])
