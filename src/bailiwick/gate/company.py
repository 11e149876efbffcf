"""Whether the nodes that the database says are alive are heard over the channel layer, too.

Several machines whose layers are not one (no Redis, or each its own) serve meetings all the same: what must
happen follows from the rows. But chat does not reach everybody, no rule can be tried out, and no check at the
start of one machine can know of the others.
"""

from collections.abc import Callable, Collection
from typing import Final
from uuid import UUID

PATIENCE: Final = 4
"""Looks without a word. Each node says with each look of its own that it is there."""


class Company:
    """The other nodes, as this one hears them. `say`: that this one is here."""

    def __init__(self, say: Callable[[], None]) -> None:
        self._say = say
        self._heard: set[UUID] = set()
        self._silent: dict[UUID, int] = {}

    def hear(self, node_id: UUID) -> None:
        """A node said something."""
        self._heard.add(node_id)
        self._silent.pop(node_id, None)

    @property
    def apart(self) -> frozenset[UUID]:
        """Nodes that live and have not been heard for long."""
        return frozenset(node_id for node_id, looks in self._silent.items() if looks >= PATIENCE)

    def look(self, alive: Collection[UUID]) -> None:
        """Compare whom the rows say to be alive with who was heard since the last look."""
        self._say()
        heard, self._heard = self._heard, set()
        self._silent = {
            node_id: self._silent.get(node_id, 0) + 1 for node_id in alive if node_id not in heard
        }
