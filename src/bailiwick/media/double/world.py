"""The media server of the test double: rooms, participants, faults."""

import asyncio
import itertools
import random
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Protocol

from bailiwick.media.port import (
    Fault,
    FeedId,
    Gone,
    Hangup,
    HangupReason,
    Leg,
    MediaError,
    MediaEvent,
    Mid,
    Published,
    PublishedTrack,
    RoomId,
    SessionGone,
    SessionRef,
    StreamId,
    Talking,
    TrackKind,
)


class Holder(Protocol):
    """The session object that a participant's news goes to."""

    def tell(self, event: MediaEvent) -> None: ...


class Node(Protocol):
    """A connection to the world."""

    def lost(self) -> None: ...


@dataclass(eq=False)
class Participant:
    """What the media server has of one session."""

    ref: SessionRef
    feed: FeedId
    room: RoomId
    holder: Holder | None = None
    silenced: bool = False
    tracks: tuple[PublishedTrack, ...] = ()
    fingerprint: str = ""
    publishing: bool = False
    muted: frozenset[TrackKind] = frozenset()
    joined: bool = False
    receiving: bool = False
    lines: dict[Mid, tuple[str, StreamId | None]] = field(default_factory=dict)
    answered: frozenset[tuple[Mid, StreamId]] = frozenset()
    paused: set[Mid] = field(default_factory=set)

    @property
    def carried(self) -> dict[Mid, StreamId]:
        return {mid: stream for mid, (_, stream) in self.lines.items() if stream is not None}


class World:
    """The media server. All nodes of a test share one."""

    def __init__(self) -> None:
        self.rooms: dict[RoomId, int] = {}
        self.participants: dict[SessionRef, Participant] = {}
        self.calls: Counter[str] = Counter()
        self.nodes: list[Node] = []
        self.hung = False
        self.numbers = itertools.count(random.randrange(1, 2**40))
        self._faults: dict[str, deque[tuple[Fault, bool]]] = {}
        self._gates: dict[str, asyncio.Event] = {}

    # Faults

    def fail(
        self, verb: str, fault: Fault = Fault.UNAVAILABLE, *, times: int = 1, after: bool = False
    ) -> None:
        """Let the next calls of a method of the port fail: before it has had any effect, or ``after`` it."""
        self._faults.setdefault(verb, deque()).extend([(fault, after)] * times)

    def hold(self, verb: str) -> asyncio.Event:
        """Let calls of a method wait until the event is set."""
        return self._gates.setdefault(verb, asyncio.Event())

    def crash(self) -> None:
        """The media server restarts: rooms and sessions are gone, everybody is told."""
        self.rooms.clear()
        for participant in list(self.participants.values()):
            self.remove(participant)
        for node in self.nodes:
            node.lost()

    def hang_up(self, ref: SessionRef, leg: Leg, reason: HangupReason = HangupReason.ICE_FAILED) -> None:
        """One leg's connection fails."""
        participant = self.participants[ref]
        if leg is Leg.PUBLISHER:
            self.unpublish(participant, reason)
        else:
            participant.joined = participant.receiving = False
            participant.lines, participant.answered = {}, frozenset()
            self.tell(participant, Hangup(leg, reason))

    def talk(self, ref: SessionRef, *, talking: bool) -> None:
        self.tell(self.participants[ref], Talking(talking))

    # Inspection

    def hears(self, ref: SessionRef) -> frozenset[StreamId]:
        """Whose streams reach this session now."""
        participant = self.participants.get(ref)
        if participant is None or participant.silenced or not participant.receiving:
            return frozenset()
        flowing = participant.answered & set(participant.carried.items())
        return frozenset(
            s for mid, s in flowing if mid not in participant.paused and self._sent(participant, s)
        )

    def _sent(self, hearer: Participant, stream: StreamId) -> bool:
        sender = self.find(hearer.room, stream.feed)
        if sender is None or not sender.publishing:
            return False
        return any(t.mid == stream.mid and t.kind not in sender.muted for t in sender.tracks)

    def find(self, room: RoomId, feed: FeedId) -> Participant | None:
        """The session behind a feed, unless it was silenced."""
        found = (p for p in self.participants.values() if p.feed == feed and p.room == room)
        return next((p for p in found if not p.silenced), None)

    # For DoubleMedia and DoubleSession

    async def enter(self, verb: str) -> None:
        """Every method of the port begins so."""
        self.calls[verb] += 1
        if self.hung:
            raise MediaError(Fault.TIMEOUT, verb)
        if verb in self._gates:
            await self._gates[verb].wait()
        self._raise_due(verb, after=False)

    def leave(self, verb: str) -> None:
        """Every method of the port ends so."""
        self._raise_due(verb, after=True)

    def _raise_due(self, verb: str, *, after: bool) -> None:
        due = self._faults.get(verb)
        if due and due[0][1] is after:
            fault, _ = due.popleft()
            raise SessionGone(verb) if fault is Fault.SESSION_GONE else MediaError(fault, verb)

    def add(self, room: RoomId) -> Participant:
        number = next(self.numbers)
        participant = Participant(SessionRef(str(number)), FeedId(number * 7 + 1), room)
        self.participants[participant.ref] = participant
        return participant

    def remove(self, participant: Participant) -> None:
        self.silence(participant)
        del self.participants[participant.ref]

    def silence(self, participant: Participant) -> None:
        if not participant.silenced:
            self._vanish(participant)
            participant.silenced = True
            self.tell(participant, Gone())

    def unpublish(self, participant: Participant, reason: HangupReason) -> None:
        if participant.publishing:
            self._vanish(participant)
            self.tell(participant, Hangup(Leg.PUBLISHER, reason))
            self.tell(participant, Published(()))

    def _vanish(self, participant: Participant) -> None:
        """Its tracks are gone, from everybody's m-lines too."""
        participant.publishing, participant.tracks, participant.fingerprint = False, (), ""
        for other in self.participants.values():
            for mid, (media, stream) in other.lines.items():
                if stream is not None and stream.feed == participant.feed:
                    other.lines[mid] = (media, None)

    def tell(self, participant: Participant, event: MediaEvent) -> None:
        if participant.holder is not None:
            participant.holder.tell(event)
