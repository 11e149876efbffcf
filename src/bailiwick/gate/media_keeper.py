"""Sees to it that everybody inside has a media session: opens, claims, opens again after a loss."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final
from uuid import UUID

import structlog

from bailiwick.media.port import (
    Fault,
    Gone,
    MediaError,
    MediaEvent,
    MediaServer,
    MediaSession,
    Published,
    RoomId,
    Rooms,
    SessionGone,
    SessionRef,
    TrackKind,
)
from bailiwick.meetings import presences

from .errors import Unavailable
from .hop import Hop
from .line import Held
from .rooms import room_of
from .spares import Spares

log = structlog.get_logger()
_BACK_OFF: Final = (0.0, 0.2, 0.5, 1.0, 2.0)
CAPACITY: Final = 300


class MediaKeeper:
    """One task for each presence that needs a session. `gone`: one was lost; the gate calls `keep` again once
    it has decided that the presence stays."""

    def __init__(
        self,
        media: MediaServer,
        hop: Hop,
        *,
        is_current: Callable[[Held], bool],
        changed: Callable[[UUID], None],
        gone: Callable[[Held], None],
    ) -> None:
        self._media = media
        self._hop = hop
        self._is_current = is_current
        self._changed = changed
        self._gone = gone
        self._rooms: set[UUID] = set()
        self._spares = Spares(media)
        self._tasks: dict[Held, asyncio.Task[None]] = {}
        self._background: set[asyncio.Task[None]] = set()

    def keep(self, held: Held) -> None:
        """See to a session for this presence, if it has none and somebody is there to use it."""
        if held.line is None:
            return
        if held.media is not None:
            self._hand_over(held, held.media)
        elif held not in self._tasks:
            task = asyncio.create_task(self._open(held))
            self._tasks[held] = task
            task.add_done_callback(lambda _: self._tasks.pop(held, None))

    def expect(self, meeting_id: UUID) -> None:
        """Somebody was let through the door and will be here in a moment: have a session ready."""
        if meeting_id in self._rooms:
            self._spares.prepare(room_of(meeting_id))

    def lost(self, every: list[Held], rooms: Rooms) -> None:
        """A media server restarted: these rooms are gone, and the sessions in them. Called after the gate
        decided again."""
        self._rooms = {meeting_id for meeting_id in self._rooms if not rooms(room_of(meeting_id))}
        self._spares.lost(rooms)
        for held in every:
            if rooms(room_of(held.meeting_id)):
                self.lose(held)
                self.keep(held)

    def forget_room(self, meeting_id: UUID) -> None:
        """The room was closed: make it again for the next one."""
        self._rooms.discard(meeting_id)

    def mute(self, held: Held) -> None:
        """A host muted the microphone: silent at the media server until its owner unmutes."""
        if held.media is not None:
            self._spawn(self._muted(held, held.media, (TrackKind.MICROPHONE,)))
        if held.line is not None:
            held.line.muted(held.mutes)

    async def unmute(self, held: Held) -> None:
        """The owner unmuted."""
        if held.media is not None:
            await self._muted(held, held.media, ())

    async def stop(self) -> None:
        """End all tasks; sessions stay on the media server, to be claimed."""
        tasks = [*self._tasks.values(), *self._background]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._spares.stop()

    # ------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _muted(self, held: Held, session: MediaSession, kinds: tuple[TrackKind, ...]) -> None:
        try:
            await session.mute(kinds)
        except MediaError as error:
            log.warning("mute_failed", meeting=held.meeting_id.hex, code=error.code)

    def lose(self, held: Held) -> None:
        """Its session is gone, or about to be: what the client built up is void."""
        held.media, held.media_ref = None, ""
        if held.line is not None:
            held.line.media(None)

    async def _open(self, held: Held) -> None:
        attempt = 0
        while self._is_current(held) and held.line is not None:
            await asyncio.sleep(_BACK_OFF[min(attempt, len(_BACK_OFF) - 1)])
            attempt += 1
            try:
                await self._open_once(held)
            except MediaError as error:
                if error.fault is Fault.NO_SUCH_ROOM:
                    self._rooms.discard(held.meeting_id)
                log.warning("media_open_failed", meeting=held.meeting_id.hex, code=error.code)
            except Unavailable as error:
                log.warning("media_not_recorded", meeting=held.meeting_id.hex, cause=error.detail)
            else:
                return

    async def _open_once(self, held: Held) -> None:
        room = room_of(held.meeting_id)
        session = await self._claim(room, held) if held.media_ref else None
        if session is None:
            session = await self._spares.take(room) or await self._open_session(held.meeting_id, room)
            # before it is recorded: whoever ends the presence from here on silences it too
            held.media_ref = session.ref
            if not await self._record(held, session):
                # ended or taken over meanwhile: nobody else knows of this session
                await self._media.destroy([session.ref])
                return
        held.media = session
        self._hand_over(held, session)
        self._changed(held.meeting_id)

    async def _open_session(self, meeting_id: UUID, room: RoomId) -> MediaSession:
        if meeting_id not in self._rooms:
            await self._media.open_room(room, CAPACITY)
            self._rooms.add(meeting_id)
        return await self._media.open_session(room)

    def _hand_over(self, held: Held, session: MediaSession) -> None:
        session.on_event(lambda event: self._event(held, session, event))
        if held.line is not None:
            held.line.media(session)

    async def _claim(self, room: RoomId, held: Held) -> MediaSession | None:
        try:
            return await self._media.claim_session(room, SessionRef(held.media_ref))
        except SessionGone:
            held.media_ref = ""
            if held.line is not None:
                held.line.media(None)
            return None

    async def _record(self, held: Held, session: MediaSession) -> bool:
        try:
            return await self._hop.run(
                presences.record_media, held.presence_id, held.generation, session.ref, session.feed
            )
        except Unavailable:
            await self._media.destroy([session.ref])
            raise

    def _event(self, held: Held, session: MediaSession, event: MediaEvent) -> None:
        if held.media is not session:
            return
        if isinstance(event, Published):
            streams = [{"mid": track.mid, "kind": track.kind.value} for track in event.tracks]
            self._spawn(self._publish(held, streams))
        elif isinstance(event, Gone) and self._is_current(held):
            self.lose(held)
            # not `keep`: whoever silenced it may have had a reason, so the gate decides again first (P8)
            self._gone(held)

    async def _publish(self, held: Held, streams: list[dict[str, str]]) -> None:
        try:
            if await self._hop.run(presences.change, held.presence_id, streams=streams):
                self._changed(held.meeting_id)
        except Unavailable as error:
            log.warning("streams_not_recorded", meeting=held.meeting_id.hex, cause=error.detail)
