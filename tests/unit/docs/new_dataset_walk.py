"""Takes the example's dataset from its source to a mart, in a copy of the pipeline.

Run by test_add_a_source.py as a process of its own, so that the copy is what is imported. Prints
one JSON document.
"""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

from typer.testing import CliRunner

import shortdrama
from shortdrama.cli.main import app
from shortdrama.core.errors import LoadRefused
from shortdrama.core.settings import DBT_PROJECT, settings
from shortdrama.core.windows import Window
from shortdrama.datasets import dataset_named
from shortdrama.gates.mart_gate import audit_mart
from shortdrama.gates.suites import Suite
from shortdrama.ingest.admit import admit, conform_or_quarantine
from shortdrama.ingest.pull import pull
from shortdrama.lake import duck
from shortdrama.lake.landing import read_pull
from shortdrama.lake.ledger import LoadRecord
from shortdrama.lake.marker import ensure_lake
from shortdrama.lake.store import ObjectStore
from shortdrama.orchestration.requests import dated_requests
from shortdrama.sources.connector import PullRequest
from shortdrama.warehouse.build import ops_sources
from shortdrama.warehouse.build.dbt import build_environment, dbt_environment, dbt_target
from shortdrama.warehouse.build.inputs import read_inputs
from shortdrama.warehouse.build.relations import prepare
from shortdrama.warehouse.build.warehouse_file import open_or_start_over

DATASET = dataset_named("followers")
MART = "fct_playlist_followers"
DAYS = Window(start=date(2026, 2, 20), end=date(2026, 2, 21))


def load(store: ObjectStore, run_key: str) -> LoadRecord:
    """Pull, conform and gate the days."""
    request = PullRequest(dataset=DATASET.id, run_key=run_key, window=DAYS)
    landed = read_pull(store, pull(request, settings(), store))
    conform_or_quarantine(landed, settings(), store)
    return admit(landed, settings(), store)


def build_mart(store: ObjectStore) -> None:
    """The mart and all that it is made of, with their tests."""
    open_or_start_over(settings().warehouse_path, print)
    with duck.connect(settings().s3, settings().warehouse_path) as connection:
        plan = prepare(connection, read_inputs(store), store, lambda _: None)
        ops_sources.fill(connection, store, settings().clock.today())
    subprocess.run(
        [
            sys.executable, "-m", "dbt.cli.main", "--quiet", "build", "--select", f"+{MART}",
            "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious",
            "--project-dir", str(DBT_PROJECT),
            "--target-path", str(dbt_target()), "--log-path", str(dbt_target()),
        ],
        env=dbt_environment(settings()) | build_environment(plan, settings().clock.now()),
        stdout=sys.stderr,
        check=True,
    )  # fmt: skip


def main() -> None:
    store = ObjectStore.of(settings().s3)
    ensure_lake(store, settings().lake_kind)
    accepted = load(store, "first")
    try:
        load(store, "second")
    except LoadRefused as error:
        refused = error.load_id
    shown = CliRunner().invoke(app, ["gate", "show", refused])
    build_mart(store)
    with duck.connect(path=settings().warehouse_path) as connection:
        rows = connection.execute(f"from marts.{MART} order by all").fetchall()
        findings = audit_mart(connection, MART, Suite.load(f"marts/{MART}"))
    planned = dated_requests("playlists", "run", "manual", None, {}, settings().clock.today())
    print(
        json.dumps(
            {
                "package": str(Path(shortdrama.__file__).parent),
                "rows": accepted.rows,
                "page": shown.output,
                "mart": [[str(value) for value in row[:5]] for row in rows],
                "findings": [finding.text for finding in findings],
                "planned": planned[0]["window"],
            }
        )
    )


if __name__ == "__main__":
    main()
