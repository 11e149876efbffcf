"""How often somebody may knock, and what one connection may do: per network exit, sized so that a school
behind one address can come in together; trying links that do not exist is limited far harder, that is what
guessing looks like."""

from collections.abc import Callable
from typing import Final

from bailiwick.accounts.buckets import Limit

JOINS: Final = Limit(burst=300, per_second=10)
MISSES: Final = Limit(burst=30, per_second=0.5)
TOKENS: Final = Limit(burst=300, per_second=10)
"""Grants and resume tokens that are no good. Nobody guesses 192 bits; a school whose server was away for a
minute brings a hundred of them, and is to be told at once to join again."""

CHATS: Final = Limit(burst=8, per_second=1)
REPORTS: Final = Limit(burst=5, per_second=1 / 60)
CHANGES: Final = Limit(burst=30, per_second=4)
"""Of what others see of one participant: each is written, and told to everybody inside."""


FAILURES: Final = Limit(burst=20, per_second=0.1)
"""Requests that fail: those of a few hours throw nobody out, a client gone wrong is slowed down."""


class Tokens:
    """One token bucket."""

    def __init__(self, limit: Limit, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._left = limit.burst
        self._at = clock()

    def take(self) -> bool:
        """Whether there was one left."""
        now = self._clock()
        self._left = min(self._limit.burst, self._left + (now - self._at) * self._limit.per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
