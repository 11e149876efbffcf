"""Entries, roots and proofs read from a log's tiles (c2sp.org/tlog-tiles), and a whole log checked."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from bailiwick.tlog.errors import LogMismatch, MalformedTile, NotStored, OutOfRange, TlogError
from bailiwick.tlog.hashing import (
    HASH_SIZE,
    Hash,
    check_size,
    complete_root,
    join_peaks,
    leaf_hashes,
)
from bailiwick.tlog.tiles import (
    HEIGHT,
    WIDTH,
    Bundle,
    Resource,
    Tile,
    bundles_of,
    decode_bundle,
    decode_tile,
    encode_bundle,
)
from bailiwick.tlog.tree import subtrees

Fetch: TypeAlias = Callable[[str], bytes]
"""Path below the log's prefix -> the bytes stored there; raises NotStored. Transport errors are its own."""

Take: TypeAlias = Callable[[int, list[bytes]], None]
"""Given the index of the first of some entries, and the entries."""


def fetch_resource(resource: Resource, fetch: Fetch) -> tuple[Resource, bytes]:
    """A tile or bundle, or the full one where the partial is gone: tlog-tiles, "Partial Tiles"."""
    try:
        return resource, fetch(resource.path)
    except NotStored:
        if resource == resource.full:
            raise
        return resource.full, fetch(resource.full.path)


def read_tile(tile: Tile, fetch: Fetch) -> list[Hash]:
    """The hashes of a tile; MalformedTile, NotStored."""
    return decode_tile(tile, read_tile_bytes(tile, fetch))


def read_tile_bytes(tile: Tile, fetch: Fetch) -> bytes:
    """A tile's bytes, cut to its width where the full one is read; MalformedTile, NotStored."""
    found, data = fetch_resource(tile, fetch)
    if len(data) != found.width * HASH_SIZE:
        raise MalformedTile("a tile has exactly the hashes its path promises")
    return data[: tile.width * HASH_SIZE]


def read_bundle(bundle: Bundle, fetch: Fetch) -> list[bytes]:
    """The entries of a bundle; MalformedBundle, NotStored."""
    found, data = fetch_resource(bundle, fetch)
    return decode_bundle(bundle if found == bundle else bundle.full, data)[: bundle.width]


def _width_at(index: int, count: int) -> int:
    return min(WIDTH, count - index * WIDTH)


def read_entry(index: int, size: int, fetch: Fetch) -> bytes:
    """One entry of a log of that size, unproven: see `tree.inclusion_proof` and `proofs.verify_inclusion`."""
    if not 0 <= index < check_size(size):
        raise OutOfRange("no such entry in a tree of that size")
    place, offset = divmod(index, WIDTH)
    return read_bundle(Bundle(place, _width_at(place, size)), fetch)[offset]


class TileReader:
    """The tree of a given size as its tiles tell it: `node` serves `tree.root` and the proofs.

    Nothing is trusted and nothing verified here: compare `tree.root` with a checkpoint, verify each proof.
    Tiles are kept, so a reader is made for a checkpoint and dropped with it.
    """

    def __init__(self, size: int, fetch: Fetch) -> None:
        self.size = check_size(size)
        self._fetch = fetch
        self._tiles: dict[tuple[int, int], list[Hash]] = {}

    def node(self, height: int, index: int) -> Hash:
        """MTH(D[index * 2^height : (index + 1) * 2^height]), from one tile: tlog-tiles, "Merkle Tree"."""
        if height < 0 or index < 0 or (index + 1) << height > self.size:
            raise OutOfRange("no such subtree in this tree")
        level, rest = divmod(height, HEIGHT)
        place, offset = divmod(index << rest, WIDTH)
        return complete_root(self._tile(level, place)[offset : offset + (1 << rest)])

    def _tile(self, level: int, place: int) -> list[Hash]:
        if (level, place) not in self._tiles:
            width = _width_at(place, self.size >> (level * HEIGHT))
            self._tiles[level, place] = read_tile(Tile(level, place, width), self._fetch)
        return self._tiles[level, place]


