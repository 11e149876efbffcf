"""Tiles and entry bundles: which there are, where they lie, what is in them (c2sp.org/tlog-tiles)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from bailiwick.tlog.errors import EntryTooLong, MalformedBundle, MalformedPath, MalformedTile, OutOfRange
from bailiwick.tlog.hashing import HASH_SIZE, MAX_SIZE, Hash, check_size
from bailiwick.tlog.tree import Nodes

HEIGHT: Final = 8
WIDTH: Final = 256
MAX_LEVEL: Final = 63
MAX_ENTRY: Final = 65_535
LENGTH_SIZE: Final = 2

_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)


@dataclass(frozen=True, order=True, slots=True)
class Tile:
    """Up to 256 neighbouring hashes of one level: tlog-tiles, "Merkle Tree"."""

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level <= MAX_LEVEL:
            raise OutOfRange("a tile's level is between 0 and 63")
        _check_place(self.index, self.width)

    @property
    def path(self) -> str:
        """`tile/<L>/<N>[.p/<W>]`, relative to the log's prefix."""
        return f"tile/{self.level}/{_place(self.index, self.width)}"

    @property
    def full(self) -> "Tile":
        """The full tile in the same place."""
        return Tile(self.level, self.index)


@dataclass(frozen=True, order=True, slots=True)
class Bundle:
    """Up to 256 neighbouring entries: tlog-tiles, "Log entries"."""

    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        _check_place(self.index, self.width)

    @property
    def path(self) -> str:
        """`tile/entries/<N>[.p/<W>]`, relative to the log's prefix."""
        return f"tile/entries/{_place(self.index, self.width)}"

    @property
    def full(self) -> "Bundle":
        """The full bundle in the same place."""
        return Bundle(self.index)


Resource: TypeAlias = Tile | Bundle


def _check_place(index: int, width: int) -> None:
    if not 0 <= index <= MAX_SIZE // WIDTH:
        raise OutOfRange("no log has a tile of that index")
    if not 1 <= width <= WIDTH:
        raise OutOfRange("a tile's width is between 1 and 256")


def _place(index: int, width: int) -> str:
    """1234067 -> x001/x234/067, and the width of a partial one: tlog-tiles, "Merkle Tree"."""
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    place = "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
    return place if width == WIDTH else f"{place}.p/{width}"


def parse_path(path: str) -> Resource:
    """The tile or bundle of a path, in its only spelling; MalformedPath otherwise: tlog-tiles, "APIs"."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise MalformedPath("not the path of a tile or bundle")
    kind, groups, partial = match.groups()
    index, width = int(groups.replace("x", "").replace("/", "")), int(partial or WIDTH)
    try:
        found = Bundle(index, width) if kind == "entries" else Tile(int(kind), index, width)
    except OutOfRange as error:
        raise MalformedPath(str(error)) from error
    if found.path != path:
        raise MalformedPath("a path has one spelling, with no needless zeroes or widths")
    return found


def _row(count: int, before: int = 0) -> Iterator[tuple[int, int]]:
    """(index, width) of what holds `count` things, from the first that held fewer `before`."""
    for index in range(before // WIDTH, -(-count // WIDTH)):
        yield index, min(WIDTH, count - index * WIDTH)


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """The tiles of a tree of `size` that a tree of size `since` had not: tlog-tiles, "Partial Tiles"."""
    count, before, level = check_size(size), check_size(since), 0
    if since > size:
        raise OutOfRange("a log never shrinks")
    while count:
        yield from (Tile(level, *place) for place in _row(count, before) if count > before)
        count, before, level = count >> HEIGHT, before >> HEIGHT, level + 1


def bundles_of(size: int, since: int = 0) -> Iterator[Bundle]:
    """The bundles of a log of `size` that one of size `since` had not: tlog-tiles, "Log entries"."""
    return (Bundle(tile.index, tile.width) for tile in tiles_of(size, since) if tile.level == 0)


def encode_tile(tile: Tile, nodes: Nodes) -> bytes:
    """Its bytes: MTH(D[(n*256+i) * 256^l : (n*256+i+1) * 256^l]) for each i: tlog-tiles, "Merkle Tree"."""
    first = tile.index * WIDTH
    return b"".join(nodes(tile.level * HEIGHT, first + offset) for offset in range(tile.width))


def decode_tile(tile: Tile, data: bytes) -> list[Hash]:
    """Its hashes; MalformedTile unless there are exactly `width`: tlog-tiles, "Merkle Tree"."""
    if len(data) != tile.width * HASH_SIZE:
        raise MalformedTile("a tile has exactly the hashes its path promises")
    return [data[start : start + HASH_SIZE] for start in range(0, len(data), HASH_SIZE)]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Each entry after its length in two bytes, big-endian; EntryTooLong past 65,535: "Log entries"."""
    if not 1 <= len(entries) <= WIDTH:
        raise OutOfRange("a bundle holds between 1 and 256 entries")
    if any(len(entry) > MAX_ENTRY for entry in entries):
        raise EntryTooLong("an entry has at most 65,535 bytes")
    return b"".join(len(entry).to_bytes(LENGTH_SIZE, "big") + entry for entry in entries)


def decode_bundle(bundle: Bundle, data: bytes) -> list[bytes]:
    """Its entries; MalformedBundle unless there are exactly `width` and nothing else: "Log entries"."""
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < bundle.width:
        start = at + LENGTH_SIZE
        at = start + int.from_bytes(data[at:start], "big")
        entries.append(data[start:at])
    if at != len(data) or len(entries) != bundle.width:
        raise MalformedBundle("a bundle has exactly the entries its path promises")
    return entries
