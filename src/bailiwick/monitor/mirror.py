"""A copy of a log, made from the root down: nothing is stored that does not hash to a signed checkpoint.

Each tile is compared with its hash in the tile above before it is written, each bundle with the tile of its
entries. So whatever kills us, what lies in the folder is right; what is there already is read and compared
instead of fetched. The checkpoint comes last, when everything below it is durable: readers of the folder
never see one whose tiles are missing. Memory: one tile a level, and the few files fetched ahead.

c2sp.org/tlog-tiles, "Merkle Tree" and "Partial Tiles".
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from bailiwick.monitor import durable
from bailiwick.monitor.ahead import Ahead
from bailiwick.monitor.checking import Tell
from bailiwick.monitor.errors import CannotWrite, TooLarge
from bailiwick.monitor.memory import Memory
from bailiwick.monitor.source import CHECKPOINT, Folder, Source
from bailiwick.monitor.trust import read_head
from bailiwick.tlog.checkpoints import Checkpoint
from bailiwick.tlog.errors import LogMismatch, MalformedBundle, MalformedTile, TlogError
from bailiwick.tlog.hashing import Hash, complete_root, leaf_hashes
from bailiwick.tlog.policy import Policy, Witnessed
from bailiwick.tlog.reading import Fetch, TileReader, read_bundle, read_tile_bytes
from bailiwick.tlog.tiles import (
    HEIGHT,
    WIDTH,
    Bundle,
    Resource,
    Tile,
    decode_bundle,
    decode_tile,
    encode_bundle,
)
from bailiwick.tlog.tree import root

LOCK: Final = ".mirror.lock"

Begin: TypeAlias = Callable[[int], Tell]
"""Told the log's size once it is known; gives back whom to tell how far the copy has come."""


@dataclass(slots=True)
class Report:
    """What a run did: the checkpoint now stored, the size before, files fetched and files found right."""

    seen: Witnessed
    before: int
    fetched: int = 0
    reused: int = 0


def mirror(source: Source, folder: Path, policy: Policy, begin: Begin, *, recheck: bool = False) -> Report:
    """Bring the copy in a folder up to the log's checkpoint.

    LogForked, LogShrank (the folder stays as it was, with the evidence beside its checkpoint), LogMismatch
    for what does not hash to the checkpoint, and what the source raises. `recheck` reads all that is there
    again and fetches what is damaged, not only what is new.
    """
    with durable.alone(folder / LOCK):
        memory = Memory(folder / CHECKPOINT, policy)
        known = memory.recall()
        seen = read_head(source, policy)
        before = memory.compare(known, seen, source.fetch) or 0
        report = Report(seen, before)
        tell = begin(seen.checkpoint.size)
        copy = _Copy(seen.checkpoint, 0 if recheck else before, folder, report, tell)
        with Ahead(source, copy.plan()) as ahead:
            copy.run(ahead.fetch)
        durable.write(folder / CHECKPOINT, seen.note.encode())
        copy.drop_partials(before)
        return report