class TileBuilder:
    """The tiles of a growing log, each given out once complete; memory for one tile a level."""

    def __init__(self) -> None:
        self.size = 0
        self._levels: list[list[Hash]] = []

    @classmethod
    def resume(cls, size: int, levels: Sequence[Sequence[Hash]]) -> "TileBuilder":
        """A builder that was given `size` leaves: `levels` are the partial tiles' hashes, the leaves first.

        OutOfRange unless each level has as many as a tree of that size leaves over: tlog-tiles.
        """
        made = cls()
        made.size, made._levels = check_size(size), [list(level) for level in levels]
        left = [(size >> (HEIGHT * level)) % WIDTH for level in range(-(-size.bit_length() // HEIGHT))]
        if [len(level) for level in made._levels] != left:
            raise OutOfRange("not the partial tiles of a tree of that size")
        return made

    def add(self, leaf: Hash, level: int = 0) -> Iterator[tuple[Tile, bytes]]:
        """Add a leaf hash; the full tiles that it completes, lowest first: tlog-tiles, "Merkle Tree"."""
        if level == 0:
            self.size += 1
        if level == len(self._levels):
            self._levels.append([])
        row = self._levels[level]
        row.append(leaf)
        if len(row) == WIDTH:
            self._levels[level] = []
            yield Tile(level, (self.size >> (HEIGHT * (level + 1))) - 1), b"".join(row)
            yield from self.add(complete_root(row), level + 1)

    def extend(self, leaves: Sequence[Hash]) -> Iterator[tuple[Tile, bytes]]:
        """Add leaf hashes, a whole tile at once where they are one; what `add` would give out."""
        if self.size % WIDTH or len(leaves) != WIDTH:
            for leaf in leaves:
                yield from self.add(leaf)
            return
        if not self._levels:
            self._levels.append([])
        self.size += WIDTH
        yield Tile(0, self.size // WIDTH - 1), b"".join(leaves)
        yield from self.add(complete_root(leaves), 1)

    def partials(self) -> Iterator[tuple[Tile, bytes]]:
        """The partial tiles of the size there is: tlog-tiles, "Partial Tiles"."""
        for level, row in enumerate(self._levels):
            if row:
                yield Tile(level, self.size >> (HEIGHT * (level + 1)), len(row)), b"".join(row)

    def root(self) -> Hash:
        """The root over every leaf added: RFC 6962, section 2.1."""
        return join_peaks([self._node(height, index) for height, index in subtrees(0, self.size)])

    def _node(self, height: int, index: int) -> Hash:
        level, rest = divmod(height, HEIGHT)
        offset = (index << rest) % WIDTH
        return complete_root(self._levels[level][offset : offset + (1 << rest)])


def rebuild(entries: Iterable[bytes]) -> Iterator[tuple[Resource, bytes]]:
    """Every tile and bundle of a log with these entries, and their bytes: tlog-tiles."""
    builder, row = TileBuilder(), list[bytes]()
    for entry in entries:
        row.append(entry)
        if len(row) == WIDTH:
            yield from builder.extend(leaf_hashes(row))
            yield Bundle(builder.size // WIDTH - 1), encode_bundle(row)
            row = []
    if row:
        yield from builder.extend(leaf_hashes(row))
        yield Bundle(builder.size // WIDTH, len(row)), encode_bundle(row)
    yield from builder.partials()


def check_log(size: int, root: Hash, fetch: Fetch, take: Take | None = None) -> Iterator[Resource]:
    """Derive the whole log again from its entries and compare every stored tile and the root.

    Yields each bundle and tile that was found right (for a progress bar); run it to its end. LogMismatch
    names the first path that is malformed, missing or says something else. `take` is given the entries on
    the way: they are the log's only once this has run to its end.
    """
    builder = TileBuilder()
    for bundle in bundles_of(size):
        entries = _entries(bundle, fetch)
        if take is not None:
            take(builder.size, entries)
        for tile, data in builder.extend(leaf_hashes(entries)):
            yield _same(tile, data, fetch)
        yield bundle
    for tile, data in builder.partials():
        yield _same(tile, data, fetch)
    if builder.root() != root:
        raise LogMismatch("checkpoint", "another root than the entries give")


def _entries(bundle: Bundle, fetch: Fetch) -> list[bytes]:
    try:
        return read_bundle(bundle, fetch)
    except TlogError as error:
        raise LogMismatch(bundle.path, error.code) from error


def _same(tile: Tile, data: bytes, fetch: Fetch) -> Tile:
    try:
        stored = read_tile_bytes(tile, fetch)
    except TlogError as error:
        raise LogMismatch(tile.path, error.code) from error
    if stored != data:
        raise LogMismatch(
            tile.path, f"not what the entries give, from entry {_first_other(tile, stored, data)} on"
        )
    return tile


def _first_other(tile: Tile, stored: bytes, derived: bytes) -> int:
    """The first entry below the first hash that is not the derived one."""
    starts = range(0, len(derived), HASH_SIZE)
    place = next(at for at in starts if stored[at : at + HASH_SIZE] != derived[at : at + HASH_SIZE])
    return (tile.index * WIDTH + place // HASH_SIZE) << (HEIGHT * tile.level)
