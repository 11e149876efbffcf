"""All that the log says, by type, read from the log itself: hash by hash, up to a checkpoint.

Whoever can write to the database cannot leave an entry out, put one in or change one: it would lead to
another root than the one that everybody was shown. The outbox counts for nothing here.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final, TypeVar

from bailiwick.ledger.entries import Entry, understood
from bailiwick.ledger.errors import LogDamaged
from bailiwick.ledger.replaying import Replay
from bailiwick.signing.roll import concerns
from bailiwick.tlog.checkpoints import Checkpoint

E = TypeVar("E")
_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class Contents:
    """What the first `size` entries say."""

    size: int
    _by_type: Mapping[str, Sequence[tuple[int, Entry]]]
    _of_signers: Sequence[tuple[int, bytes]]

    def every(self, kind: type[E]) -> list[tuple[int, E]]:
        """All entries of a type with their indices, in order."""
        name: str = kind.model_fields["type"].default  # type: ignore[attr-defined]  # all are models
        found = self._by_type.get(name, ())
        return [(index, entry) for index, entry in found if index < self.size and isinstance(entry, kind)]

    def of_signers(self) -> list[tuple[int, bytes]]:
        """The bytes of those that tell who may sign, with their indices (`bailiwick.signing.roll`)."""
        return [(index, data) for index, data in self._of_signers if index < self.size]


class Reader:
    """Reads on from where it was. For several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._begin()

    def _begin(self) -> None:
        self._replay = Replay(lambda _: True)
        self._by_type: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
        self._of_signers: list[tuple[int, bytes]] = []
        self._reached: deque[Checkpoint] = deque(maxlen=_KEPT)

    def read(self, checkpoint: Checkpoint) -> Contents:
        """What it covers.

        Raises:
            LogDamaged: the entries there are do not lead to it.
        """
        with self._lock:
            if checkpoint not in self._reached:
                self._reach(checkpoint)
            return Contents(checkpoint.size, self._by_type, self._of_signers)

    def _reach(self, checkpoint: Checkpoint) -> None:
        """From where it was, else from the first entry: what was mended meanwhile is read again."""
        try:
            self._read_on(checkpoint)
        except LogDamaged:
            self._begin()
            self._read_on(checkpoint)
        self._reached.append(checkpoint)

    def _read_on(self, checkpoint: Checkpoint) -> None:
        for index, data in self._replay.read_on(checkpoint, None):
            if concerns(data):
                self._of_signers.append((index, data))
            if (entry := understood(data)) is not None:
                self._by_type[entry.type].append((index, entry))
