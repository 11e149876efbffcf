"""Compiling the sources into one table: a sweep over all their boundaries, sorted once.

Between two neighbouring boundaries every source says the same thing about every address, so one pass that
carries each source's vote forward gives every range its combination of votes. Seconds and some hundred
megabytes, where merging range by range took half a minute and more than a gigabyte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bailiwick.geo.errors import SourceError
from bailiwick.geo.ranges import CODE_LIST, NO_VOTE, Codes, Halves, Ranges, from_rows
from bailiwick.geo.sources import SourceData
from bailiwick.geo.special import SPECIAL_V4, SPECIAL_V6, bounds
from bailiwick.geo.tablefile import Contents, Votes, contents

MOST_COMBINATIONS: Final = 2**16
_BASE: Final = len(CODE_LIST) + 1
_SPECIAL_KEY: Final = -1
_Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Swept:
    """One family: where ranges begin, and the key of each one's votes."""

    high: Halves
    low: Halves
    keys: _Keys


def compile_table(sources: Sequence[SourceData]) -> Contents:
    """One table of all sources, in their order. SourceError: `too_many_combinations`."""
    v4 = _sweep([source.v4 for source in sources], SPECIAL_V4, 2**32)
    v6 = _sweep([source.v6 for source in sources], SPECIAL_V6, 2**128)
    keys = np.union1d(np.unique(v4.keys), np.unique(v6.keys))
    keys = np.union1d(keys, [_SPECIAL_KEY])  # sorted: the special one becomes combination 0
    if len(keys) > MOST_COMBINATIONS:
        raise SourceError("too_many_combinations", str(len(keys)))
    starts_v6 = (high << 64 | low for high, low in zip(v6.high.tolist(), v6.low.tolist(), strict=True))
    return contents(
        (source.record for source in sources),
        (_votes(key, len(sources)) for key in keys.tolist()),
        zip(v4.low.tolist(), np.searchsorted(keys, v4.keys).tolist(), strict=True),
        zip(starts_v6, np.searchsorted(keys, v6.keys).tolist(), strict=True),
    )


def _sweep(sources: list[Ranges], special: Sequence[IPv4Network | IPv6Network], space: int) -> _Swept:
    marked = from_rows((first, last, 1) for first, last in map(bounds, special))
    layers = [*sources, marked]
    high, low, place = _boundaries(layers)
    keys = np.zeros(len(high), np.int64)
    for layer, (begins, ends) in zip(sources, _places(layers, place), strict=False):
        keys = keys * _BASE + (_carry(len(high), begins, ends, layer.codes) + 1)
    begins, ends = _places(layers, place)[-1]
    keys[_carry(len(high), begins, ends, marked.codes) != NO_VOTE] = _SPECIAL_KEY
    keep = np.ones(len(keys), bool)
    keep[1:] = keys[1:] != keys[:-1]
    if space == 2**32:
        keep &= high == 0
        keep &= low < np.uint64(space)
    return _Swept(high[keep], low[keep], keys[keep])


def _boundaries(layers: list[Ranges]) -> tuple[Halves, Halves, NDArray[np.int64]]:
    """All distinct boundaries in order, 0 among them, and for each one given its place in that order.

    Given are, per layer, all first addresses and then all addresses after. An end of the IPv6 space has
    wrapped to 0, where it says nothing: whatever begins at 0 says more.
    """
    zero = np.zeros(1, np.uint64)
    highs = (part for layer in layers for part in (layer.first_high, layer.after_high))
    lows = (part for layer in layers for part in (layer.first_low, layer.after_low))
    high, low = np.concatenate([zero, *highs]), np.concatenate([zero, *lows])
    order = np.lexsort((low, high))
    high, low = high[order], low[order]
    new = np.ones(len(order), bool)
    new[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    place = np.empty(len(order), np.int64)
    place[order] = np.cumsum(new) - 1
    return high[new], low[new], place[1:]


def _places(
    layers: list[Ranges], place: NDArray[np.int64]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Per layer the places of its beginnings and of its ends."""
    cuts = np.cumsum([len(layer) for layer in layers for _ in range(2)])
    parts = np.split(place, cuts[:-1])
    return list(zip(parts[::2], parts[1::2], strict=True))


def _carry(count: int, begins: NDArray[np.int64], ends: NDArray[np.int64], codes: Codes) -> _Keys:
    """The layer's code at each boundary, carried forward from where it was last set; NO_VOTE before."""
    said = np.full(count, NO_VOTE, np.int64)
    is_set = np.zeros(count, bool)
    is_set[0] = is_set[ends] = is_set[begins] = True
    said[ends] = NO_VOTE
    said[begins] = codes  # after the ends: where one range follows another, the new one holds
    last = np.maximum.accumulate(np.where(is_set, np.arange(count), 0))
    return said[last]


def _votes(key: int, count: int) -> Votes:
    if key == _SPECIAL_KEY:
        return (None,) * count
    votes: list[str | None] = []
    for _ in range(count):
        key, code = divmod(key, _BASE)
        votes.append(CODE_LIST[code - 1] if code else None)
    return tuple(reversed(votes))
