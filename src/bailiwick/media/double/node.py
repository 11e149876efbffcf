"""One node's connection to the test double, and the sessions it holds."""

import asyncio
import itertools
from collections.abc import Callable, Collection, Mapping, Sequence

from bailiwick.media.double.sdp import sdp_text
from bailiwick.media.double.world import Participant, World
from bailiwick.media.port import (
    Connected,
    Fault,
    FeedId,
    Gone,
    HangupReason,
    Health,
    Layer,
    Leg,
    MediaError,
    MediaEvent,
    Mid,
    Offer,
    Published,
    PublishedTrack,
    RoomId,
    Rooms,
    Sdp,
    SessionGone,
    SessionRef,
    StreamId,
    Track,
    TrackKind,
)
from bailiwick.media.sdp import check_answer, check_tracks, fingerprint, sections


class DoubleMedia:
    """One node's ``media.port.MediaServer``."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.world.nodes.append(self)
        self._lost: list[Callable[[Rooms], None]] = []

    async def open_room(self, room: RoomId, capacity: int) -> None:
        await self.world.enter("open_room")
        self.world.rooms[room] = capacity
        self.world.leave("open_room")

    async def close_room(self, room: RoomId) -> None:
        await self.world.enter("close_room")
        self.world.rooms.pop(room, None)
        for participant in list(self.world.participants.values()):
            if participant.room == room:
                self.world.silence(participant)
        self.world.leave("close_room")

    async def open_session(self, room: RoomId) -> "DoubleSession":
        await self.world.enter("open_session")
        if room not in self.world.rooms:
            raise MediaError(Fault.NO_SUCH_ROOM)
        session = DoubleSession(self.world, self.world.add(room))
        try:
            self.world.leave("open_session")
        except MediaError:
            # The caller never learns of it, so it must not stay.
            self.world.remove(session.participant)
            raise
        return session

    async def claim_session(self, room: RoomId, ref: SessionRef) -> "DoubleSession":
        await self.world.enter("claim_session")
        participant = self.world.participants.get(ref)
        if participant is None or participant.silenced or participant.room != room:
            raise SessionGone("claim_session")
        session = DoubleSession(self.world, participant)
        self.world.leave("claim_session")
        return session

    async def silence(self, room: RoomId, refs: Collection[SessionRef]) -> None:
        await self.world.enter("silence")
        for participant in self._known(refs):
            if participant.room == room:
                self.world.silence(participant)
        self.world.leave("silence")

    async def destroy(self, refs: Collection[SessionRef]) -> None:
        await self.world.enter("destroy")
        for participant in self._known(refs):
            self.world.remove(participant)
        self.world.leave("destroy")

    async def sessions(self) -> frozenset[SessionRef]:
        await self.world.enter("sessions")
        self.world.leave("sessions")
        return frozenset(self.world.participants)

    def on_lost(self, callback: Callable[[Rooms], None]) -> None:
        self._lost.append(callback)

    async def health(self) -> Health:
        return Health.NONE if self.world.hung else Health.ALL

    def lost(self) -> None:
        for callback in self._lost:
            callback(lambda _room: True)

    def _known(self, refs: Collection[SessionRef]) -> list[Participant]:
        return [self.world.participants[ref] for ref in set(refs) if ref in self.world.participants]


class DoubleSession:
    """``media.port.MediaSession``. Its client connects by itself as soon as it could."""

    def __init__(self, world: World, participant: Participant) -> None:
        self.participant = participant
        self._world = world
        self._wanted: frozenset[StreamId] = frozenset()
        self._offer: Offer | None = None
        self._revisions = itertools.count(next(world.numbers))
        self._listener: Callable[[MediaEvent], None] | None = None
        participant.holder = self

    @property
    def ref(self) -> SessionRef:
        return self.participant.ref

    @property
    def feed(self) -> FeedId:
        return self.participant.feed

    async def publish(self, offer: Sdp, tracks: Sequence[Track]) -> Sdp:
        check_tracks(offer, tracks)
        await self._enter("publish")
        me, print_ = self.participant, fingerprint(offer)
        if me.fingerprint not in {"", print_}:
            self._world.unpublish(me, HangupReason.SERVER)
        if not me.publishing:
            self.tell(Connected(Leg.PUBLISHER))
        me.publishing, me.fingerprint = True, print_
        me.tracks = tuple(PublishedTrack(track.mid, track.kind) for track in tracks)
        self.tell(Published(me.tracks))
        self._world.leave("publish")
        return sdp_text([(s.mid, s.media, "recvonly" if s.sends else "inactive") for s in sections(offer)])

    async def subscribe(self, streams: Collection[StreamId], *, fresh: bool = False) -> Offer | None:
        await self._enter("subscribe")
        self._wanted = frozenset(streams)
        me = self.participant
        if fresh or (self._offer is None and me.joined and not me.receiving):
            me.joined = me.receiving = False
            me.lines, me.answered, self._offer = {}, frozenset(), None
        offer = None if self._offer is not None else self._negotiate()
        self._world.leave("subscribe")
        return offer

    async def answer(self, sdp: Sdp, revision: int) -> Offer | None:
        await self._enter("answer")
        if self._offer is None or self._offer.revision != revision:
            raise MediaError(Fault.BAD_REVISION)
        check_answer(self._offer.sdp, sdp)
        me, self._offer = self.participant, None
        me.answered = frozenset(me.carried.items())
        if not me.receiving:
            me.receiving = True
            self.tell(Connected(Leg.SUBSCRIBER))
        offer = self._negotiate()
        self._world.leave("answer")
        return offer

    async def layers(self, wanted: Sequence[Layer]) -> None:
        await self._enter("layers")
        for layer in wanted:
            if layer.mid in self.participant.carried:
                (self.participant.paused.add if layer.substream is None else self.participant.paused.discard)(
                    layer.mid
                )
        self._world.leave("layers")

    async def mute(self, kinds: Collection[TrackKind]) -> None:
        await self._enter("mute")
        self.participant.muted = frozenset(kinds)
        self._world.leave("mute")

    def on_event(self, callback: Callable[[MediaEvent], None]) -> None:
        self._listener = callback
        me = self.participant
        if me.publishing:
            self.tell(Connected(Leg.PUBLISHER))
            self.tell(Published(me.tracks))
        if me.receiving:
            self.tell(Connected(Leg.SUBSCRIBER))
        if not self._alive:
            self.tell(Gone())

    def tell(self, event: MediaEvent) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().call_soon(self._listener, event)

    @property
    def _alive(self) -> bool:
        me = self.participant
        return self._world.participants.get(me.ref) is me and not me.silenced and me.holder is self

    async def _enter(self, verb: str) -> None:
        await self._world.enter(verb)
        if not self._alive:
            raise SessionGone(verb)

    def _negotiate(self) -> Offer | None:
        me = self.participant
        wanted = {stream: media for stream in self._wanted if (media := self._published(stream)) is not None}
        surplus = [mid for mid, stream in me.carried.items() if stream not in self._wanted]
        missing = sorted(set(wanted) - set(me.carried.values()))
        if not surplus and not missing:
            return None
        for mid in surplus:
            me.lines[mid] = (me.lines[mid][0], None)
        for stream in missing:
            me.lines[self._free_line(wanted[stream])] = (wanted[stream], stream)
        fresh, me.joined = not me.joined, True
        self._offer = Offer(_offer_text(me.lines), next(self._revisions), me.carried, fresh)
        return self._offer

    def _published(self, stream: StreamId) -> str | None:
        """Its media type, if anybody publishes it."""
        sender = self._world.find(self.participant.room, stream.feed)
        return next((t.kind.media for t in sender.tracks if t.mid == stream.mid), None) if sender else None

    def _free_line(self, media: str) -> Mid:
        """An m-line that carries nothing, else a new one: as Janus does."""
        lines = self.participant.lines
        free = (mid for mid, (kind, stream) in lines.items() if kind == media and stream is None)
        mid = next(free, Mid(str(len(lines))))
        self.participant.paused.discard(mid)
        return mid


def _offer_text(lines: Mapping[Mid, tuple[str, StreamId | None]]) -> Sdp:
    return sdp_text(
        [(mid, media, "sendonly" if stream else "inactive") for mid, (media, stream) in lines.items()]
    )
