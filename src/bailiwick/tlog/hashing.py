"""Merkle tree hashing with SHA-256: RFC 6962, section 2.1 (the same in RFC 9162, section 2.1.1)."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

from bailiwick.tlog.errors import MalformedHash, OutOfRange

HASH_SIZE: Final = 32
MAX_SIZE: Final = 2**63 - 1
"""Sizes and indices fit a signed 64-bit integer, as in every other implementation."""

Hash: TypeAlias = bytes
"""32 bytes."""

EMPTY_ROOT: Final[Hash] = sha256(b"").digest()
"""MTH({}): RFC 6962, section 2.1."""


def leaf_hash(entry: bytes) -> Hash:
    """MTH({d}) = SHA-256(0x00 || d): RFC 6962, section 2.1."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    """SHA-256(0x01 || left || right): RFC 6962, section 2.1."""
    return sha256(b"\x01" + left + right).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[Hash]:
    """`leaf_hash` of each. Written out: over a whole log, calling it would cost as much as hashing."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def complete_root(hashes: Sequence[Hash]) -> Hash:
    """MTH over the roots of 2^k equal subtrees, k >= 0, level by level: RFC 6962, section 2.1."""
    level = hashes
    while len(level) > 1:
        pairs = iter(level)
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return level[0]


def split_point(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2: RFC 6962, section 2.1."""
    return 1 << ((size - 1).bit_length() - 1)


def check_hash(value: bytes) -> Hash:
    """The value; anything but 32 bytes raises MalformedHash."""
    if len(value) != HASH_SIZE:
        raise MalformedHash("a hash has 32 bytes")
    return value


def check_size(size: int) -> int:
    """The size; a negative one, or one past 63 bits, raises OutOfRange."""
    if not 0 <= size <= MAX_SIZE:
        raise OutOfRange("a tree size is between 0 and 2^63-1")
    return size


def root_of(leaves: Iterable[Hash]) -> Hash:
    """MTH of the leaf hashes, in one pass over them: RFC 6962, section 2.1.

    Kept is one root per complete subtree, the largest first; equal ones are joined as soon as they meet.
    """
    peaks: list[tuple[int, Hash]] = []
    for leaf in leaves:
        height, merged = 0, check_hash(leaf)
        while peaks and peaks[-1][0] == height:
            merged = node_hash(peaks.pop()[1], merged)
            height += 1
        peaks.append((height, merged))
    return join_peaks([peak for _, peak in peaks])


def join_peaks(peaks: list[Hash]) -> Hash:
    """The root over complete subtrees of falling size, joined from the right: RFC 6962, section 2.1."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root
