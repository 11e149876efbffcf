"""``media.port.MediaServer`` on Janus' VideoRoom.

Any node with the server secret can act on any room and session: rooms' secrets and feeds' ids are derived
from it.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable
from typing import Any

import structlog

from bailiwick.media.janus.client import KEEPALIVE_SECONDS, JanusClient
from bailiwick.media.janus.names import Name
from bailiwick.media.janus.secrets import JanusSecrets
from bailiwick.media.janus.session import JanusSession
from bailiwick.media.janus.videoroom import VideoRoom
from bailiwick.media.port import Fault, Health, MediaError, RoomId, Rooms, SessionGone, SessionRef

log = structlog.get_logger(__name__)

PACE_SECONDS = 0.015
"""Between two sessions destroyed: all at once stall Janus' event loops for everyone else (facts measured in
2026: gaps of 137 ms for 30 of 60 at once, 39 ms paced, 34 ms quiet)."""
VERIFY_SECONDS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
WATCHDOG_SECONDS = 2.0


class JanusMedia:
    """``start`` and ``close`` it on the event loop it is used on. ``name``: begins its sessions' refs, where
    there are several (``several``)."""

    def __init__(
        self,
        api_url: str,
        admin_url: str,
        secrets: JanusSecrets,
        *,
        name: str = "",
        keepalive_seconds: float = KEEPALIVE_SECONDS,
    ) -> None:
        self._name = Name(name)
        self._client = JanusClient(api_url, admin_url, secrets, keepalive_seconds=keepalive_seconds)
        self._videoroom = VideoRoom(self._client)
        self._secrets = secrets
        self._pace = asyncio.Lock()

    def start(self) -> None:
        """Connect in the background; requests wait for it, up to their deadline."""
        self._client.start()

    async def close(self) -> None:
        """Close the connections, leaving every session to be claimed."""
        await self._client.close()

    def drop_connection(self) -> None:
        """Make the connection anew; sessions are claimed again. For when it is known to be dead, and for
        tests."""
        self._client.drop_connection()

    async def open_room(self, room: RoomId, capacity: int) -> None:
        # Whoever comes back is there twice for a moment.
        await self._videoroom.create(room, capacity + capacity // 4 + 4)

    async def close_room(self, room: RoomId) -> None:
        await self._videoroom.destroy(room)

    async def open_session(self, room: RoomId) -> JanusSession:
        session = JanusSession(self._client, room, name=self._name)
        await session.open()
        return session

    async def claim_session(self, room: RoomId, ref: SessionRef) -> JanusSession:
        number = self._name.number(ref)
        if number is None:
            raise SessionGone("not a session of this Janus")
        session = JanusSession(self._client, room, number, name=self._name)
        await session.claim()
        return session

    async def silence(self, room: RoomId, refs: Collection[SessionRef]) -> None:
        """Kick first: that stops all forwarding at once. Then close both PeerConnections, so that not even
        connectivity checks and RTCP flow."""
        numbers = self._numbers(refs)
        await carry_out(self._videoroom.kick(room, self._secrets.feed(number)) for number in numbers)
        await carry_out(self._hang_up(number) for number in numbers)

    async def _hang_up(self, number: int) -> None:
        try:
            handles = await self._client.list_handles(number)
            await carry_out(self._client.hang_up(number, handle) for handle in handles)
        except SessionGone:
            log.debug("media_session_was_gone")

    async def destroy(self, refs: Collection[SessionRef]) -> None:
        numbers = self._numbers(refs)
        await carry_out(self._destroy_one(number) for number in numbers)
        for pause in VERIFY_SECONDS:
            await asyncio.sleep(pause)
            if not numbers & await self._client.list_sessions():
                return
        raise MediaError(Fault.TIMEOUT, "sessions still listed")

    async def _destroy_one(self, number: int) -> None:
        async with self._pace:
            await self._client.destroy_session(number)
            await asyncio.sleep(PACE_SECONDS)

    async def sessions(self) -> frozenset[SessionRef]:
        return frozenset(self._name.ref(number) for number in await self._client.list_sessions())

    def on_lost(self, callback: Callable[[Rooms], None]) -> None:
        self._client.on_lost(lambda: callback(_every))

    async def health(self) -> Health:
        try:
            await self._videoroom.list(WATCHDOG_SECONDS)
        except MediaError as error:
            log.warning("media_server_unhealthy", code=error.code)
            return Health.NONE
        return Health.ALL

    def _numbers(self, refs: Collection[SessionRef]) -> frozenset[int]:
        """Refs that are not this Janus' are as unknown as those it has forgotten."""
        found = (self._name.number(ref) for ref in refs)
        return frozenset(number for number in found if number is not None)


def _every(_room: RoomId) -> bool:
    return True


async def carry_out(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Let all of them finish; then raise the first failure, if any."""
    for result in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
