"""A log checked: all of it from its entries, or one entry, against a checkpoint that is believed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bailiwick.monitor.ahead import Ahead, reading_order
from bailiwick.monitor.source import Source
from bailiwick.tlog.checkpoints import Checkpoint
from bailiwick.tlog.errors import LogMismatch, MalformedHash, ProofRefused
from bailiwick.tlog.hashing import leaf_hash
from bailiwick.tlog.policy import Witnessed
from bailiwick.tlog.proof_files import LogProof
from bailiwick.tlog.proofs import verify_inclusion
from bailiwick.tlog.reading import Take, TileReader, check_log, read_entry
from bailiwick.tlog.tiles import Bundle
from bailiwick.tlog.tree import inclusion_proof

Tell: TypeAlias = Callable[[int], None]
"""Told how many entries have been checked so far."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was found right."""

    entries: int
    tiles: int


def check_whole(head: Checkpoint, source: Source, tell: Tell, take: Take | None = None) -> Counts:
    """Derive the whole log again from its entries, compare every tile and the root.

    LogMismatch says where they part. What the source raises passes through: then nothing was shown. Memory:
    one tile a level and the few files that are fetched ahead.
    """
    entries = tiles = 0
    plan = (resource.path for resource in reading_order(head.size))
    with Ahead(source, plan) as ahead:
        for resource in check_log(head.size, head.root, ahead.fetch, take):
            if isinstance(resource, Bundle):
                entries += resource.width
                tell(entries)
            else:
                tiles += 1
    return Counts(entries, tiles)


@dataclass(frozen=True, slots=True)
class Included:
    """An entry of the log and the proof of it, which stands alone."""

    entry: bytes
    proof: LogProof


def check_entry(index: int, seen: Witnessed, source: Source) -> Included:
    """One entry and its proof, by a few tiles; OutOfRange, LogMismatch, and what the source raises."""
    head = seen.checkpoint
    entry = read_entry(index, head.size, source.fetch)
    hashes = inclusion_proof(index, head.size, TileReader(head.size, source.fetch).node)
    try:
        verify_inclusion(leaf_hash(entry), index, head.size, hashes, head.root)
    except (ProofRefused, MalformedHash) as error:
        raise LogMismatch(f"entry {index}", "entry and tiles do not lead to the checkpoint's root") from error
    return Included(entry, LogProof(index, tuple(hashes), seen.note.encode()))
