"""Randomness without a generator: a number is a pure function of its keys.

Every process, window and order of questions therefore sees the same market.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike, NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def key_of(text: str) -> int:
    """A stable 63-bit key of a text; `hash()` differs from process to process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64: neighbours in, unrelated numbers out."""
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))


def uniform(*keys: ArrayLike) -> NDArray[np.float64]:
    """Numbers in [0, 1), one per broadcast combination of the integer keys."""
    state = np.zeros(1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for key in keys:
            state = _mixed((state ^ np.asarray(key, dtype=np.uint64)) + _GOLDEN)
    return (state >> np.uint64(11)).astype(np.float64) / 2.0**53


def centred(*keys: ArrayLike) -> NDArray[np.float64]:
    """Numbers in (-1, 1), most of them near 0 (triangular)."""
    return uniform(*keys, 1) - uniform(*keys, 2)
