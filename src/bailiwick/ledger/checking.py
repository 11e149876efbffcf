"""Everything stored derived again and compared: whatever was changed behind our back is found, and where."""

from collections.abc import Callable, Iterator
from typing import Final

from bailiwick.ledger import store
from bailiwick.ledger.entries import understood
from bailiwick.ledger.errors import LogDamaged
from bailiwick.ledger.models import Document, Entry, Outbox, Published, Tile
from bailiwick.ledger.sequencer import Signed, head_now
from bailiwick.tlog import tiles
from bailiwick.tlog.checkpoints import Checkpoint, open_checkpoint
from bailiwick.tlog.errors import TlogError
from bailiwick.tlog.hashing import leaf_hash, root_of
from bailiwick.tlog.reading import TileBuilder

_ROWS: Final = 512
_TRIES: Final = 10


def _while_it_grows(check: Callable[[Signed], None], head: Signed) -> None:
    """Run a check that compares rows with the head, again if another process appended meanwhile."""
    for _ in range(_TRIES):
        try:
            check(head)
        except LogDamaged:
            now = head_now()
            if now.size == head.size:
                raise
            head = now
        else:
            return
    check(head)


def check_edges(head: Signed) -> None:
    """What is seen quickly: the right edge's tiles give the head's root, the published tree is a beginning
    of it, nothing lies behind it. LogDamaged. Other processes may be appending."""
    _while_it_grows(_edges, head)


def _edges(head: Signed) -> None:
    if store.builder(head.size).root() != head.root:
        raise LogDamaged("the tiles at the right edge", "their root is not the head's")
    if Entry.objects.filter(index__gte=head.size).exists():
        raise LogDamaged(f"entry {head.size}", "it lies behind the head")
    _check_published(head)


def _check_published(head: Signed) -> None:
    row = Published.objects.filter(id=1).first()
    if row is None:
        return
    try:
        found, _ = open_checkpoint(bytes(row.checkpoint), head.verifiers)
    except TlogError as error:
        raise LogDamaged("the published checkpoint", error.code) from error
    if found.size != row.size or found.size > head.size or store.root_at(found.size) != found.root:
        raise LogDamaged("the published checkpoint", "it is not of this tree")
    if found != Checkpoint(head.origin, found.size, found.root):
        raise LogDamaged("the published checkpoint", "it says more than a checkpoint does")


def check_stored() -> Iterator[int]:
    """Derive all tiles, bundles and roots from the entries again. Yields how many entries were found right.

    Raises:
        LogDamaged: names the first place that is not as it was written. LogNotBegun.
    """
    head = head_now()
    builder, count = TileBuilder(), 0
    for start in range(0, head.size, _ROWS):
        for row in _rows(start, head.size):
            _check_entry(row, count)
            for tile, data in builder.add(bytes(row.leaf)):
                _check_full(tile, data)
            count += 1
        yield count
    if count < head.size:
        raise LogDamaged(f"entry {count}", "it is not there")
    if builder.root() != head.root:
        raise LogDamaged("the head", "the entries give another root")
    _while_it_grows(_check_nothing_else, head)
    check_edges(head)


def _rows(start: int, size: int) -> list[Entry]:
    return list(Entry.objects.filter(index__gte=start, index__lt=min(start + _ROWS, size)).order_by("index"))


def _check_entry(row: Entry, index: int) -> None:
    if row.index != index:
        raise LogDamaged(f"entry {index}", "it is not there")
    if leaf_hash(bytes(row.data)) != bytes(row.leaf):
        raise LogDamaged(f"entry {index}", "its bytes do not have its leaf hash")


def _check_full(tile: tiles.Tile, data: bytes) -> None:
    row = Tile.objects.filter(level=tile.level, number=tile.index).first()
    if row is None or bytes(row.data) != data:
        raise LogDamaged(tile.path, "other hashes than the entries give" if row else "it is not there")
    if bytes(row.root) != root_of(tiles.decode_tile(tile, data)):
        raise LogDamaged(tile.path, "another root than its hashes give")
    if tile.level == 0:
        _check_bundle(tiles.Bundle(tile.index))


def _check_bundle(bundle: tiles.Bundle) -> None:
    first = bundle.index * tiles.WIDTH
    row = Tile.objects.filter(level=Tile.BUNDLE, number=bundle.index).first()
    if row is None or bytes(row.data) != tiles.encode_bundle(store.entries(first, first + tiles.WIDTH)):
        raise LogDamaged(bundle.path, "other entries than the log's" if row else "it is not there")


def _check_nothing_else(head: Signed) -> None:
    """No tile that no entry gives; no outbox row and no document that says something else."""
    full = sum(tile.width == tiles.WIDTH for tile in tiles.tiles_of(head.size))
    expected = full + head.size // tiles.WIDTH
    if Tile.objects.count() != expected:
        raise LogDamaged("the tiles", f"there are {Tile.objects.count()}, and the entries give {expected}")
    numbered = Outbox.objects.filter(index__isnull=False)
    if extra := numbered.exclude(index__gte=0, index__lt=head.size).order_by("id").first():
        raise LogDamaged(f"outbox row {extra.pk}", "there is no entry of its index")
    for start in range(0, head.size, _ROWS):
        _check_outbox(start, min(start + _ROWS, head.size))


def _check_outbox(start: int, end: int) -> None:
    """Each entry has its one row, with its bytes and its type: by that it is found."""
    entries = store.entries(start, end)
    found = Outbox.objects.filter(index__gte=start, index__lt=end)
    rows = {
        index: (pk, kind, data) for pk, index, kind, data in found.values_list("pk", "index", "type", "entry")
    }
    for index, entry in enumerate(entries, start):
        if index not in rows:
            raise LogDamaged(f"the outbox row of entry {index}", "it is not there")
        pk, kind, data = rows[index]
        if bytes(data) != entry:
            raise LogDamaged(f"outbox row {pk}", "it is not the entry of its index")
        if _type_of(entry) != kind:
            raise LogDamaged(f"outbox row {pk}", "it has another type than its entry")


def _type_of(entry: bytes) -> str:
    found = understood(entry)
    return "" if found is None else found.type


def check_documents() -> Iterator[str]:
    """Each document kept, compared with its name. LogDamaged."""
    from hashlib import sha256

    for row in Document.objects.order_by("sha256").iterator(chunk_size=8):
        if sha256(bytes(row.data)).hexdigest() != row.sha256:
            raise LogDamaged(f"document {row.sha256}", "its bytes have another hash")
        yield row.sha256
