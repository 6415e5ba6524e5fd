"""Tries every case of damaged marts and puts the verdicts on record: `make gates`."""

import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import track

from mart_trials import MartCase, Outcome, Trials, beyond_the_usual, cases

RECORD = Path(__file__).parent / "unit" / "gates" / "mart_verdicts.json"
USUAL = MartCase("good", "an_ordinary_week", "")


def main() -> None:
    """Try the cases and write the record; prints what is not stopped, and the counts."""
    outcomes: dict[str, Outcome] = {}
    with TemporaryDirectory() as folder:
        trials = Trials(Path(folder))
        trials.prepare()
        usual = trials.tried(USUAL)
        for case in track(list(cases()), description="marts"):
            outcomes[case.id] = trials.tried(case)
    record = {
        name: [said.verdict, list(said.by)]
        for name, outcome in outcomes.items()
        for said in [outcome if name == USUAL.id else beyond_the_usual(outcome, usual)]
    }
    RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(Counter((name.split("/")[0], verdict) for name, (verdict, _) in record.items()))
    for name, (verdict, by) in record.items():
        if (verdict == "stopped") == name.startswith("good/"):
            print(f"  {verdict}: {name}: {by}")


if __name__ == "__main__":
    main()
