"""How parts are packed, now and by older releases."""

import gzip
from pathlib import Path

import pytest

from shortdrama.lake.packing import packed, packing_of, unpack

TEXT = "短剧 [1, 2]".encode() * 100_000


@pytest.fixture
def body(tmp_path: Path) -> bytes:
    with packed(tmp_path / "body") as file:
        for start in range(0, len(TEXT), 999):
            file.write(TEXT[start : start + 999])
    return (tmp_path / "body").read_bytes()


def test_what_was_packed_in_pieces_is_unpacked(body) -> None:
    assert unpack(body) == TEXT
    assert len(body) < len(TEXT) / 100


def test_an_empty_part_is_empty(tmp_path: Path) -> None:
    with packed(tmp_path / "body"):
        pass
    assert unpack((tmp_path / "body").read_bytes()) == b""


def test_a_part_of_an_older_release_is_known_by_its_key() -> None:
    assert packing_of("landing/x/f1.json.gz") == "gzip"
    assert packing_of("landing/x/f1.json.zst") == "zstd"
    assert unpack(gzip.compress(TEXT), "gzip") == TEXT


@pytest.mark.parametrize(
    "damage", [lambda one: one[:-9], lambda one: b"no" + one], ids=["cut", "no"]
)
def test_a_damaged_part_is_an_error(body, damage) -> None:
    with pytest.raises(OSError, match=r".+"):
        unpack(damage(body))
