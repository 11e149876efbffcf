"""The sweep finishes what a crash, a lost connection or a lost message left, from the rows alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from bailiwick.media.port import MediaError, MediaServer, SessionRef
from bailiwick.meetings import absences, nodes, presences
from bailiwick.meetings.models import Presence

from .ending import EndReason
from .errors import Unavailable
from .hop import Hop
from .media_keeper import MediaKeeper
from .node import Node
from .rooms import room_of

log = structlog.get_logger()

UNHELD = timedelta(seconds=5)
"""Media nobody resumes within this time is destroyed (DESIGN.md, "A control process dies"); the presence
waits longer (`absences.RESUMABLE`), so that nobody is at a locked door after a restart."""
_BELIEVED = timedelta(seconds=3)
_OVERDUE = timedelta(seconds=2)
_STUCK = timedelta(seconds=10)
_KEPT = timedelta(seconds=30)
_ORPHAN_SECONDS: Final = 10.0


class Sweep:
    """One pass of it every second; each step stands alone, a failing one does not stop the others."""

    def __init__(
        self,
        node: Node,
        hop: Hop,
        media: MediaServer,
        keeper: MediaKeeper,
        clock: Callable[[], datetime],
    ) -> None:
        self._node = node
        self._hop = hop
        self._media = media
        self._keeper = keeper
        self._clock = clock
        self._strangers: dict[SessionRef, datetime] = {}
        self._lineless: dict[tuple[UUID, int], datetime] = {}

    async def once(self) -> None:
        """One pass."""
        for step in (
            self._adopt,
            self._disbelieve,
            self._silence_absent,
            self._let_go,
            self._expire_grants,
            self._finish,
            self._orphans,
            self._tidy,
        ):
            try:
                await step()
            except (MediaError, Unavailable) as error:
                log.warning("sweep_step_failed", step=step.__name__.lstrip("_"), code=error.code)

    async def _adopt(self) -> None:
        adopted = await self._hop.run(nodes.adopt_lapsed, self._node.id, self._clock())
        if adopted:
            log.warning("presences_adopted", count=adopted)

    async def _disbelieve(self) -> None:
        """Rows that say they are held where no connection is, seen twice with time to attach in between: the
        database failed while somebody went, or a commit's reply was lost."""
        now = self._clock()
        found = await self._hop.run(absences.thought_held, self._node.id)
        lineless = [one for one in found.items() if not self._node.has_line(*one)]
        self._lineless = {one: self._lineless.get(one, now) for one in lineless}
        for presence_id, generation in [
            one for one, since in self._lineless.items() if now - since > _BELIEVED
        ]:
            await self._hop.run(absences.let_go, presence_id, generation, now)

    async def _silence_absent(self) -> None:
        """Nobody came back in time for the media: others see them without it until they do."""
        before = self._clock() - UNHELD
        found = await self._hop.run(absences.absent, self._node.id, before)
        if not found:
            return
        gone = await self._hop.run(absences.go_away, found)
        for one in gone:
            held = self._node.held.get(one.presence_id)
            if held is not None and held.generation == one.generation:
                self._keeper.lose(held)
        refs = [SessionRef(one.media_session) for one in gone if one.media_session]
        if refs:
            # failing, or dying here, leaves them to `_orphans`: no row knows them any more
            await self._media.destroy(refs)

    async def _let_go(self) -> None:
        """Nobody came back at all: they are gone."""
        lost = await self._hop.run(absences.to_let_go, self._node.id, self._clock())
        if lost:
            await self._hop.run(presences.end, lost, EndReason.CONNECTION_LOST, self._clock())

    async def _expire_grants(self) -> None:
        unused = await self._hop.run(presences.unused_grants, self._clock())
        if unused:
            await self._hop.run(presences.end, unused, EndReason.GRANT_EXPIRED, self._clock())

    async def _finish(self) -> None:
        """Ended, but nobody recorded that the media is gone."""
        now = self._clock()
        for row in await self._hop.run(presences.to_finish, self._node.id, now - _OVERDUE):
            held = self._node.held.get(row.pk)
            # what this node is ending right now is the ejector's, unless that got stuck
            if held is None or not held.ending or now - (row.ended_at or now) > _STUCK:
                await self._destroy(row)

    async def _destroy(self, row: Presence) -> None:
        if row.media_session:
            ref = SessionRef(row.media_session)
            await self._media.silence(room_of(row.meeting_id), [ref])
            await self._media.destroy([ref])
        held = self._node.held.get(row.pk)
        if held is not None:
            self._node.forget(held)
        await self._hop.run(presences.media_gone, [row.pk], self._clock())

    async def _orphans(self) -> None:
        """Media sessions no presence's row knows, seen twice with time for a row in between."""
        on_server = await self._media.sessions()
        known = await self._hop.run(presences.media_sessions)
        now = self._clock()
        strangers = {ref for ref in on_server if ref not in known}
        self._strangers = {ref: self._strangers.get(ref, now) for ref in strangers}
        overdue = [
            ref for ref, since in self._strangers.items() if (now - since).total_seconds() > _ORPHAN_SECONDS
        ]
        if overdue:
            log.warning("orphaned_media_destroyed", count=len(overdue))
            await self._media.destroy(overdue)

    async def _tidy(self) -> None:
        """Delete what is over (P9), closing the room of a meeting nobody is left in first."""
        before = self._clock() - _KEPT
        for meeting_id in await self._hop.run(presences.delete_finished, before):
            await self._media.close_room(room_of(meeting_id))
            self._keeper.forget_room(meeting_id)
            await self._hop.run(presences.delete_all_finished, meeting_id, before)
