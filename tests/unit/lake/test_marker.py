import pytest

from shortdrama.core.settings import S3Settings
from shortdrama.lake import keys
from shortdrama.lake.marker import LakeKindMismatch, ensure_lake, lake_kind
from shortdrama.lake.store import ObjectStore


@pytest.fixture
def unmarked(s3: S3Settings) -> ObjectStore:
    return ObjectStore.of(s3)


def test_a_new_lake_is_marked_once_and_keeps_its_kind(unmarked: ObjectStore) -> None:
    ensure_lake(unmarked, "real")
    before = unmarked.read_json_versioned(keys.LAKE)
    ensure_lake(unmarked, "real")
    assert lake_kind(unmarked) == "real"
    assert unmarked.read_json_versioned(keys.LAKE) == before


@pytest.mark.parametrize(("kind", "other"), [("real", "sample"), ("sample", "real")])
def test_a_lake_never_becomes_of_the_other_kind(unmarked: ObjectStore, kind, other) -> None:
    ensure_lake(unmarked, kind)
    with pytest.raises(LakeKindMismatch, match=f"marked '{kind}', not '{other}'.*another bucket"):
        ensure_lake(unmarked, other)
    assert lake_kind(unmarked) == kind


def test_an_unmarked_lake_says_how_to_mark_it(unmarked: ObjectStore) -> None:
    with pytest.raises(LakeKindMismatch, match="shortdrama lake init"):
        lake_kind(unmarked)