class _Copy:
    """One run: a tree of which everything wholly below its first `since` entries is there already."""

    def __init__(self, head: Checkpoint, since: int, folder: Path, report: Report, tell: Tell) -> None:
        self._head, self._since, self._folder = head, since, folder
        self._report, self._tell = report, tell
        self._stored = Folder(folder)

    def plan(self) -> Iterator[str]:
        """The paths that `run` will ask for, in its order, without those that are there."""
        edges = edge_tiles(self._head.size)
        yield from (edge.path for edge in edges)
        for resource in (each for edge in edges for each in self._walk(edge)):
            if not (self._folder / resource.path).exists():
                yield resource.path

    def run(self, fetch: Fetch) -> None:
        """The right edge first: it alone gives the root. Then what hangs below it, in the log's order."""
        for edge, data in self._edges(fetch):
            self._below(edge, decode_tile(edge, data), fetch)

    def drop_partials(self, before: int) -> None:
        """Remove the partial tiles of an earlier size where the full ones are there now; CannotWrite."""
        size = self._head.size
        grown = [tile for tile in edge_tiles(before) if size >> (HEIGHT * tile.level) >= _end(tile)]
        paths = [tile.path for tile in grown]
        paths += [Bundle(tile.index, tile.width).path for tile in grown if tile.level == 0]
        try:
            for path in paths:
                partials = (self._folder / path).parent
                if partials.exists():  # a run killed here has removed some of them
                    shutil.rmtree(partials)
        except OSError as error:
            raise CannotWrite(f"old partial tiles cannot be removed: {error.strerror}") from error

    def _edges(self, fetch: Fetch) -> list[tuple[Tile, bytes]]:
        """The partial tiles, from the top, stored once they were found to give the root."""
        found = {tile: _cut(tile, fetch) for tile in edge_tiles(self._head.size)}
        by_path = {tile.path: data for tile, data in found.items()}
        if root(self._head.size, TileReader(self._head.size, by_path.__getitem__).node) != self._head.root:
            raise LogMismatch("tile", "the tiles at the log's end do not lead to the checkpoint's root")
        for tile, data in found.items():
            durable.write(self._folder / tile.path, data)
        self._report.fetched += len(found)
        return list(found.items())

    def _walk(self, tile: Tile) -> Iterator[Resource]:
        """What hangs below a tile and is not known, depth first."""
        if tile.level == 0:
            yield Bundle(tile.index, tile.width)
            return
        for child in _children(tile):
            if not self._knows(child):
                yield child
                yield from self._walk(child)

    def _below(self, tile: Tile, hashes: list[Hash], fetch: Fetch) -> None:
        """Store what hangs below a tile whose hashes are right."""
        if tile.level == 0:
            self._bundle(Bundle(tile.index, tile.width), hashes, fetch)
            return
        for child, expected in zip(_children(tile), hashes, strict=True):
            if not self._knows(child):
                self._below(child, self._tile(child, expected, fetch), fetch)

    def _tile(self, tile: Tile, expected: Hash, fetch: Fetch) -> list[Hash]:
        def right(data: bytes) -> bool:
            return complete_root(decode_tile(tile, data)) == expected

        return decode_tile(tile, self._obtain(tile, right, fetch))

    def _bundle(self, bundle: Bundle, hashes: list[Hash], fetch: Fetch) -> None:
        def right(data: bytes) -> bool:
            return leaf_hashes(decode_bundle(bundle, data)) == hashes

        self._obtain(bundle, right, fetch)
        self._tell(bundle.index * WIDTH + bundle.width)

    def _obtain(self, resource: Resource, right: Callable[[bytes], bool], fetch: Fetch) -> bytes:
        """The bytes, as stored or else as fetched and then stored; LogMismatch, what `fetch` raises."""
        try:
            data = self._stored.fetch(resource.path)
            if right(data):
                self._report.reused += 1
                return data
        except (TlogError, TooLarge):
            pass  # not there, or damaged: fetched as if it had never been there
        data = _cut(resource, fetch)
        try:
            sound = right(data)
        except (MalformedTile, MalformedBundle):
            sound = False
        if not sound:
            raise LogMismatch(resource.path, "not what the checkpoint stands for")
        durable.write(self._folder / resource.path, data)
        self._report.fetched += 1
        return data

    def _knows(self, tile: Tile) -> bool:
        """Whether all below a full tile, and itself, was stored by an earlier run."""
        return _end(tile) << (HEIGHT * tile.level) <= self._since


def edge_tiles(size: int) -> list[Tile]:
    """The partial tiles of a tree, from the top level down; every other tile hangs below one of them."""
    rows = [(level, size >> (HEIGHT * level)) for level in range(size.bit_length() // HEIGHT + 1)]
    return [Tile(level, count // WIDTH, count % WIDTH) for level, count in reversed(rows) if count % WIDTH]


def _end(tile: Tile) -> int:
    """The first index, in its level, behind a full tile in that place."""
    return (tile.index + 1) * WIDTH


def _children(tile: Tile) -> list[Tile]:
    first = tile.index * WIDTH
    return [Tile(tile.level - 1, first + offset) for offset in range(tile.width)]


def _cut(resource: Resource, fetch: Fetch) -> bytes:
    """The bytes of a tile or bundle, cut from the full one where the log has dropped the partial one."""
    try:
        if isinstance(resource, Tile):
            return read_tile_bytes(resource, fetch)
        return encode_bundle(read_bundle(resource, fetch))
    except TlogError as error:
        raise LogMismatch(resource.path, error.code) from error
