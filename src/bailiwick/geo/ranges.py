"""Ranges of addresses as sorted arrays, for compiling. Both families are pairs of 64-bit halves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bailiwick.rules.territory import CODES

Halves = NDArray[np.uint64]
Codes = NDArray[np.int16]

CODE_LIST: Final = tuple(sorted(CODES))
CODE_INDEX: Final = {code: index for index, code in enumerate(CODE_LIST)}
NO_VOTE: Final = -1
_HALF: Final = 2**64 - 1
_ONE: Final = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Ranges:
    """n ranges of one family: first address, first address after, and the code's index in CODE_LIST.

    Arrays of equal length; an address is `high * 2**64 + low`, IPv4 with high 0. `after` of a range that ends
    with the IPv6 space wraps to 0: such a range has to be cut before (it is special-purpose space anyway).
    """

    first_high: Halves
    first_low: Halves
    after_high: Halves
    after_low: Halves
    codes: Codes

    def __len__(self) -> int:
        return len(self.codes)


def from_rows(rows: Iterable[tuple[int, int, int]]) -> Ranges:
    """From (first address, last address, code index)."""
    firsts, afters, codes = [], [], []
    for first, last, code in rows:
        firsts.append(first)
        afters.append((last + 1) % 2**128)
        codes.append(code)
    return Ranges(*_halves(firsts), *_halves(afters), np.array(codes, np.int16))


def from_prefixes(high: Halves, low: Halves, lengths: NDArray[np.int64], bits: int, codes: Codes) -> Ranges:
    """From network addresses and prefix lengths in a family of `bits` bits; no IPv6 network is all of it."""
    host_bits = bits - lengths
    size = np.left_shift(_ONE, (host_bits % 64).astype(np.uint64))
    low_size = np.where(host_bits < 64, size, np.uint64(0))
    high_size = np.where(host_bits >= 64, size, np.uint64(0))
    after_low = low + low_size
    carry = (after_low < low).astype(np.uint64)
    return Ranges(high, low, high + high_size + carry, after_low, codes)


def in_order(ranges: Ranges) -> Ranges:
    """Sorted by first address."""
    order = np.lexsort((ranges.first_low, ranges.first_high))
    return Ranges(
        ranges.first_high[order],
        ranges.first_low[order],
        ranges.after_high[order],
        ranges.after_low[order],
        ranges.codes[order],
    )


def first_overlap(ranges: Ranges) -> int | None:
    """Index of the first range (in order) that begins before its predecessor ends, or is empty."""
    ends_high, ends_low = ranges.after_high[:-1], ranges.after_low[:-1]
    high, low = ranges.first_high[1:], ranges.first_low[1:]
    overlaps = (high < ends_high) | ((high == ends_high) & (low < ends_low))
    found = np.flatnonzero(overlaps)
    return int(found[0]) + 1 if len(found) else None


def _halves(numbers: list[int]) -> tuple[Halves, Halves]:
    high = np.fromiter((number >> 64 for number in numbers), np.uint64, len(numbers))
    low = np.fromiter((number & _HALF for number in numbers), np.uint64, len(numbers))
    return high, low
