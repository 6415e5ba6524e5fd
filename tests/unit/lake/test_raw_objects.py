"""An object in raw/ that is not what was accepted is named, whatever has become of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from shortdrama.core.errors import LoadsDamaged
from shortdrama.core.windows import Window
from shortdrama.lake import keys
from shortdrama.lake.ledger import Coverage, LoadRecord
from shortdrama.lake.raw_objects import Compared, compare
from shortdrama.lake.store import ObjectStore

ESTIMATES, RANKS = "appfigures.estimates", "appfigures.ranks"
SAID_AT = datetime(2025, 10, 1, 6, tzinfo=UTC)
SEPTEMBER = Window(start=date(2025, 9, 1), end=date(2025, 9, 30))


@dataclass
class Lake:
    """Accepted loads, each of 64 bytes of its own, and what is asked of their store."""

    store: ObjectStore
    records: list[LoadRecord] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def accept(self, load_id: str, dataset: str = ESTIMATES) -> LoadRecord:
        body = sha256(load_id.encode()).hexdigest().encode()
        key = keys.raw(dataset, load_id, SAID_AT)
        self.store.put(key, body)
        record = LoadRecord(
            load_id=load_id,
            pull_id=load_id,
            dataset=dataset,
            status="accepted",
            key=key,
            sha256=sha256(body).hexdigest(),
            etag=self.store.etag(key),
            rows=1,
            coverage=Coverage(window=SEPTEMBER),
            said_at=SAID_AT,
            decided_at=SAID_AT,
            is_sample=True,
        )
        self.records.append(record)
        return record

    def compare(self, known: dict[str, str] | None = None) -> Compared:
        self.asked.clear()
        return compare(self.records, self.store, known or {})


@pytest.fixture
def lake(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Lake:
    lake = Lake(store)
    for method in ("etags", "digest"):
        asked = getattr(ObjectStore, method)

        def noted(self: ObjectStore, key: str, *, by: Any = asked, name: str = method) -> Any:
            lake.asked.append(f"{name} {key}")
            return by(self, key)

        monkeypatch.setattr(ObjectStore, method, noted)
    for load_id in ("first", "second"):
        lake.accept(load_id)
    lake.accept("ranks", RANKS)
    return lake


def flip(lake: Lake, key: str) -> None:
    body = bytearray(lake.store.get(key))
    body[20] ^= 1
    lake.store.put(key, bytes(body))


def swap(lake: Lake, key: str) -> None:
    other = lake.records[1].key
    mine, others = lake.store.get(key), lake.store.get(other)
    lake.store.put(key, others)
    lake.store.put(other, mine)


DAMAGES: dict[str, tuple[Callable[[Lake, str], None], str]] = {
    "one bit, same size": (flip, "has other bytes"),
    "cut short": (lambda lake, key: lake.store.put(key, lake.store.get(key)[:40]), "has other"),
    "empty": (lambda lake, key: lake.store.put(key, b""), "has other bytes"),
    "longer": (lambda lake, key: lake.store.put(key, lake.store.get(key) + b"\0"), "has other"),
    "another load, same size": (
        lambda lake, key: lake.store.copy(lake.records[1].key, key),
        "holds load second instead",
    ),
    "another dataset": (
        lambda lake, key: lake.store.copy(lake.records[2].key, key),
        "holds load ranks instead",
    ),
    "gone": (lambda lake, key: lake.store.delete(key), "is gone"),
    "two swapped": (swap, "holds load second instead"),
}


@pytest.mark.parametrize("is_known", [False, True], ids=["never looked at", "found right before"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_has_become_of_an_object_its_load_is_named(
    lake: Lake, damage: str, is_known: bool
) -> None:
    known = dict(lake.compare().etags) if is_known else {}
    first = lake.records[0]
    inflict, said = DAMAGES[damage]
    inflict(lake, first.key)
    found = lake.compare(known)
    assert found.damaged[0].record == first
    assert said in found.damaged[0].instead
    assert "first" not in found.etags
    with pytest.raises(LoadsDamaged) as refused:
        found.refuse_damaged()
    title = str(refused.value).splitlines()[0]
    assert f"{ESTIMATES} 2025-09-01..2025-09-30, load first: {first.key}" in title
    assert "shortdrama load revoke LOAD" in str(refused.value)


def test_all_that_is_damaged_is_named_in_one_message(lake: Lake) -> None:
    for record in lake.records:
        lake.store.delete(record.key)
    with pytest.raises(LoadsDamaged, match="3 accepted loads damaged") as refused:
        lake.compare().refuse_damaged()
    for record in lake.records:
        assert f"load {record.load_id}: {record.key} is gone" in str(refused.value)


def test_objects_that_were_found_right_before_are_not_read_again(lake: Lake) -> None:
    first = lake.compare()
    assert sorted(first.etags) == ["first", "ranks", "second"]
    assert len([what for what in lake.asked if what.startswith("digest")]) == 3
    again = lake.compare(dict(first.etags))
    assert again == first
    assert lake.asked == [f"etags {keys.raw_folder(one)}" for one in (ESTIMATES, RANKS)]


def test_what_the_gate_noted_of_an_object_is_enough(lake: Lake) -> None:
    lake.compare({record.load_id: record.etag for record in lake.records if record.etag})
    assert [what for what in lake.asked if what.startswith("digest")] == []


def test_an_object_that_was_put_back_is_read_once_and_is_right_whatever_its_etag(
    lake: Lake, tmp_path: Path
) -> None:
    """In parts, the way large files are put: that gives another ETag."""
    known = dict(lake.compare().etags)
    first = lake.records[0]
    body = lake.store.get(first.key)
    flip(lake, first.key)
    client, where = lake.store.client, {"Bucket": lake.store.bucket, "Key": first.key}
    upload = client.create_multipart_upload(**where)["UploadId"]
    part = client.upload_part(**where, UploadId=upload, PartNumber=1, Body=body)
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    client.complete_multipart_upload(**where, UploadId=upload, MultipartUpload=parts)

    found = lake.compare(known)
    found.refuse_damaged()
    assert found.etags["first"] != known["first"]
    assert [what for what in lake.asked if "digest" in what] == [f"digest {first.key}"]


def test_other_objects_in_raw_are_nobodys_business(lake: Lake) -> None:
    lake.store.put(keys.raw(ESTIMATES, "revoked", SAID_AT), b"damaged, but no load counts it")
    lake.compare().refuse_damaged()


def test_no_loads_ask_for_nothing(lake: Lake) -> None:
    lake.records.clear()
    assert lake.compare() == Compared(etags={}, damaged=())
    assert lake.asked == []


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
        ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject"),
    ],
    ids=["away", "no right to read"],
)
def test_a_store_that_does_not_answer_says_nothing_about_a_load(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(ObjectStore, "digest", fails)
    with pytest.raises(type(error)):
        lake.compare()


def unreadable(patch: pytest.MonkeyPatch, *broken: str) -> None:
    """SeaweedFS on a disk that has lost bytes: it lists the object and cannot read it."""
    digest = ObjectStore.digest
    answer: Any = {"Error": {"Code": "InternalError"}, "ResponseMetadata": {"HTTPStatusCode": 500}}

    def read(self: ObjectStore, key: str) -> Any:
        if key in broken:
            raise ClientError(answer, "GetObject")
        return digest(self, key)

    patch.setattr(ObjectStore, "digest", read)


@pytest.mark.parametrize("others_are_known", [True, False])
def test_an_object_that_the_store_cannot_read_is_a_damaged_load_if_it_can_read_others(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, others_are_known: bool
) -> None:
    known = dict(lake.compare().etags)
    del known["first"]
    unreadable(monkeypatch, lake.records[0].key)
    (damage,) = lake.compare(known if others_are_known else {}).damaged
    assert damage.record.load_id == "first"
    assert "cannot be read, although others can" in damage.instead
    assert "InternalError" in damage.instead


def test_a_store_that_can_read_nothing_says_nothing_about_a_load(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = dict(lake.compare().etags)
    del known["first"]
    unreadable(monkeypatch, *(record.key for record in lake.records))
    with pytest.raises(ClientError, match="InternalError"):
        lake.compare(known)
