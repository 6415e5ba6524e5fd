"""How deep a text goes, whatever the pieces in which it comes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortdrama.sources.nesting import DEEPEST, Nesting, TooDeep, with_whole_characters

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('[]{}"\\,x短😀', max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('"]{\\', max_size=3), inner)
    ),
    max_leaves=30,
)


def followed(text: bytes, size: int = 10**9) -> Nesting:
    nesting = Nesting()
    for start in range(0, len(text), size):
        nesting.feed(text[start : start + size])
    return nesting


@given(JSON, st.integers(1, 40), st.booleans())
def test_a_whole_text_is_complete_and_no_part_of_it_is(value, size, ascii_only) -> None:
    text = json.dumps([value], ensure_ascii=ascii_only).encode()
    assert followed(text, size).is_complete
    assert not followed(text, size).has_lone_surrogates
    assert not any(followed(text[:cut], size).is_complete for cut in range(len(text)))


def objects_in(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(objects_in, value.values()))
    return sum(map(objects_in, value)) if isinstance(value, list) else 0


@given(JSON, st.integers(1, 40))
def test_objects_are_counted_and_braces_in_texts_are_not(value, size) -> None:
    text = json.dumps([value]).encode()
    assert followed(text, size).objects == objects_in(value)


@pytest.mark.parametrize("size", [1, 7, 10**9])
@pytest.mark.parametrize(
    ("opens", "closes", "levels"),
    [(b"[", b"]", 1), (b'{"a":', b"}", 1), (b'{"]":"[}","a":[', b"]}", 2)],
    ids=["arrays", "objects", "strings_of_brackets"],
)
def test_a_text_may_be_so_deep_and_no_deeper_than_twice(opens, closes, levels, size) -> None:
    def nested(deep: int) -> bytes:
        return opens * (deep // levels) + b"1" + closes * (deep // levels)

    assert followed(nested(DEEPEST), size).is_complete
    with pytest.raises(TooDeep):
        followed(nested(2 * DEEPEST + 2), size)


@pytest.mark.parametrize(
    "text",
    [b"[" * 2_000_000 + b"]" * 2_000_000, b"]" * 1000, b"[}" * 1000, b'["\\"' + b"[" * 1000 + b'"' +
     b"[" * 1000],
    ids=["millions", "only_closed", "crossed", "after_a_string"],
)  # fmt: skip
def test_what_is_no_nest_ends_quickly(text) -> None:
    with pytest.raises(TooDeep):
        followed(text, 1 << 18)


@pytest.mark.parametrize(
    ("text", "lone", "whole"),
    [
        (rb'["\ud83d\ude00"]', False, rb'["\ud83d\ude00"]'),
        (rb'["\ud83d"]', True, rb'["\ufffd"]'),
        (rb'["\uDE00x"]', True, rb'["\ufffdx"]'),
        (rb'["\ud83d\ud83d\ude00"]', True, rb'["\ufffd\ud83d\ude00"]'),
        (rb'["\\ud83d"]', False, rb'["\\ud83d"]'),
        (rb'["\\\ud83d\n"]', True, rb'["\\\ufffd\n"]'),
        (rb'["\u77ed\u5267"]', False, rb'["\u77ed\u5267"]'),
    ],
)
def test_half_a_character_is_found_in_any_pieces_and_replaced(text, lone, whole) -> None:
    for size in range(1, len(text) + 1):
        nesting = followed(text, size)
        assert nesting.is_complete
        assert nesting.has_lone_surrogates == lone
    assert with_whole_characters(text) == whole
    json.loads(whole).__repr__().encode()


@pytest.mark.parametrize(
    ("text", "opening"),
    [(b"\xef\xbb\xbf[]", b"["), (b" \n\t{}", b"{"), (b"<html>", b"<"), (b"  ", b""), (b"", b"")],
)
def test_the_opening_is_what_comes_after_blanks_and_mark(text, opening) -> None:
    assert followed(text).opening == followed(text, 1).opening == opening
