"""How far the public log can be relied on at this moment: the gate asks before it enforces anything.

What was lifted must never come back (P7). A database alone cannot say that it was not set back, and neither
can the data folder beside it, which may have been restored with it. So a process that was just started
enforces nothing until witnesses have confirmed that this is the log as they know it (`ledger.publishing`);
from then on it knows by itself. If they cannot be reached it stays like that, with an alarm: doubt means not
enforced.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from bailiwick.gate.witnessed import Witnessed, is_behind
from bailiwick.ledger.errors import LogForked, LogRefuses, LogRewound
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.sequencer import going_on

ANSWER: Final = timedelta(seconds=60)
"""So long witnesses may take to confirm the log after a start before that is an alarm."""


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

    def look(self) -> Look:
        """How far it can be relied on right now."""
        now = self._clock()
        found = self._state(now)
        if is_behind(now, self._witnessed):
            found = Look(LogState.SET_BACK, "clock_behind")
        if self._was_set_back and found.state is LogState.STANDS_STILL:
            return Look(LogState.SET_BACK, found.why)  # that nothing can be told now makes nothing better
        self._was_set_back = found.state is LogState.SET_BACK
        return found

    def _state(self, now: datetime) -> Look:
        try:
            going_on(self._memory)
            confirmed = self._confirmed()
        except (LogRewound, LogForked) as refusal:
            return Look(LogState.SET_BACK, refusal.code)
        except LogRefuses as refusal:
            return Look(LogState.STANDS_STILL, refusal.code)
        if not confirmed:
            late = now - self._since >= ANSWER
            return Look(LogState.STANDS_STILL, "log_unconfirmed" if late else "")
        return Look(LogState.GOES_ON)
