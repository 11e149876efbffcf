"""Media sessions opened ahead: while the browser is still on its way from the door to the socket.

A spare is nobody's: no presence is behind it and no client can speak to it, so it lets nobody in. It becomes
somebody's when the keeper takes it, which then records it like any other. One that nobody takes is destroyed.
"""

import asyncio
from collections import deque
from typing import Final

import structlog

from bailiwick.media.port import MediaError, MediaServer, MediaSession, RoomId, Rooms

log = structlog.get_logger()

KEPT_SECONDS: Final = 5.0
"""Shorter than what the sweep takes for an orphan."""
AT_MOST: Final = 16
"""On one node; beyond that people wait for a session as long as it takes."""


class Spares:
    """The sessions opened ahead on this node, by room."""

    def __init__(self, media: MediaServer) -> None:
        self._media = media
        self._opening: dict[RoomId, deque[asyncio.Task[MediaSession]]] = {}
        self._ends: set[asyncio.Task[None]] = set()

    def prepare(self, room: RoomId) -> None:
        """Open one for somebody who was just let through the door."""
        if len(self._ends) >= AT_MOST:
            return
        opening = asyncio.create_task(self._media.open_session(room))
        self._opening.setdefault(room, deque()).append(opening)
        end = asyncio.create_task(self._expire(room, opening))
        self._ends.add(end)
        end.add_done_callback(self._ends.discard)

    async def take(self, room: RoomId) -> MediaSession | None:
        """The oldest for this room, waited for if it is still being opened; it is the caller's now."""
        waiting = self._opening.get(room)
        if not waiting:
            return None
        opening = waiting.popleft()
        if not waiting:
            del self._opening[room]
        return await self._opened(opening)

    def lost(self, rooms: Rooms) -> None:
        """A media server restarted: there are none any more in these rooms. One still being opened may fail
        of it."""
        for room in [room for room in self._opening if rooms(room)]:
            for opening in self._opening.pop(room):
                opening.add_done_callback(_heard)

    async def stop(self) -> None:
        """Destroy what nobody took."""
        for end in self._ends:
            end.cancel()
        await asyncio.gather(*self._ends, return_exceptions=True)

    async def _expire(self, room: RoomId, opening: asyncio.Task[MediaSession]) -> None:
        try:
            await asyncio.sleep(KEPT_SECONDS)
        finally:
            waiting = self._opening.get(room, deque())
            if opening in waiting:
                waiting.remove(opening)
                if not waiting:
                    del self._opening[room]
                await self._destroy(opening)

    async def _destroy(self, opening: asyncio.Task[MediaSession]) -> None:
        session = await self._opened(opening)
        if session is not None:
            try:
                await self._media.destroy([session.ref])
            except MediaError as error:
                # the sweep takes it for an orphan within seconds
                log.info("spare_left_to_the_sweep", code=error.code)

    async def _opened(self, opening: asyncio.Task[MediaSession]) -> MediaSession | None:
        try:
            return await opening
        except MediaError as error:
            log.info("spare_not_opened", code=error.code)
            return None


def _heard(opening: asyncio.Task[MediaSession]) -> None:
    """Nobody waits for it any more, and asyncio would complain that its error was heard by nobody."""
    if not opening.cancelled() and (error := opening.exception()) is not None:
        log.info("spare_not_opened", code=getattr(error, "code", type(error).__name__))
