"""Ejecting: mark, silence, tell, destroy, record; in this order, so that a crash at any step is finished.

After *mark* no grant, resume or node brings the presence back (P8). After *silence* no packet flows. The
sweep repeats the rest from the rows (`ended and media_gone_at is null`) when this process dies in between.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bailiwick.media.port import MediaError, MediaServer, RoomId, SessionRef
from bailiwick.meetings import presences

from .ending import Ending
from .errors import Unavailable
from .hop import Hop
from .line import Held
from .marking import mark
from .rooms import room_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Somebody to be put out, and why."""

    held: Held
    ending: Ending


class Ejector:
    """Carries out endings of presences this node holds."""

    def __init__(
        self,
        hop: Hop,
        media: MediaServer,
        clock: Callable[[], datetime],
        trouble: Callable[[str, Sequence[Case]], None],
    ) -> None:
        self._hop = hop
        self._media = media
        self._clock = clock
        self._trouble = trouble
        self._background: set[asyncio.Task[None]] = set()

    async def eject(self, cases: Sequence[Case]) -> None:
        """Put these out. Cases that somebody else has just ended are that caller's to finish.

        Raises:
            Unavailable: the database did not answer; nobody was put out.
        """
        await self.finish(await self.mark(cases))

    async def finish(self, cases: Sequence[Case]) -> None:
        """All that follows the mark. What fails here is told to who runs the meeting and retried."""
        if not cases:
            return
        for case in cases:
            case.held.ending = True
        await self.silence(cases)
        await self.tell(cases)
        # destroying is paced so that nobody else feels it; the room does not wait for it
        task = asyncio.create_task(self._clear(cases))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def drain(self) -> None:
        """Wait until all that was put out is cleared away."""
        await asyncio.gather(*self._background)

    async def _clear(self, cases: Sequence[Case]) -> None:
        if await self.destroy(cases):
            await self.record(cases)

    async def mark(self, cases: Sequence[Case]) -> list[Case]:
        """Mark the presences ended; the cases this call won. One transaction for each kind of ending."""
        marked: list[Case] = []
        for ending in {case.ending: None for case in cases}:
            same = {case.held.presence_id: case for case in cases if case.ending == ending}
            won = await self._hop.run(mark, list(same), ending, self._clock())
            marked += [same[presence_id] for presence_id in sorted(won)]
        return marked

    async def silence(self, cases: Sequence[Case]) -> None:
        """No packet from or to them from here on."""
        for room, refs in _by_room(cases).items():
            try:
                await self._media.silence(room, refs)
            except MediaError as error:
                self._failed("silence", error, cases)

    async def tell(self, cases: Sequence[Case]) -> None:
        """Say why, on every line that is still there (P4)."""
        told = []
        for case in cases:
            if case.held.line is not None:
                case.held.line.ended(case.ending)
                case.held.line = None
                told.append(case.held.presence_id)
        try:
            await self._hop.run(presences.told, told, self._clock())
        except Unavailable as error:
            log.warning("eject_told_not_recorded", cause=error.detail)

    async def destroy(self, cases: Sequence[Case]) -> bool:
        """Destroy their media sessions, paced by the adapter and verified. False: the sweep tries again."""
        try:
            await self._media.destroy([SessionRef(c.held.media_ref) for c in cases if c.held.media_ref])
        except MediaError as error:
            self._failed("destroy", error, cases)
            return False
        return True

    async def record(self, cases: Sequence[Case]) -> None:
        """Their media is gone."""
        try:
            ids = [case.held.presence_id for case in cases]
            await self._hop.run(presences.media_gone, ids, self._clock())
        except Unavailable as error:
            log.warning("eject_end_not_recorded", cause=error.detail)

    def _failed(self, step: str, error: MediaError, cases: Sequence[Case]) -> None:
        # without how many: beside an entry of the log, a number at that moment would tell (P9)
        log.error("eject_failed", step=step, code=error.code)
        self._trouble("eject_unfinished", cases)


def _by_room(cases: Iterable[Case]) -> dict[RoomId, list[SessionRef]]:
    rooms: dict[RoomId, list[SessionRef]] = {}
    for case in cases:
        if case.held.media_ref:
            refs = rooms.setdefault(room_of(case.held.meeting_id), [])
            refs.append(SessionRef(case.held.media_ref))
    return rooms
