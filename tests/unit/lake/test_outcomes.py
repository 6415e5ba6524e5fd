import json
from datetime import UTC, datetime

import pytest

from shortdrama.core.settings import S3Settings
from shortdrama.lake import duck
from shortdrama.lake.outcomes import Outcome, record_outcome
from shortdrama.lake.store import ObjectStore

PULLED = Outcome(
    kind="pull",
    status="failed",
    subject="p1",
    dataset="appfigures.estimates",
    business_window="2025-09-01..2025-09-03",
    message="the quota is spent 短剧",
    ended_at=datetime(2026, 2, 25, 8, tzinfo=UTC),
    details={"parts": 3},
)


def test_the_same_end_recorded_twice_is_one_record(store: ObjectStore) -> None:
    record_outcome(store, PULLED)
    record_outcome(store, PULLED.model_copy())
    assert len(list(store.list("ops/outcomes/"))) == 1


@pytest.mark.parametrize(
    "change",
    [{"subject": "p2"}, {"message": "other"}, {"ended_at": datetime(2026, 2, 26, tzinfo=UTC)}],
)
def test_another_end_is_another_record(store: ObjectStore, change) -> None:
    record_outcome(store, PULLED)
    record_outcome(store, PULLED.model_copy(update=change))
    assert len(list(store.list("ops/outcomes/pull/"))) == 2


def test_a_record_comes_back_as_it_was(store: ObjectStore) -> None:
    record_outcome(store, PULLED)
    (key,) = store.list("ops/outcomes/pull/2026-02-25/")
    assert Outcome.model_validate(json.loads(store.get(key))) == PULLED


def test_sql_reads_all_outcomes(store: ObjectStore, s3: S3Settings) -> None:
    record_outcome(store, PULLED)
    record_outcome(store, PULLED.model_copy(update={"kind": "gate", "status": "refused"}))
    with duck.connect(s3) as connection:
        found = connection.execute(
            "select kind, status, message from read_json(?) order by kind",
            [store.uri("ops/outcomes/*/*/*.json")],
        ).fetchall()
    assert found == [("gate", "refused", PULLED.message), ("pull", "failed", PULLED.message)]
