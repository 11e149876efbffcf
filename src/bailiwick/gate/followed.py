"""How far the public log can be relied on at this moment: the gate asks before it enforces anything.

What was lifted must never come back (P7). A database alone cannot say that it was not set back, and neither
can the data folder beside it, which may have been restored with it. So a process that was just started
enforces nothing until witnesses have confirmed that this is the log as they know it (`ledger.publishing`);
from then on it knows by itself. If they cannot be reached it stays like that, with an alarm: doubt means not
enforced.

What later entries took away is read from the entries themselves, each compared with what was signed
(`ledger.replaying`): neither a row taken away by hand nor an entry changed by hand brings anything back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from threading import Lock
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError

from bailiwick.gate.witnessed import Witnessed, is_behind
from bailiwick.ledger.errors import LogDamaged, LogForked, LogRefuses, LogRewound, MalformedEntry
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.replaying import Replay
from bailiwick.ledger.sequencer import Signed, going_on, head_now
from bailiwick.orders.queries import Narrowed, taken_by, takes_away

log = structlog.get_logger()
ANSWER: Final = timedelta(seconds=60)
"""So long witnesses may take to confirm the log after a start before that is an alarm."""
AGAIN: Final = timedelta(seconds=60)
"""Entries that are not those that were signed are read again after this long: they may have been mended."""
AT_ONCE: Final = 4096
"""So many entries are read while somebody waits at the door; more are left to the thread that follows."""


class LogState(Enum):
    """How far the log can be relied on for what a row says."""

    GOES_ON = auto()
    STANDS_STILL = auto()
    """Nothing new is taken up; what this process has verified stays."""
    SET_BACK = auto()
    """Nothing at all is enforced: what was lifted, or has ended, could be among it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found. `why`: code of the alarm where something is not enforced for it; empty: none."""

    state: LogState
    why: str = ""


class FollowedLog:
    """The log as one process relies on it. From any thread.

    `memory`: the process's own, so that it notices too when the file is set back under it. `confirmed`:
    whether witnesses have stood by the log since the start of this process.
    """

    def __init__(
        self,
        memory: Memory,
        confirmed: Callable[[], bool],
        clock: Callable[[], datetime],
        witnessed: Witnessed = lambda: None,
    ) -> None:
        self._memory = memory
        self._confirmed = confirmed
        self._clock = clock
        self._witnessed = witnessed
        self._since = clock()
        self._was_set_back = False
        self._replay = Replay(takes_away)
        self._reading = Lock()
        self._taken: dict[str, Narrowed] = {}
        self._damaged_until: datetime | None = None

    @property
    def taken(self) -> Mapping[str, Narrowed]:
        """What later entries took away, by restriction, as of the last look; replaced once there is more."""
        return self._taken

    def look(self, most: int | None = None) -> Look:
        """How far it can be relied on right now. `most`: how many new entries may be read for it. Only the
        database's own errors are raised: whatever else goes wrong closes no door, and enforces nothing."""
        try:
            found = self._look(self._clock(), most)
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 (as said)
            log.error("log_not_read", cause=type(error).__name__)
            found = Look(LogState.SET_BACK, "gate_proofs_failed")
        if self._was_set_back and found.state is LogState.STANDS_STILL:
            return Look(LogState.SET_BACK, found.why)  # that nothing can be told now makes nothing better
        self._was_set_back = found.state is LogState.SET_BACK
        return found

    def _look(self, now: datetime, most: int | None) -> Look:
        if is_behind(now, self._witnessed):
            return Look(LogState.SET_BACK, "clock_behind")
        return self._state(now, most)

    def _state(self, now: datetime, most: int | None) -> Look:
        try:
            head = going_on(self._memory)
            confirmed = self._confirmed()
        except (LogRewound, LogForked) as refusal:
            return Look(LogState.SET_BACK, refusal.code)
        except LogRefuses as refusal:
            return Look(LogState.STANDS_STILL, refusal.code)
        if most is not None and head.size - self._replay.size > most:
            return Look(LogState.STANDS_STILL)
        if not self._read_on(head, now):
            return Look(LogState.SET_BACK, LogDamaged.code)
        if not confirmed:
            late = now - self._since >= ANSWER
            return Look(LogState.STANDS_STILL, "log_unconfirmed" if late else "")
        return Look(LogState.GOES_ON)

    def _read_on(self, head: Signed, now: datetime) -> bool:
        """Take in what is new; whether it is what was signed."""
        with self._reading:
            if self._damaged_until is not None and now < self._damaged_until:
                return False
            try:
                self._take_in(head)
            except (LogDamaged, MalformedEntry):
                self._damaged_until = now + AGAIN
                return False
            self._damaged_until = None
        return True

    def _take_in(self, head: Signed) -> None:
        if head.size < self._replay.size:
            head = head_now()  # another thread read a newer one first
        found = [entry for _, entry in self._replay.read_on(head, self._memory.highest())]
        if not found:
            return
        taken = dict(self._taken)
        for restriction, away in filter(None, map(taken_by, found)):
            taken[restriction] = taken.get(restriction, Narrowed()).also(away)
        self._taken = taken
