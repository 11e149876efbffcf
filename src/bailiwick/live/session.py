"""What a connected client may ask for, and what it gets: one handler for each message."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from bailiwick.gate import acts
from bailiwick.gate.errors import NotEverywhere
from bailiwick.gate.gate import Gate
from bailiwick.gate.line import Held
from bailiwick.media import sdp
from bailiwick.media.port import FeedId, Layer, MediaSession, Mid, Offer, StreamId, Track, TrackKind
from bailiwick.meetings.blocks import Terms
from bailiwick.rules.decision import BlockScope

from . import protocol
from .connection import Connection
from .rate import CHANGES, CHATS, REPORTS, Tokens

_MEDIA_SECONDS: Final = 15.0


class ProtocolError(Exception):
    """A message cannot be carried out. `fatal`: the connection closes."""

    def __init__(self, code: str, detail: str, *, fatal: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.fatal = fatal


class Session:
    """The requests of one connection whose presence is taken."""

    def __init__(self, gate: Gate, held: Held, connection: Connection) -> None:
        self._gate = gate
        self._held = held
        self._connection = connection
        self._chats = Tokens(CHATS, time.monotonic)
        self._changes = Tokens(CHANGES, time.monotonic)
        self._reports = Tokens(REPORTS, time.monotonic)
        self._handlers: dict[type[protocol.Request], Callable[[Any], Awaitable[None]]] = {
            protocol.Publish: self._publish,
            protocol.Subscribe: self._subscribe,
            protocol.Answer: self._answer,
            protocol.Layers: self._layers,
            protocol.SetState: self._set_state,
            protocol.Chat: self._chat,
            protocol.Report: self._report,
            protocol.Leave: self._leave,
            protocol.Ping: self._ping,
            protocol.Mute: self._mute,
            protocol.LowerHand: self._lower_hand,
            protocol.LetIn: self._let_in,
            protocol.TurnAway: self._turn_away,
            protocol.Remove: self._remove,
            protocol.Lock: self._lock,
            protocol.SetCoHost: self._set_co_host,
        }

    async def handle(self, message: protocol.Request) -> None:
        """Carry a message out.

        Raises:
            ProtocolError: it cannot be; also GateError and MediaError from below.
        """
        handler = self._handlers.get(type(message))
        if handler is None:
            raise ProtocolError("unexpected_message", "this message comes first or not at all", fatal=True)
        inside = self._connection.welcomed
        if not inside and not isinstance(message, protocol.Ping | protocol.Leave):
            raise ProtocolError("not_inside", "you are in the waiting room")
        await handler(message)
        if message.id is not None and not isinstance(
            message, protocol.Publish | protocol.Subscribe | protocol.Leave
        ):
            self._connection.send(protocol.Done(type="done", id=message.id))

    # ------------------------------------------------------------ media

    async def _media(self) -> MediaSession:
        try:
            async with asyncio.timeout(_MEDIA_SECONDS):
                await self._connection.session_there.wait()
        except TimeoutError:
            raise ProtocolError("media_unavailable", "the media server does not answer; trying on") from None
        session = self._connection.session
        if session is None:
            raise ProtocolError("media_unavailable", "the media server restarted; trying on")
        return session

    async def _publish(self, message: protocol.Publish) -> None:
        offer = sdp.check_sdp(message.sdp)
        tracks = [Track(Mid(track.mid), TrackKind(track.kind)) for track in message.tracks]
        answer = await (await self._media()).publish(offer, tracks)
        self._connection.send(protocol.Published(type="published", id=message.id, sdp=answer))

    async def _subscribe(self, message: protocol.Subscribe) -> None:
        session = await self._media()
        offer = await session.subscribe(self._streams(message.streams), fresh=message.fresh)
        self._offer(offer)
        if message.id is not None and offer is None:
            self._connection.send(protocol.Done(type="done", id=message.id))

    def _streams(self, wanted: list[protocol.WantedStream]) -> list[StreamId]:
        """The media server's names for what is wanted: only of participants in this room's view."""
        view = self._connection.view
        people = view.participants if view else {}
        found = []
        for stream in wanted:
            person = people.get(stream.participant)
            if person is not None and person.feed is not None and person.id != self._connection.me:
                found.append(StreamId(FeedId(person.feed), Mid(stream.mid)))
        return found

    def _offer(self, offer: Offer | None) -> None:
        view = self._connection.view
        if offer is None or view is None:
            return
        by_feed = {person.feed: person.id for person in view.participants.values() if person.feed is not None}
        streams = [
            protocol.OfferedStream(mid=mid, participant=by_feed[stream.feed], source_mid=stream.mid)
            for mid, stream in offer.streams.items()
            if stream.feed in by_feed
        ]
        self._connection.send(
            protocol.Offer(
                type="offer", revision=offer.revision, sdp=offer.sdp, streams=streams, fresh=offer.fresh
            )
        )

    async def _answer(self, message: protocol.Answer) -> None:
        answer = sdp.check_sdp(message.sdp)
        self._offer(await (await self._media()).answer(answer, message.revision))

    async def _layers(self, message: protocol.Layers) -> None:
        wanted = [Layer(Mid(layer.mid), layer.substream) for layer in message.layers]
        await (await self._media()).layers(wanted)

    # ------------------------------------------------------------ oneself

    async def _set_state(self, message: protocol.SetState) -> None:
        fields: dict[str, Any] = {}
        if message.microphone is not None:
            fields["microphone_on"] = message.microphone
        if message.camera is not None:
            fields["camera_on"] = message.camera
        if message.hand is not None:
            fields["hand_raised_at"] = self._gate.now() if message.hand else None
        if fields and not self._changes.take():
            raise ProtocolError("too_fast", "that changes too often; this change was not made")
        if fields:
            await self._gate.change(self._held, **fields)

    async def _chat(self, message: protocol.Chat) -> None:
        if not self._chats.take():
            raise ProtocolError("too_fast", "one message a second is enough; this one was not sent")
        try:
            await self._gate.chat(self._held, message.text)
        except NotEverywhere as error:
            raise ProtocolError("not_everywhere", error.detail) from None

    async def _leave(self, message: protocol.Leave) -> None:
        heir = UUID(message.hand_over) if message.hand_over else None
        await self._gate.leave(self._held, end=message.end, hand_over=heir)

    async def _report(self, message: protocol.Report) -> None:
        if not self._reports.take():
            raise ProtocolError("too_fast", "you have reported several times just now; this was not sent")
        target = UUID(message.participant)
        await self._gate.act(self._held, acts.report, target, message.about, message.words, self._gate.now())

    async def _ping(self, message: protocol.Ping) -> None:
        self._connection.send(protocol.Pong(type="pong"))

    # ------------------------------------------------------------ others

    async def _mute(self, message: protocol.Mute) -> None:
        await self._gate.act(self._held, acts.mute, _id(message.participant))

    async def _lower_hand(self, message: protocol.LowerHand) -> None:
        await self._gate.act(self._held, acts.lower_hand, UUID(message.participant))

    async def _let_in(self, message: protocol.LetIn) -> None:
        await self._gate.act(self._held, acts.let_in, _id(message.participant))

    async def _turn_away(self, message: protocol.TurnAway) -> None:
        await self._gate.act(self._held, acts.turn_away, UUID(message.participant), self._gate.now())

    async def _remove(self, message: protocol.Remove) -> None:
        target, now = UUID(message.participant), self._gate.now()
        terms = Terms(BlockScope(message.scope), message.days, message.reason)
        lasts = await self._gate.act(self._held, acts.remove, target, now, block=message.block, terms=terms)
        if not lasts:
            self._connection.notice("removal_not_lasting")

    async def _lock(self, message: protocol.Lock) -> None:
        await self._gate.act(self._held, acts.lock, locked=message.locked)

    async def _set_co_host(self, message: protocol.SetCoHost) -> None:
        target = UUID(message.participant)
        await self._gate.act(self._held, acts.set_co_host, target, co_host=message.co_host)


def _id(participant: str | None) -> UUID | None:
    return None if participant is None else UUID(participant)
