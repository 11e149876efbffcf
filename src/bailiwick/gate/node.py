"""What this process holds: presences with an open connection, and how each room was last seen.

Level-triggered: a hint only shortens the wait; every second the revisions are compared with the rows, so a
lost message costs a second, not a breach.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from bailiwick.geo.locator import Locator
from bailiwick.meetings import absences, nodes, presences
from bailiwick.meetings.models import PresenceState
from bailiwick.meetings.presences import Lost
from bailiwick.rules.decision import Admitted, Decision, Lobby

from .active_table import active_table
from .door import Door
from .eject import Case, Ejector
from .ending import Ending, EndReason
from .errors import Unavailable
from .hop import Hop
from .line import Chat, Held
from .media_keeper import MediaKeeper
from .survey import Revisions, Survey, changed, survey
from .views import RUNNING, RoomView, room_view

log = structlog.get_logger()
POLL_SECONDS: Final = 1.0
_ROUNDS: Final = 4


@dataclass(slots=True)
class Room:
    """A meeting some of whose people this node holds."""

    revisions: Revisions = (0, 0)
    view: RoomView | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Node:
    """Holds presences and keeps what is true of them in step with the rows."""

    def __init__(
        self,
        node_id: UUID,
        *,
        door: Door,
        hop: Hop,
        ejector: Ejector,
        keeper: MediaKeeper,
        locator: Locator,
        clock: Callable[[], datetime],
    ) -> None:
        self.id = node_id
        self.held: dict[UUID, Held] = {}
        self._rooms: dict[UUID, Room] = {}
        self._hinted: set[UUID] = set()
        self._wake = asyncio.Event()
        self._door = door
        self._hop = hop
        self._ejector = ejector
        self._keeper = keeper
        self._locator = locator
        self._clock = clock
        self._polled = 0.0
        self._table = ""

    # ------------------------------------------------------------ holding

    async def hold(self, held: Held) -> None:
        """Take a presence's connection in; a former one here is superseded. Welcomes through its line."""
        before = self.held.get(held.presence_id)
        self.held[held.presence_id] = held
        if before is not None:
            held.media, held.media_ref = before.media, before.media_ref or held.media_ref
            if before.line is not None:
                before.line.superseded()
                before.line = None
        self._rooms.setdefault(held.meeting_id, Room())
        if not held.waiting:
            self._keeper.keep(held)
        await self.examine(held.meeting_id)

    def of_meeting(self, meeting_id: UUID) -> list[Held]:
        """Whom this node holds in a meeting."""
        return [held for held in self.held.values() if held.meeting_id == meeting_id]

    def forget(self, held: Held) -> None:
        """Nothing of it is this node's any more."""
        if self.held.get(held.presence_id) is held:
            del self.held[held.presence_id]
        if not self.of_meeting(held.meeting_id):
            self._rooms.pop(held.meeting_id, None)

    def view(self, meeting_id: UUID) -> RoomView | None:
        """How the room was last seen."""
        room = self._rooms.get(meeting_id)
        return room.view if room else None

    def chat(self, meeting_id: UUID, chat: Chat) -> None:
        """Pass a chat on to the lines here."""
        for held in self.of_meeting(meeting_id):
            if not held.waiting and held.line is not None:
                held.line.chat(chat)

    def drop_all(self) -> None:
        """Close every line so that it resumes elsewhere: this node stops, or lost its lease."""
        for held in list(self.held.values()):
            if held.line is not None:
                held.line.going_away()
                held.line = None
        self.held.clear()
        self._rooms.clear()

    # ------------------------------------------------------------ the loop

    def hint(self, meeting_id: UUID) -> None:
        """Something about this meeting changed. On the event loop."""
        if meeting_id in self._rooms:
            self._hinted.add(meeting_id)
            self._wake.set()

    async def step(self) -> None:
        """Wait for a hint, at most until a second after the last poll; then reconcile what is due."""
        loop = asyncio.get_running_loop()
        # not wait_for: before Python 3.12 it can swallow the cancellation that stops this loop
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._polled + POLL_SECONDS):
                await self._wake.wait()
        self._wake.clear()
        await self._pass(poll=loop.time() >= self._polled + POLL_SECONDS)

    async def _pass(self, *, poll: bool) -> None:
        hinted, self._hinted = self._hinted, set()
        try:
            if poll:
                hinted |= await self._poll()
            await asyncio.gather(*(self.examine(meeting_id) for meeting_id in hinted))
        except Unavailable:
            self._hinted |= hinted
            raise

    async def _poll(self) -> set[UUID]:
        self._polled = asyncio.get_running_loop().time()
        await self._follow_table()
        known = {meeting_id: room.revisions for meeting_id, room in self._rooms.items()}
        found = await self._hop.run(changed, known) if known else set()
        now = self._clock()
        return found | {held.meeting_id for held in self.held.values() if held.due(now)}

    async def _follow_table(self) -> None:
        """Locate everybody again when the table changed; one that is not the active table locates nobody."""
        before = self._locator.fault
        reloaded = self._locator.reload()
        own = self._locator.info
        active = await self._hop.run(active_table, own, self._table, self.id, self._clock())
        if own is not None and own.hash == active:
            self._table = active
        self._locator.require(active or None)
        if reloaded or self._locator.fault != before:
            log.info("location_table_changed", state=self._locator.fault)
            for held in self.held.values():
                held.location = self._locator.locate(held.address)
            await self.examine_all()

    async def examine_all(self) -> None:
        """Decide again for everybody this node holds."""
        await asyncio.gather(*(self.examine(meeting_id, again=True) for meeting_id in list(self._rooms)))

    # ------------------------------------------------------------ one meeting

    async def examine(self, meeting_id: UUID, *, again: bool = False) -> None:
        """Bring everything this node does in a meeting in step with its rows and rules."""
        room = self._rooms.get(meeting_id)
        if room is None:
            return
        async with room.lock:
            for _ in range(_ROUNDS):
                if not await self._round(meeting_id, room, again=again):
                    return

    async def _round(self, meeting_id: UUID, room: Room, *, again: bool) -> bool:
        """One look; True if what was done changed the rows, so that another look is due."""
        subjects = self.of_meeting(meeting_id)
        found = await self._hop.run(survey, self._door, meeting_id, subjects, self._clock(), again=again)
        if found is None or found.meeting.ended_at is not None:
            reason = EndReason.NO_SUCH_MEETING if found is None else EndReason.ENDED
            await self._put_out([Case(held, Ending(reason)) for held in subjects if not held.ending])
            return False
        await self._finish_ended(subjects, found)
        self._follow_rows(subjects, found)
        moved = await self._carry_out(subjects, found)
        if not moved:
            self._show(room, found)
        return moved

    async def _finish_ended(self, subjects: Sequence[Held], found: Survey) -> None:
        """Somebody else marked these ended, e.g. a host's removal: the rest is ours."""
        cases = []
        for held in subjects:
            ending = found.ended.get(held.presence_id)
            if ending is not None and not held.ending:
                cases.append(Case(held, ending))
        if cases:
            await self._ejector.finish(cases)
            self._forget_all(cases)

    def _follow_rows(self, subjects: Iterable[Held], found: Survey) -> None:
        """Take over from the rows what others may have changed: who holds it, role, mutes, being let in."""
        rows = {row.pk: row for row in found.rows}
        for held in subjects:
            row = rows.get(held.presence_id)
            if held.ending or self.held.get(held.presence_id) is not held:
                continue
            if row is None or row.generation > held.generation or row.node_id != self.id:
                self._lose(held)
                continue
            if held.waiting and row.state == PresenceState.ACTIVE:
                # let in by a transaction of ours whose end we did not hear of
                self._let_in(held)
            held.person = row.person
            held.let_in = row.let_in
            if row.mutes > held.mutes:
                held.mutes = row.mutes
                self._keeper.mute(held)

    def _lose(self, held: Held) -> None:
        if held.line is not None:
            held.line.superseded()
            held.line = None
        self.forget(held)

    async def _carry_out(self, subjects: Iterable[Held], found: Survey) -> bool:
        """What the decisions ask for. True if rows changed by it."""
        out: list[Case] = []
        stay: list[Held] = []
        moved = False
        for held in subjects:
            decision = found.decisions.get(held.presence_id)
            if decision is None or held.ending:
                continue
            if not isinstance(decision, Admitted | Lobby):
                out.append(Case(held, found.endings[held.presence_id]))
            elif held.waiting and isinstance(decision, Admitted):
                moved |= await self._promote(held, found, decision)
            else:
                stay.append(held)
        await self._put_out(out)
        await self._confirm(stay, found)
        return moved or bool(out)

    async def _put_out(self, cases: Sequence[Case]) -> None:
        if cases:
            await self._ejector.eject(cases)
            self._forget_all(cases)

    def _forget_all(self, cases: Iterable[Case]) -> None:
        for case in cases:
            self.forget(case.held)

    async def _promote(self, held: Held, found: Survey, decision: Decision) -> bool:
        places = 0 if held.person.runs_meeting else found.meeting.maximum
        lost = await self._hop.run(
            presences.promote,
            held.presence_id,
            held.meeting_id,
            found.meeting.revision,
            places,
            self._clock(),
        )
        if lost is not None:
            return lost is Lost.STALE
        held.decided_revision = found.meeting.revision
        held.valid_until = decision.valid_until
        self._let_in(held)
        return True

    def _let_in(self, held: Held) -> None:
        held.waiting = False
        if held.line is not None:
            held.line.let_in()
        self._keeper.keep(held)

    async def _confirm(self, stay: Sequence[Held], found: Survey) -> None:
        revision = found.meeting.revision
        older = [held.presence_id for held in stay if held.decided_revision < revision]
        if older:
            await self._hop.run(presences.confirm, older, self.id, revision)
        for held in stay:
            held.decided_revision = max(held.decided_revision, revision)
            held.valid_until = found.decisions[held.presence_id].valid_until

    def _show(self, room: Room, found: Survey) -> None:
        room.revisions = (found.meeting.revision, found.meeting.roster_revision)
        room.view = room_view(found.meeting, found.rule, found.rows)
        for held in self.of_meeting(found.meeting.id):
            if held.line is not None:
                held.line.room(room.view)

    def trouble(self, code: str, cases: Sequence[Case]) -> None:
        """Something failed that who runs the meeting must know of; never swallowed."""
        for meeting_id in {case.held.meeting_id for case in cases}:
            for held in self.of_meeting(meeting_id):
                if held.line is not None and held.person.role in RUNNING:
                    held.line.notice(code)

    async def let_go(self, held: Held, *, closed: bool) -> None:
        """The connection is lost. Rules go on reaching the presence until it is resumed or let go."""
        if held.line is None or self.held.get(held.presence_id) is not held:
            return
        held.line = None
        within = absences.CLOSED if closed else absences.RESUMABLE
        now = self._clock()
        if not await self._hop.run(absences.let_go, held.presence_id, held.generation, now, within):
            self.forget(held)

    def has_line(self, presence_id: UUID, generation: int) -> bool:
        """Whether a connection here holds it."""
        held = self.held.get(presence_id)
        return held is not None and held.line is not None and held.generation == generation

    async def renew_lease(self) -> None:
        """Keep the lease. Having lost it, another node holds all that was here: begin anew."""
        if await self._hop.run(nodes.renew, self.id, self._clock(), self._locator.table_hash or ""):
            return
        log.error("node_lease_lost", node=self.id.hex)
        self.drop_all()
        await self.register()

    async def register(self) -> None:
        """Begin with nothing in one's hands."""
        await self._hop.run(nodes.register, self.id, self._clock(), self._locator.table_hash or "")

    def is_active(self, held: Held) -> bool:
        """Whether it is inside and this node's."""
        return self.held.get(held.presence_id) is held and not held.waiting and not held.ending
