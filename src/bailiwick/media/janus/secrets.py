"""Every secret shared with Janus, derived from one server secret (HMAC-SHA256, one label each).

Derived, not stored: any node that has the server secret can adopt a room, and a restarted Janus gets the same
configuration. Nothing here leaves the machines of the operator.
"""

import hashlib
import hmac
from dataclasses import dataclass

from bailiwick.media.port import FeedId, RoomId

MINIMUM_SECRET = 32
"""Bytes."""


@dataclass(frozen=True, repr=False)
class JanusSecrets:
    """``seed``: at least 32 random bytes, kept in the server's data."""

    seed: bytes

    def __post_init__(self) -> None:
        if len(self.seed) < MINIMUM_SECRET:
            raise ValueError("the media secret is too short")

    @property
    def api(self) -> str:
        """Demanded with every request to the Janus API."""
        return self._derive("api")

    @property
    def admin(self) -> str:
        """Demanded with every request to the admin API."""
        return self._derive("admin")

    @property
    def room_creation(self) -> str:
        """VideoRoom's ``admin_key``."""
        return self._derive("create")

    def room_secret(self, room: RoomId) -> str:
        """Demanded to change the room, or to kick and mute in it."""
        return self._derive("secret", room)

    def room_pin(self, room: RoomId) -> str:
        """Demanded to join the room."""
        return self._derive("pin", room)

    def feed(self, session_id: int) -> FeedId:
        """The feed of a session: any node can name whom to silence, while the feed, which other
        participants see, does not tell the session. 1 to 2**53 - 1."""
        number = int(self._derive("feed", str(session_id))[:16], 16)
        return FeedId(number % (2**53 - 1) + 1)

    def _derive(self, *label: str) -> str:
        return hmac.digest(self.seed, "\x00".join(label).encode(), hashlib.sha256).hex()
