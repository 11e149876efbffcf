"""The search tree of a MaxMind DB file, walked one level at a time on whole arrays.

Asking the C reader for every network in Python takes 7 s a source and a million objects; the walk takes a
fraction of a second. It only finds networks and where their records are; the records themselves are read by
`maxminddb` (`geo.sources`). MaxMind DB file format 2.0, section "Binary Search Tree".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bailiwick.geo.ranges import Halves

MOST_NETWORKS: Final = 20_000_000  # a sound file has about a million; a looping tree would double per level

_Nodes = NDArray[np.uint32]


class TreeError(ValueError):
    """The bytes are not a sound search tree."""


@dataclass(frozen=True, slots=True)
class Networks:
    """Networks that have a record: address halves, prefix length, and the record (any number that is equal
    for equal records)."""

    high: Halves
    low: Halves
    lengths: NDArray[np.int64]
    records: _Nodes


@dataclass(frozen=True, slots=True)
class Tree:
    """Left and right record of every node. A record below `count` is a node, equal to it is nothing, above it
    is data."""

    left: _Nodes
    right: _Nodes
    ipv6: bool

    @property
    def count(self) -> int:
        return len(self.left)

    def networks_v4(self) -> Networks:
        """All IPv4 networks; in an IPv6 tree they are below ::/96."""
        node = self._node([0] * 96 if self.ipv6 else [])
        return self._below(node, 0, 0, 32)

    def networks_v6(self) -> Networks:
        """All IPv6 networks in 2000::/3; the rest is special-purpose space, or IPv4 once more."""
        return self._below(self._node([0, 0, 1]), 1 << 61, 3, 128) if self.ipv6 else _join([])

    def _node(self, path: list[int]) -> int:
        """Where a path (0 left, 1 right) leads: a node, or a record that already holds for all below it."""
        node = 0
        for step in path:
            node = int((self.right if step else self.left)[node])
            if node >= self.count:
                break
        return node

    def _below(self, node: int, high: int, depth: int, bits: int) -> Networks:
        """The networks below a node that is `depth` bits deep in a family of `bits` bits."""
        if node > self.count:
            return _level([high], [depth], [node])
        return _join(list(self._levels(node, high, depth, bits)) if node < self.count else [])

    def _levels(self, node: int, high: int, depth: int, bits: int) -> Iterator[Networks]:
        nodes = np.array([node], np.uint32)
        highs, lows = np.array([high], np.uint64), np.zeros(1, np.uint64)
        found = 0
        for length in range(depth + 1, bits + 1):
            bit = bits - length
            set_high = np.uint64(1 << (bit - 64) if bit >= 64 else 0)
            set_low = np.uint64(1 << bit if bit < 64 else 0)
            records = np.concatenate((self.left[nodes], self.right[nodes]))
            highs = np.concatenate((highs, highs | set_high))
            lows = np.concatenate((lows, lows | set_low))
            data, inner = records > self.count, records < self.count
            yield Networks(highs[data], lows[data], np.full(int(data.sum()), length, np.int64), records[data])
            nodes, highs, lows = records[inner], highs[inner], lows[inner]
            found += int(data.sum()) + len(nodes)
            if found > MOST_NETWORKS:
                raise TreeError("too many networks")
            if not len(nodes):
                return
        raise TreeError("deeper than an address is long")


def read_tree(data: bytes, count: int, record_size: int, *, ipv6: bool) -> Tree:
    """The tree at the beginning of the file. `record_size` in bits: 24, 28 or 32. Raises TreeError."""
    size = record_size // 4
    if record_size not in {24, 28, 32} or count < 1 or len(data) < count * size:
        raise TreeError("not a search tree")
    raw = np.frombuffer(data, np.uint8, count * size).reshape(count, size).astype(np.uint32)
    if record_size == 28:
        high = raw[:, 3:4]  # the middle byte holds the highest four bits of both
        halves = np.hstack((high >> 4, raw[:, :3])), np.hstack((high & 0xF, raw[:, 4:]))
    else:
        halves = raw[:, : size // 2], raw[:, size // 2 :]
    return Tree(_number(halves[0]), _number(halves[1]), ipv6)


def _number(columns: NDArray[np.uint32]) -> _Nodes:
    total = np.zeros(len(columns), np.uint32)
    for at in range(columns.shape[1]):
        total = (total << np.uint32(8)) | columns[:, at]
    return total


def _level(high: list[int], lengths: list[int], records: list[int]) -> Networks:
    low = np.zeros(len(high), np.uint64)
    return Networks(np.array(high, np.uint64), low, np.array(lengths, np.int64), np.array(records, np.uint32))


def _join(levels: list[Networks]) -> Networks:
    parts = [_level([], [], []), *levels]
    return Networks(
        np.concatenate([part.high for part in parts]),
        np.concatenate([part.low for part in parts]),
        np.concatenate([part.lengths for part in parts]),
        np.concatenate([part.records for part in parts]),
    )
