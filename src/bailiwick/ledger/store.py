"""The log's tiles and entries as the database has them.

Full tiles and full bundles are rows. A partial one is never stored: its hashes and entries are the beginning
of rows that never change, so the same path gives the same bytes for ever, at any size the log ever had
(docs/decisions/partial-tiles-are-derived.md).
"""

from bailiwick.ledger.errors import LogDamaged
from bailiwick.ledger.models import Entry, Tile
from bailiwick.tlog import tiles, tree
from bailiwick.tlog.errors import MalformedPath, NotStored, TlogError
from bailiwick.tlog.hashing import HASH_SIZE, Hash
from bailiwick.tlog.reading import TileBuilder, TileReader


def fetch(path: str) -> bytes:
    """The bytes of a tile or bundle; NotStored. A `bailiwick.tlog.reading.Fetch`. One or two queries."""
    try:
        resource = tiles.parse_path(path)
    except MalformedPath as error:
        raise NotStored("not the path of a tile or bundle") from error
    return full(resource) if resource.width == tiles.WIDTH else _partial(resource)


def full(resource: tiles.Resource) -> bytes:
    """The row of a full tile or bundle; NotStored."""
    level = resource.level if isinstance(resource, tiles.Tile) else Tile.BUNDLE
    row = Tile.objects.filter(level=level, number=resource.index).values_list("data", flat=True).first()
    if row is None:
        raise NotStored("no such tile")
    return bytes(row)


def _partial(resource: tiles.Resource) -> bytes:
    first = resource.index * tiles.WIDTH
    if isinstance(resource, tiles.Bundle):
        return tiles.encode_bundle(_whole(entries(first, first + resource.width), resource.width))
    found = leaves(first, first + resource.width) if resource.level == 0 else _roots(resource)
    return b"".join(_whole(found, resource.width))


def _whole(found: list[bytes], width: int) -> list[bytes]:
    if len(found) != width:
        raise NotStored("no such tile yet")
    return found


def entries(start: int, end: int) -> list[bytes]:
    """The bytes of the entries from `start` to before `end`, as many as there are."""
    rows = Entry.objects.filter(index__gte=start, index__lt=end).order_by("index")
    return [bytes(row) for row in rows.values_list("data", flat=True)]


def leaves(start: int, end: int) -> list[Hash]:
    """Their leaf hashes."""
    rows = Entry.objects.filter(index__gte=start, index__lt=end).order_by("index")
    return [bytes(row) for row in rows.values_list("leaf", flat=True)]


def _roots(tile: tiles.Tile) -> list[Hash]:
    first = tile.index * tiles.WIDTH
    rows = Tile.objects.filter(level=tile.level - 1, number__gte=first, number__lt=first + tile.width)
    return [bytes(row) for row in rows.order_by("number").values_list("root", flat=True)]


def root_at(size: int) -> Hash:
    """The root over the first `size` entries, from their tiles; LogDamaged if some are not there."""
    try:
        return tree.root(size, TileReader(size, fetch).node)
    except TlogError as error:
        raise LogDamaged(f"the tiles of size {size}", error.code) from error


def consistency(old: int, new: int) -> list[Hash]:
    """The proof that the tree of `new` begins with that of `old`; 0 < old <= new."""
    return tree.consistency_proof(old, new, TileReader(new, fetch).node)


def inclusion(index: int, size: int) -> list[Hash]:
    """The proof that entry `index` is in the tree of that size."""
    return tree.inclusion_proof(index, size, TileReader(size, fetch).node)


def builder(size: int) -> TileBuilder:
    """A builder as if it had been given the first `size` entries; LogDamaged."""
    edge = [tile for tile in tiles.tiles_of(size) if tile.width < tiles.WIDTH] if size else []
    rows: dict[int, list[Hash]] = {}
    try:
        for tile in edge:
            data = fetch(tile.path)
            rows[tile.level] = [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]
    except TlogError as error:
        raise LogDamaged(f"the tiles of size {size}", error.code) from error
    return TileBuilder.resume(size, [rows.get(level, []) for level in range(_levels(size))])


def _levels(size: int) -> int:
    """How many levels of tiles a tree of that size has."""
    return (size.bit_length() + tiles.HEIGHT - 1) // tiles.HEIGHT
