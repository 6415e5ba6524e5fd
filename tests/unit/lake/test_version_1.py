"""A lake whose documents have no version, as main of 2026-11-28 wrote it, says the same today.

`tests/fixtures/lake_v1` are documents of a small lake of the simulator: loads that were accepted
(one with a warning), refused, of another shape, let in by a person, revoked and replayed; two
builds with red gates that somebody accepted, published, rolled back and released; an edition and
its sends. They are never written again.
"""

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from shortdrama.core.errors import NewerDocument
from shortdrama.core.settings import S3Settings
from shortdrama.datasets.appfigures_estimates import ESTIMATES
from shortdrama.gates.results import GateResult
from shortdrama.lake import duck, keys
from shortdrama.lake.documents import Document
from shortdrama.lake.landing import Part, Pull, read_pull
from shortdrama.lake.ledger import LoadLedger
from shortdrama.lake.marker import Marker, lake_kind
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.pages import Head
from shortdrama.lake.sends import digest_of, read_sends
from shortdrama.lake.store import ObjectStore
from shortdrama.lake.warned import Warned
from shortdrama.reports.archive.editions import Edition, cited_snapshots, find_edition
from shortdrama.warehouse.build.inputs import BuildInputs, kept_inputs
from shortdrama.warehouse.build.ops_sources import create_relations, fill
from shortdrama.warehouse.decide.overrides import MartOverrides, mart_overrides
from shortdrama.warehouse.decide.refusals import refusals
from shortdrama.warehouse.snapshots.listing import listed_snapshots
from shortdrama.warehouse.snapshots.manifest import SnapshotManifest, read_manifest
from shortdrama.warehouse.snapshots.pointer import Pointer, read_pointer

LAKE = Path(__file__).parents[2] / "fixtures" / "lake_v1"
KINDS: dict[str, type[Document]] = {
    "lake.json": Marker,
    "landing/**/*.meta.json": Part,
    "landing/**/*.pull.json": Pull,
    "marts/current*.json": Pointer,
    "marts/snapshots/*/manifest.json": SnapshotManifest,
    "ops/builds/*.json": BuildInputs,
    "ops/gates/marts/*.json": GateResult,
    "ops/ledger/*.json": Head,
    "ops/outcomes/**/*.json": Outcome,
    "ops/overrides/marts/*.json": MartOverrides,
    "quarantine/**/*.gate.json": Outcome,
    "reports/**/edition.json": Edition,
}
SENT = ("locale", "state", "claim_id", "error")
SENDS = "reports/weekly_brief/2025-W39/sends.json"
FILES = {path: kind for pattern, kind in KINDS.items() for path in LAKE.glob(pattern)}
TODAY = date(2026, 2, 25)


def named(path: Path) -> str:
    return path.relative_to(LAKE).as_posix()


@pytest.fixture
def lake(store: ObjectStore) -> ObjectStore:
    for path in LAKE.rglob("*.json"):
        store.put(named(path), path.read_bytes())
    return store


def test_there_is_a_document_of_every_kind_and_of_every_outcome() -> None:
    assert all(any(LAKE.glob(pattern)) for pattern in KINDS)
    assert {*FILES, LAKE / SENDS} == set(LAKE.rglob("*.json"))
    kinds = {path.parts[-3] for path in LAKE.glob("ops/outcomes/*/*/*.json")}
    assert kinds == {"pull", "gate", "build", "publish", "rollback", "release", "gc", "send"}


@pytest.mark.parametrize(("path", "kind"), FILES.items(), ids=map(named, FILES))
def test_a_document_without_a_version_says_the_same(path: Path, kind: type[Document]) -> None:
    written = json.loads(path.read_bytes())
    read = kind.read(path.read_bytes(), named(path))
    says = read.model_dump(
        mode="json", exclude={"schema_version": True, "parts": {"__all__": {"schema_version"}}}
    )
    if kind is Head:
        says = says.pop("records")
    if kind is MartOverrides:
        says = says.pop("overrides")
    assert as_far_as(written, says) == written
    assert kind.read(read.body, named(path)) == read


