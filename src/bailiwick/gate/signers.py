"""Whose approvals count, found out by the gate itself (P5): from every entry of the log, hash by hash, up
to a checkpoint that it believes. An entry left out, put in or changed by hand leads to another root."""

from threading import Lock

from bailiwick.ledger import queries as ledger
from bailiwick.ledger.errors import LogDamaged
from bailiwick.ledger.replaying import Replay
from bailiwick.signing.roll import Roll, concerns, roll
from bailiwick.tlog.errors import TlogError
from bailiwick.tlog.policy import Policy


class SignersUnproven(Exception):  # noqa: N818 - a state of the world
    """What is published does not lead from the entries to a believed checkpoint, or not far enough."""


class Signers:
    """The roll as one process knows it, from what it has read so far. From any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._replay = Replay(concerns)
        self._said: list[tuple[int, bytes]] = []
        self._origin = ""
        self._made: tuple[int, frozenset[bytes], Roll] | None = None

    def roll(self, index: int, policy: Policy) -> Roll:
        """Whose keys counted at entry `index`, which is in the log.

        Raises:
            SignersUnproven: that cannot be told.
        """
        with self._lock:
            if self._replay.size <= index:
                self._read_on(policy)
            if self._replay.size <= index:
                raise SignersUnproven
            return self._roll(policy.log_keys(self._origin))

    def read_on(self, policy: Policy) -> None:
        """Read what is published by now, before anybody waits for it. SignersUnproven."""
        with self._lock:
            self._read_on(policy)

    def _roll(self, keys: frozenset[bytes]) -> Roll:
        size = self._replay.size
        if self._made is None or self._made[:2] != (size, keys):
            self._made = size, keys, roll(self._said, keys)
        return self._made[2]

    def _read_on(self, policy: Policy) -> None:
        """To the published checkpoint. What was read before stays as it is if this fails."""
        row = ledger.published()
        if row is None:
            raise SignersUnproven
        try:
            head = policy.check(bytes(row.checkpoint)).checkpoint
            if head.size > self._replay.size:
                self._said += self._replay.read_on(head, None)
                self._origin = head.origin
        except (TlogError, LogDamaged):
            raise SignersUnproven from None
