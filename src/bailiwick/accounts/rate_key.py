"""What rate limits know a caller by: a keyed hash whose key lives in memory and changes every hour (P9).

Neither the address nor anything that leads back to it reaches the cache, the session or a mail. Everybody
behind one IPv4 address or one IPv6 /64 shares a hash, so limits by it must suit a school; the narrow limits
go by the account tried.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from threading import Lock

from bailiwick.geo.address import ClientAddress

KEY_SECONDS = 3600


class RateKeys:
    """Hashes addresses; another key after each hour of `clock` (POSIX seconds)."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._hour = -1
        self._key = b""

    def of(self, address: ClientAddress | None) -> str:
        """The caller's hash for now. None, an address that cannot be told: all those share one."""
        if address is None:
            return "unknown"
        version, number = address.packed
        network = number >> 64 if version == 6 else number
        return hmac.digest(self._current(), b"%d:%d" % (version, network), "sha256").hex()[:32]

    def _current(self) -> bytes:
        hour = int(self._clock() // KEY_SECONDS)
        with self._lock:
            if hour != self._hour:
                self._hour, self._key = hour, secrets.token_bytes(32)
            return self._key
