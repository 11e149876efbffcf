"""Inclusion and consistency proofs verified: RFC 9162, sections 2.1.3.2 and 2.1.4.2."""

from collections.abc import Sequence
from hmac import compare_digest

from bailiwick.tlog.errors import OutOfRange, ProofRefused
from bailiwick.tlog.hashing import Hash, check_hash, check_size, node_hash


def verify_inclusion(leaf: Hash, index: int, size: int, proof: Sequence[Hash], root: Hash) -> None:
    """Raise ProofRefused unless the leaf hash is entry `index` of the tree: RFC 9162, section 2.1.3.2.

    Hashes of other lengths raise MalformedHash, an index outside the tree OutOfRange.
    """
    _check_hashes(leaf, root, *proof)
    if not 0 <= index < check_size(size):
        raise OutOfRange("no such entry in a tree of that size")
    first, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofRefused("the proof is too long")
        if first & 1 or first == last:
            computed = node_hash(sibling, computed)
            first, last = _past_right_edge(first, last)
        else:
            computed = node_hash(computed, sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise ProofRefused("the proof is too short")
    _expect(computed, root)


def verify_consistency(old: int, new: int, old_root: Hash, new_root: Hash, proof: Sequence[Hash]) -> None:
    """Raise ProofRefused unless the newer tree begins with the older: RFC 9162, section 2.1.4.2.

    `old` is at least 1: a caller that knows nothing yet (size 0) has nothing to compare, and should say
    so itself (OutOfRange). Equal sizes need equal roots and an empty proof.
    """
    _check_hashes(old_root, new_root, *proof)
    if not 0 < old <= check_size(new):
        raise OutOfRange("an older size is at least 1 and at most the newer")
    if old == new:
        if proof:
            raise ProofRefused("the proof is too long")
        _expect(old_root, new_root)
        return
    _verify_growth(old, new, old_root, new_root, proof)


def _verify_growth(old: int, new: int, old_root: Hash, new_root: Hash, proof: Sequence[Hash]) -> None:
    """Steps 1 to 7 of RFC 9162, section 2.1.4.2, for 0 < old < new."""
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise ProofRefused("the proof is too short")
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old_computed = new_computed = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofRefused("the proof is too long")
        if first & 1 or first == last:
            old_computed, new_computed = node_hash(sibling, old_computed), node_hash(sibling, new_computed)
            first, last = _past_right_edge(first, last)
        else:
            new_computed = node_hash(new_computed, sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise ProofRefused("the proof is too short")
    _expect(old_computed, old_root)
    _expect(new_computed, new_root)


def _past_right_edge(first: int, last: int) -> tuple[int, int]:
    """Skip the levels on the tree's right edge where a node has no sibling: RFC 9162, 2.1.3.2 and 2.1.4.2."""
    while first and not first & 1:
        first, last = first >> 1, last >> 1
    return first, last


def _check_hashes(*hashes: Hash) -> None:
    for value in hashes:
        check_hash(value)


def _expect(computed: Hash, root: Hash) -> None:
    if not compare_digest(computed, root):
        raise ProofRefused("the proof does not lead to the root")
