"""Rate limits at the door that keep no address: a keyed hash whose key lives ten minutes, in memory only.

The limits are per network exit (an IPv4 address or an IPv6 /64), sized so that a school behind one address
can come in together; trying links that do not exist is limited far harder, that is what guessing looks like.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bailiwick.geo.address import ClientAddress

_KEY_SECONDS: Final = 600.0
_MOST_BUCKETS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket: `burst` at once, then `per_second`."""

    burst: float
    per_second: float


JOINS: Final = Limit(burst=300, per_second=10)
MISSES: Final = Limit(burst=30, per_second=0.5)
TOKENS: Final = Limit(burst=300, per_second=10)
"""Grants and resume tokens that are no good. Nobody guesses 192 bits; a school whose server was away for a
minute brings a hundred of them, and is to be told at once to join again."""

CHATS: Final = Limit(burst=8, per_second=1)
REPORTS: Final = Limit(burst=5, per_second=1 / 60)
CHANGES: Final = Limit(burst=30, per_second=4)
"""Of what others see of one participant: each is written, and told to everybody inside."""


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


class Buckets:
    """Token buckets by hashed exit. `clock`: monotonic seconds. For the event loop's thread only."""

    def __init__(self, limit: Limit, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._key_until = clock() + _KEY_SECONDS
        self._buckets: dict[bytes, tuple[float, float]] = {}

    def take(self, address: ClientAddress | None) -> float | None:
        """None: go on. Otherwise the seconds to wait."""
        tokens, key, now = self._level(address)
        if tokens < 1:
            return (1 - tokens) / self._limit.per_second
        self._buckets[key] = (tokens - 1, now)
        return None

    def empty(self, address: ClientAddress | None) -> float | None:
        """Like `take`, without taking: None while there is something left."""
        tokens, _, _ = self._level(address)
        return None if tokens >= 1 else (1 - tokens) / self._limit.per_second

    def _level(self, address: ClientAddress | None) -> tuple[float, bytes, float]:
        now = self._clock()
        self._rotate(now)
        key = self._hashed(address)
        tokens, at = self._buckets.get(key, (self._limit.burst, now))
        return min(self._limit.burst, tokens + (now - at) * self._limit.per_second), key, now

    def _rotate(self, now: float) -> None:
        # with a new key every old hash is meaningless; a full memory is a reason to rotate early
        if now >= self._key_until or len(self._buckets) >= _MOST_BUCKETS:
            self._key = secrets.token_bytes(32)
            self._key_until = now + _KEY_SECONDS
            self._buckets.clear()

    def _hashed(self, address: ClientAddress | None) -> bytes:
        if address is None:
            exit_ = b"none"
        else:
            version, number = address.packed
            exit_ = b"%d:%d" % (version, number if version == 4 else number >> 64)
        return hmac.new(self._key, exit_, hashlib.sha256).digest()[:16]