DROPPED = "built_by"
"""What a snapshot's file no longer says: it is known by its content, not by who built it."""


def as_far_as(written: Any, says: Any) -> Any:
    """Of what a document says the fields that it was written with."""
    if isinstance(written, dict):
        return {
            name: value if name == DROPPED else as_far_as(value, says[name])
            for name, value in written.items()
        }
    if isinstance(written, list):
        return [as_far_as(*pair) for pair in zip(written, says, strict=True)]
    return says


def test_sends_without_a_version_say_the_same(lake: ObjectStore) -> None:
    written = json.loads((LAKE / SENDS).read_bytes())
    sends = read_sends(lake, "weekly_brief/2025-W39")
    assert {send.state for send in sends.values()} == {"sent", "failed", "claimed"}
    assert {
        (one.recipient, one.kind, one.locale, one.state, one.claim_id, one.error)
        for one in sends.values()
    } == {(digest_of(one["address"]), "edition", *(one[name] for name in SENT)) for one in written}


def test_the_whole_lake_reads_as_it_was_written(lake: ObjectStore) -> None:
    assert lake_kind(lake) == "sample"
    ledger = LoadLedger(lake, ESTIMATES.id)
    assert [(record.seq, record.status) for record in ledger.records()] == [
        (1, "accepted"), (2, "quarantined"), (3, "quarantined"), (4, "quarantined"),
        (5, "accepted"), (6, "accepted"), (7, "revoked"), (8, "accepted"), (9, "accepted"),
    ]  # fmt: skip
    assert [record.seq for record in ledger.accepted()] == [1, 5, 8, 9]
    assert [record.status for record in ledger.history("20260225T120000Z-f748281e59a8")] == [
        "quarantined", "accepted",
    ]  # fmt: skip
    (warning,) = ledger.records()[-1].warnings
    assert (warning.about, warning.concern) == ((ESTIMATES.id,), "restatement")
    assert [refusal.state for refusal in refusals(lake)] == [
        "accepted by ada", "in quarantine", "in quarantine",
    ]  # fmt: skip
    older, newer = sorted(path.parent.name for path in LAKE.glob("marts/snapshots/*/manifest.json"))
    pointer, _ = read_pointer(lake)
    assert pointer is not None
    assert pointer.snapshot_id == older
    assert pointer.hold is not None
    assert str(pointer.hold) == "held by ada since 2026-02-25 18:00 UTC: revenue is in cents"
    assert read_manifest(lake, newer).previous == older
    assert {override.by for override in read_manifest(lake, newer).overrides} == {"ada", "bo"}
    listed = listed_snapshots(lake, cited_snapshots(lake))
    assert [(one.snapshot_id, one.editions) for one in listed] == [
        (newer, ("weekly_brief/2025-W39",)), (older, ()),
    ]  # fmt: skip
    edition = find_edition(lake, "weekly_brief/2025-W39")
    assert edition is not None
    assert edition.snapshot_id == newer
    for path in LAKE.glob("landing/**/*.pull.json"):
        pull = read_pull(lake, named(path))
        assert named(path).endswith(f"/{pull.load_id}.pull.json")


@pytest.mark.parametrize(
    "path", sorted(LAKE.glob("ops/builds/*.json")), ids=lambda path: path.stem[:12]
)
def test_a_build_keeps_its_fingerprint_and_so_its_verdict_and_override(
    lake: ObjectStore, path: Path
) -> None:
    inputs = kept_inputs(path.stem, lake)
    assert inputs.fingerprint == path.stem
    (override,) = mart_overrides(inputs.fingerprint, lake)
    assert override.by == "ada"


def test_an_outcome_keeps_its_key_so_that_a_step_run_again_records_no_second_one() -> None:
    read = {named(path): kind.read(path.read_bytes(), "") for path, kind in FILES.items()}
    outcomes = {key: one for key, one in read.items() if "outcomes" in key}
    # The order of details went into the others' keys, and was sorted when they were written.
    kept = {key for key, one in outcomes.items() if one.kind in ("build", "gc", "rollback", "send")}
    assert len(kept) == 5
    assert {outcomes[key].key for key in kept} == kept


