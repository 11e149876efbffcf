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
    slots: array[int] = array("I")
    count = 0
    while count < len(starts):  # slots up to the next beginning all count the same
        until = -(-starts[count] >> V4_BITS)
        slots.extend(array("I", [count]) * (until - len(slots)))
        count = bisect_right(starts, until << V4_BITS, count)
    slots.extend(array("I", [count]) * (2**16 + 1 - len(slots)))
    return slots


def index_v6(highs: Sequence[int]) -> list[Page]:
    """One page per upper 16 bits: its slots, and how far to shift the other 48 bits to get a slot's
    number."""
    pages: list[Page] = []
    count = 0
    while count < len(highs):
        busy = highs[count] >> V6_PAGE_SHIFT
        pages.extend([_quiet_page(count)] * (busy - len(pages)))
        first = busy << V6_PAGE_SHIFT
        until = bisect_right(highs, first | V6_PAGE_MASK, count)
        pages.append(_busy_page(highs, first, count, until))
        count = until
    pages.extend([_quiet_page(count)] * (2**16 - len(pages)))
    return pages


def _quiet_page(count: int) -> Page:
    """No range begins in it."""
    return array("I", (count, count)), V6_PAGE_SHIFT


def _busy_page(highs: Sequence[int], first: int, low: int, high: int) -> Page:
    bits = ((high - low) // RANGES_PER_SLOT).bit_length()
    shift = V6_PAGE_SHIFT - bits
    slots = array("I", [bisect_right(highs, first | slot << shift, low, high) for slot in range(2**bits)])
    slots.append(high)
    return slots, shift
