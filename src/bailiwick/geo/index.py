"""Finding the range an address lies in: a first-level index, then bisection in what it leaves.

Bisection alone costs some twenty probes, most of them cache misses. The index cuts an address's
neighbourhood down to a handful of ranges: IPv4 by the upper 16 bits, IPv6 by the upper 16 and then as many
further bits as that sixteenth part of the space is busy.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

V4_BITS: Final = 16
RANGES_PER_SLOT: Final = 8
V6_PAGE_SHIFT: Final = 48  # of the upper half of an IPv6 address
V6_PAGE_MASK: Final = 2**V6_PAGE_SHIFT - 1

Slots = Sequence[int]
Page = tuple[Slots, int]


def index_v4(starts: Sequence[int]) -> Slots:
    """Slot i: how many ranges begin at or before i * 2**16. Ranges of i are found between slots i and i +
    1."""
    return array("I", [bisect_right(starts, i << V4_BITS) for i in range(2**16 + 1)])


def index_v6(highs: Sequence[int]) -> list[Page]:
    """One page per upper 16 bits: its slots, and how far to shift the other 48 bits to get a slot's
    number."""
    pages: list[Page] = []
    quiet: dict[int, Page] = {}  # pages without a beginning inside look alike for long stretches
    before = 0
    for page in range(2**16):
        first = page << V6_PAGE_SHIFT
        until = bisect_right(highs, first | V6_PAGE_MASK, before)
        if before == until:
            pages.append(quiet.setdefault(until, (array("I", (until, until)), V6_PAGE_SHIFT)))
        else:
            pages.append(_busy_page(highs, first, before, until))
        before = until
    return pages


def _busy_page(highs: Sequence[int], first: int, low: int, high: int) -> Page:
    bits = ((high - low) // RANGES_PER_SLOT).bit_length()
    shift = V6_PAGE_SHIFT - bits
    slots = array("I", [bisect_right(highs, first | slot << shift, low, high) for slot in range(2**bits)])
    slots.append(high)
    return slots, shift