def test_warnings_of_the_first_ledgers_and_manifests_are_their_text_alone() -> None:
    text = "days_behind — observed 4"
    expected = Warned(about=(), concern="plausibility", text=text)
    records = json.loads((LAKE / keys.load_ledger(ESTIMATES.id)).read_bytes())
    kept = records[-1]["warnings"]
    records[-1]["warnings"] = [text, *kept]
    del records[0]["warnings"]
    head = Head.read(records, "ledger")
    assert head.records[-1].warnings == (expected, Warned.model_validate(kept[0]))
    assert head.records[0].warnings == ()

    path = next(LAKE.glob("ops/builds/*.json"))
    inputs = json.loads(path.read_bytes())
    inputs["accepted"][ESTIMATES.id][0]["warnings"] = [text]
    del inputs["overrides"]
    read = BuildInputs.read(inputs, "inputs")
    assert read.accepted[ESTIMATES.id][0].warnings == (expected,)
    assert read.overrides == ()

    path = next(LAKE.glob("marts/snapshots/*/manifest.json"))
    manifest = json.loads(path.read_bytes())
    for field in ("gate", "mart_keys", "overrides"):
        del manifest[field]
    first = SnapshotManifest.read({**manifest, "warnings": [text]}, "manifest")
    assert first.warnings == (expected,)
    assert (first.gate, first.mart_keys, first.overrides) == (None, {}, ())


def test_a_ledger_without_a_version_goes_on(lake: ObjectStore) -> None:
    ledger = LoadLedger(lake, ESTIMATES.id)
    before = ledger.records()
    added = ledger.append(before[0].model_copy(update={"load_id": "20260301T000000Z-new"}))
    assert added.seq == 10
    assert ledger.records() == [*before, added]
    assert json.loads(lake.get(keys.load_ledger(ESTIMATES.id)))["schema_version"] == 3


def test_sql_reads_outcomes_with_and_without_a_version(lake: ObjectStore, s3: S3Settings) -> None:
    record_outcome(
        lake,
        Outcome(
            kind="pull", status="succeeded", subject="new", dataset=ESTIMATES.id,
            ended_at=datetime(2026, 2, 25, 23, tzinfo=UTC), details={"used_calls": 7},
        ),
    )  # fmt: skip
    with duck.connect(s3) as connection:
        create_relations(connection)
        fill(connection, lake, TODAY)
        pulls = connection.execute(
            "select pull_id, status, used_calls from raw.ops_pulls order by ended_at, pull_id"
        ).fetchall()
        gates = connection.execute(
            "select subject, count(expectation) from raw.ops_gate_results group by all order by all"
        ).fetchall()
        loads = connection.execute(
            "select count(*), count(override_by), count(warnings) from raw.ops_loads"
        ).fetchall()
        sends = connection.execute("select state from raw.ops_sends order by all").fetchall()
    written = [json.loads(path.read_bytes()) for path in LAKE.glob("ops/outcomes/*/*/*.json")]
    assert pulls == [
        *sorted(
            (one["subject"], one["status"], one["details"]["used_calls"])
            for one in written
            if one["kind"] == "pull"
        ),
        ("new", "succeeded", 7),
    ]
    findings = Counter[str]()
    for one in written:
        if one["kind"] == "gate":
            findings[one["subject"]] += len(one["details"]["findings"])
    assert gates == sorted(findings.items())
    assert (loads, sends) == ([(13, 2, 1)], [("claimed",), ("failed",), ("sent",)])


def test_sql_refuses_outcomes_of_a_newer_form(lake: ObjectStore, s3: S3Settings) -> None:
    key = keys.outcome("pull", datetime(2026, 2, 25, tzinfo=UTC), "newer")
    lake.put(key, b'{"schema_version": 2, "kind": "pull", "result": {}}')
    with duck.connect(s3) as connection:
        create_relations(connection)
        with pytest.raises(NewerDocument, match=r"pull/2026-02-25/newer\.json has form 2"):
            fill(connection, lake, TODAY)
        assert connection.execute("select count(*) from raw.ops_outcomes").fetchall() == [(0,)]
