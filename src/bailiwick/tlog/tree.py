"""Roots and proofs made from the roots of complete subtrees, wherever those are: RFC 9162, section 2.1."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from bailiwick.tlog.errors import OutOfRange
from bailiwick.tlog.hashing import Hash, check_hash, check_size, join_peaks, node_hash, split_point

Nodes: TypeAlias = Callable[[int, int], Hash]
"""(height, i) -> MTH(D[i * 2^height : (i + 1) * 2^height]); asked for complete subtrees only."""

Range: TypeAlias = tuple[int, int]
"""Entries from the first (included) to the second (excluded)."""


def subtrees(start: int, end: int) -> list[Range]:
    """The complete subtrees (height, i) that make up D[start:end], the largest first.

    `start` must be a multiple of the largest power of two not above end - start, which holds for every
    range of RFC 9162, sections 2.1.3.1 and 2.1.4.1.
    """
    found = []
    while start < end:
        height = (end - start).bit_length() - 1
        found.append((height, start >> height))
        start += 1 << height
    return found


def range_root(entries: Range, nodes: Nodes) -> Hash:
    """MTH(D[start:end]): RFC 6962, section 2.1."""
    return join_peaks([nodes(height, index) for height, index in subtrees(*entries)])


def root(size: int, nodes: Nodes) -> Hash:
    """The root of the first `size` entries: RFC 6962, section 2.1."""
    return range_root((0, check_size(size)), nodes)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Whose roots PATH(index, D[0:size]) is made of, leaf's sibling first: RFC 9162, section 2.1.3.1."""
    if not 0 <= index < check_size(size):
        raise OutOfRange("no such entry in a tree of that size")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + split_point(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[Hash]:
    """PATH(index, D[0:size]); OutOfRange unless index < size: RFC 9162, section 2.1.3.1."""
    return [range_root(entries, nodes) for entries in inclusion_ranges(index, size)]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Whose roots PROOF(old, D[0:new]) is made of: RFC 9162, section 2.1.4.1."""
    if not 0 < old <= check_size(new):
        raise OutOfRange("an older size is at least 1 and at most the newer")
    start, end, path = 0, new, []
    # SUBPROOF(m, D[start:end], b) with m = old - start; b is true as long as start is 0
    while old != end:
        middle = start + split_point(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    if start:
        path.append((start, end))
    return path[::-1]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[Hash]:
    """PROOF(old, D[0:new]), empty where both are equal: RFC 9162, section 2.1.4.1.

    OutOfRange unless 0 < old <= new: everything is consistent with the empty tree, so that needs no proof.
    """
    return [range_root(entries, nodes) for entries in consistency_ranges(old, new)]


class MemoryTree:
    """All complete subtrees of a growing list of leaf hashes; `node` is a `Nodes`."""

    def __init__(self, leaves: Iterable[Hash] = ()) -> None:
        self._levels: list[list[Hash]] = [[]]
        for leaf in leaves:
            self.append(leaf)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    def append(self, leaf: Hash) -> int:
        """Add a leaf hash and every subtree it completes; its index."""
        merged = check_hash(leaf)
        for height in range(self.size.bit_length() + 1):
            if height == len(self._levels):
                self._levels.append([])
            level = self._levels[height]
            level.append(merged)
            if len(level) % 2:
                break
            merged = node_hash(level[-2], level[-1])
        return self.size - 1

    def node(self, height: int, index: int) -> Hash:
        """The root of a complete subtree; OutOfRange where the tree has not got it."""
        if not (0 <= height < len(self._levels) and 0 <= index < len(self._levels[height])):
            raise OutOfRange("no such subtree in this tree")
        return self._levels[height][index]

    def root(self, size: int | None = None) -> Hash:
        """The root now, or when there were `size` leaves."""
        return root(self.size if size is None else size, self.node)
