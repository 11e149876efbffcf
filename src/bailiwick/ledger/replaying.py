"""The log's entries read again from the first to the last, once, and compared with what was signed.

Whoever must not be deceived by a changed database reads like this: the entries lead to the head's root, and
on the way to that of the checkpoint remembered outside the database. The outbox counts for nothing here.
"""

from collections.abc import Callable
from copy import deepcopy

from bailiwick.ledger import store
from bailiwick.ledger.errors import LogDamaged
from bailiwick.ledger.sequencer import Signed
from bailiwick.tlog.checkpoints import Checkpoint
from bailiwick.tlog.hashing import leaf_hashes
from bailiwick.tlog.reading import TileBuilder
from bailiwick.tlog.tiles import WIDTH

Wanted = Callable[[bytes], bool]


class Replay:
    """What was read so far; memory for its right edge only. Not for several threads at a time."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._read = TileBuilder()

    @property
    def size(self) -> int:
        """How many entries were read, and found right."""
        return self._read.size

    def read_on(self, head: Signed | Checkpoint, remembered: Checkpoint | None) -> list[tuple[int, bytes]]:
        """The wanted ones among the entries that are new since the last time, each with its index.

        Raises:
            LogDamaged: they are not those that were signed; nothing of them counts as read.
        """
        builder, found = deepcopy(self._read), list[tuple[int, bytes]]()
        for size, root in _signed(head, remembered, builder.size):
            while builder.size < size:
                found += self._some(builder, size)
            if builder.root() != root:
                raise LogDamaged(f"the first {size} entries", "they are not those that were signed")
        self._read = builder
        return found

    def _some(self, builder: TileBuilder, size: int) -> list[tuple[int, bytes]]:
        """At most as many as a tile has, and whole tiles at once."""
        start = builder.size
        end = min(size, (start // WIDTH + 1) * WIDTH)
        entries = store.entries(start, end)
        if len(entries) != end - start:
            raise LogDamaged(f"an entry from {start} on", "it is not there")
        for _ in builder.extend(leaf_hashes(entries)):
            pass
        return [(index, entry) for index, entry in enumerate(entries, start) if self._wanted(entry)]


def _signed(head: Signed | Checkpoint, remembered: Checkpoint | None, size: int) -> list[tuple[int, bytes]]:
    """Sizes from `size` on at which the root is known, the head's last."""
    found = [(head.size, head.root)]
    if remembered is not None and size <= remembered.size < head.size:
        found.insert(0, (remembered.size, remembered.root))
    return found
