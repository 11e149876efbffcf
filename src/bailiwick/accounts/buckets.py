"""Rate limits that keep no address: a keyed hash whose key lives ten minutes, in memory only.

They are per network exit (an IPv4 address or an IPv6 /64), so they must suit a school behind one address.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from bailiwick.geo.address import ClientAddress

_KEY_SECONDS: Final = 600.0
_MOST_BUCKETS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket: `burst` at once, then `per_second`."""

    burst: float
    per_second: float


class Buckets:
    """Token buckets by hashed exit. `clock`: monotonic seconds. For any thread."""

    def __init__(self, limit: Limit, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = Lock()
        self._key = secrets.token_bytes(32)
        self._key_until = clock() + _KEY_SECONDS
        self._buckets: dict[bytes, tuple[float, float]] = {}

    def take(self, address: ClientAddress | None) -> float | None:
        """None: go on. Otherwise the seconds to wait."""
        with self._lock:
            tokens, key, now = self._level(address)
            if tokens < 1:
                return (1 - tokens) / self._limit.per_second
            self._buckets[key] = (tokens - 1, now)
            return None

    def empty(self, address: ClientAddress | None) -> float | None:
        """Like `take`, without taking: None while there is something left."""
        with self._lock:
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
