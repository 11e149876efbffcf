"""Hashing and proofs: public vectors, and every tree up to some hundred entries."""

import json
from base64 import b64decode
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.tlog.errors import MalformedHash, OutOfRange, ProofRefused, TlogError
from bailiwick.tlog.hashing import EMPTY_ROOT, MAX_SIZE, leaf_hash, node_hash, root_of, split_point
from bailiwick.tlog.proofs import verify_consistency, verify_inclusion
from bailiwick.tlog.tree import (
    MemoryTree,
    consistency_proof,
    consistency_ranges,
    inclusion_proof,
    inclusion_ranges,
    root,
)
from tests.tlog.vectors import LEAVES, ROOTS, folder

ENTRIES: Final = [str(number).encode() for number in range(600)]
TREE: Final = MemoryTree(map(leaf_hash, ENTRIES))

DIFFERENCES: Final = {
    # Two roots of 12 bytes ("dont care 2"), equal, at equal sizes: theirs compares only. No SHA-256 root has
    # 12 bytes, and a verifier that lets one pass would accept a checkpoint nobody can have computed.
    "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json",
}


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    middle = split_point(len(leaves))
    return node_hash(naive_root(leaves[:middle]), naive_root(leaves[middle:]))


def hashes(values: list[str] | None) -> list[bytes]:
    return [b64decode(value) for value in values or []]


def check_inclusion(case: dict[str, Any]) -> None:
    leaf, top = b64decode(case["leafHash"]), b64decode(case["root"])
    verify_inclusion(leaf, case["leafIdx"], case["treeSize"], hashes(case["proof"]), top)


def check_consistency(case: dict[str, Any]) -> None:
    roots = b64decode(case["root1"]), b64decode(case["root2"])
    verify_consistency(case["size1"], case["size2"], *roots, hashes(case["proof"]))


def refuses(kind: str, path: Path) -> bool:
    case = json.loads(path.read_text())
    try:
        {"inclusion": check_inclusion, "consistency": check_consistency}[kind](case)
    except TlogError:
        return True
    return False


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_the_public_proofs_are_judged_as_stated_but_for_the_listed_differences(kind: str) -> None:
    top = folder("merkle")
    paths = sorted((top / kind).rglob("*.json"))
    assert len(paths) == 98
    differing = {
        path.relative_to(top).as_posix()
        for path in paths
        if refuses(kind, path) != json.loads(path.read_text())["wantErr"]
    }
    assert differing == {path for path in DIFFERENCES if path.startswith(kind)}


def test_the_public_roots_of_sizes_0_to_8_come_out() -> None:
    tree = MemoryTree(map(leaf_hash, LEAVES))
    assert [tree.root(size).hex()[:8] for size in range(9)] == ROOTS
    assert [root_of(map(leaf_hash, LEAVES[:size])).hex()[:8] for size in range(9)] == ROOTS


@pytest.mark.parametrize("size", [*range(70), 127, 128, 129, 255, 256, 257, 511, 600])
def test_every_way_to_a_root_gives_the_definition(size: int) -> None:
    leaves = [leaf_hash(entry) for entry in ENTRIES[:size]]
    assert naive_root(leaves) == root_of(leaves) == TREE.root(size) == MemoryTree(leaves).root()


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65])
def test_every_inclusion_proof_of_a_small_tree_verifies(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(index, size, TREE.node)
        verify_inclusion(leaf_hash(ENTRIES[index]), index, size, proof, TREE.root(size))


@pytest.mark.parametrize("new", [*range(1, 34), 63, 64, 65])
def test_every_consistency_proof_of_a_small_tree_verifies(new: int) -> None:
    for old in range(1, new + 1):
        proof = consistency_proof(old, new, TREE.node)
        verify_consistency(old, new, TREE.root(old), TREE.root(new), proof)


@st.composite
def places(draw: st.DrawFn, lowest: int) -> tuple[int, int]:
    size = draw(st.integers(1, len(ENTRIES)))
    return draw(st.integers(lowest, size - 1 + lowest)), size


def flipped(parts: list[bytes], data: st.DataObject) -> list[bytes]:
    which = data.draw(st.integers(0, len(parts) - 1))
    changed = bytearray(parts[which])
    changed[data.draw(st.integers(0, 31))] ^= data.draw(st.integers(1, 255))
    return [*parts[:which], bytes(changed), *parts[which + 1 :]]


@given(places(0), st.data())
def test_an_inclusion_proof_verifies_and_no_flipped_byte_does(
    place: tuple[int, int], data: st.DataObject
) -> None:
    index, size = place
    proof = inclusion_proof(index, size, TREE.node)
    parts = [leaf_hash(ENTRIES[index]), TREE.root(size), *proof]
    verify_inclusion(parts[0], index, size, parts[2:], parts[1])
    bad = flipped(parts, data)
    with pytest.raises(ProofRefused):
        verify_inclusion(bad[0], index, size, bad[2:], bad[1])


@given(places(1), st.data())
def test_a_consistency_proof_verifies_and_no_flipped_byte_does(
    sizes: tuple[int, int], data: st.DataObject
) -> None:
    old, new = sizes
    parts = [TREE.root(old), TREE.root(new), *consistency_proof(old, new, TREE.node)]
    verify_consistency(old, new, parts[0], parts[1], parts[2:])
    bad = flipped(parts, data)
    with pytest.raises(ProofRefused):
        verify_consistency(old, new, bad[0], bad[1], bad[2:])


@given(places(0), st.data())
def test_a_proof_with_a_hash_too_many_or_too_few_is_refused(
    place: tuple[int, int], data: st.DataObject
) -> None:
    index, size = place
    proof = inclusion_proof(index, size, TREE.node)
    leaf, at = leaf_hash(ENTRIES[index]), data.draw(st.integers(0, len(proof)))
    with pytest.raises(ProofRefused):
        verify_inclusion(leaf, index, size, [*proof[:at], EMPTY_ROOT, *proof[at:]], TREE.root(size))
    if proof:
        with pytest.raises(ProofRefused):
            verify_inclusion(leaf, index, size, proof[:-1], TREE.root(size))


@given(st.lists(st.binary(max_size=40), max_size=70), st.integers(), st.integers(), st.binary(max_size=40))
def test_arbitrary_proofs_end_in_a_coded_error(
    proof: list[bytes], first: int, second: int, value: bytes
) -> None:
    with pytest.raises(TlogError):
        verify_inclusion(value, first, second, proof, EMPTY_ROOT)
    with pytest.raises(TlogError):
        verify_consistency(first, second, value, EMPTY_ROOT, proof)


def test_sizes_that_no_tree_has_are_refused() -> None:
    for index, size in [(0, 0), (1, 1), (-1, 5), (0, -1), (0, MAX_SIZE + 1)]:
        with pytest.raises(OutOfRange):
            inclusion_ranges(index, size)
        with pytest.raises(OutOfRange):
            verify_inclusion(EMPTY_ROOT, index, size, [], EMPTY_ROOT)
    for old, new in [(0, 0), (0, 4), (5, 4), (-1, 4), (1, MAX_SIZE + 1)]:
        with pytest.raises(OutOfRange):
            consistency_ranges(old, new)
        with pytest.raises(OutOfRange):
            verify_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])
    with pytest.raises(OutOfRange):
        root(-1, TREE.node)


def test_a_tree_has_only_its_complete_subtrees() -> None:
    tree = MemoryTree(map(leaf_hash, LEAVES[:3]))
    assert tree.node(1, 0) == node_hash(leaf_hash(LEAVES[0]), leaf_hash(LEAVES[1]))
    for height, index in [(1, 1), (2, 0), (0, 3), (-1, 0), (0, -1)]:
        with pytest.raises(OutOfRange):
            tree.node(height, index)
    with pytest.raises(MalformedHash):
        tree.append(b"short")


def test_appending_tells_the_index_of_the_leaf() -> None:
    tree = MemoryTree()
    assert [tree.append(leaf_hash(entry)) for entry in LEAVES] == list(range(8))
    assert tree.size == 8


def test_proofs_of_a_huge_log_have_some_sixty_hashes() -> None:
    ranges = inclusion_ranges(MAX_SIZE - 1, MAX_SIZE)
    assert len(ranges) == 62
    assert all(start < end for start, end in ranges)
    assert all(later[0] < earlier[0] for earlier, later in pairwise(ranges))
