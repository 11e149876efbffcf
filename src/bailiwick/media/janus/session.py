"""One participant's session on Janus: a publisher handle, which joins at once, and a subscriber handle, which
joins with the first subscription.

What stands on Janus is read back wherever events may be missing: after a claim, after a lost connection.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence

import structlog

from bailiwick.media.janus import legs
from bailiwick.media.janus.client import JanusClient
from bailiwick.media.janus.layers import PRESS_SECONDS
from bailiwick.media.janus.legs import Publishing, Subscribing, mute_note, read_handles
from bailiwick.media.janus.names import Name
from bailiwick.media.janus.videoroom import Subscription, VideoRoom
from bailiwick.media.janus.wire import Message
from bailiwick.media.port import (
    Connected,
    Fault,
    FeedId,
    Gone,
    Hangup,
    HangupReason,
    Layer,
    Leg,
    MediaError,
    MediaEvent,
    Mid,
    Offer,
    Published,
    PublishedTrack,
    RoomId,
    Sdp,
    SessionGone,
    SessionRef,
    StreamId,
    Talking,
    Track,
    TrackKind,
)
from bailiwick.media.sdp import check_answer, check_tracks, fingerprint

log = structlog.get_logger(__name__)

HANGUP_SECONDS = 2.0
"""How long Janus may take to close a PeerConnection we asked it to."""
REASONS = {"DTLS alert": HangupReason.CLOSED, "ICE failed": HangupReason.ICE_FAILED}


class JanusSession:
    """``media.port.MediaSession``, and the ``SessionListener`` of its session."""

    def __init__(self, client: JanusClient, room: RoomId, number: int = 0, *, name: Name) -> None:
        self._client = client
        self._name = name
        self._videoroom = VideoRoom(client)
        self._room = room
        self._number = number
        self._publishing: Publishing | None = None
        self._subscribing: Subscribing | None = None
        self._wanted: frozenset[StreamId] = frozenset()
        self._revision = 0
        self._publisher_lock = asyncio.Lock()
        self._subscriber_lock = asyncio.Lock()
        self._listener: Callable[[MediaEvent], None] | None = None
        self._pressing: asyncio.Task[None] | None = None
        self._news = 0
        self._ended = False

    # Set-up, by the adapter

    async def open(self) -> None:
        """Create the session and join the room. On any failure nothing is left on Janus.

        Both handles at once: the first subscription is what somebody who joins waits for.
        """
        self._number = await self._client.create_session(self)
        try:
            self._publishing, subscriber = await asyncio.gather(
                legs.join_room(self._client, self._number, self._room),
                legs.attach(self._client, self._number),
            )
        except BaseException:
            self._client.discard_session(self._number)
            raise
        self._subscribing = Subscribing(subscriber)

    async def claim(self) -> None:
        """Take the session over from wherever it was opened. Raises SessionGone."""
        async with self._publisher_lock, self._subscriber_lock:
            await self._client.claim_session(self._number, self)
            await self._read_back()

    def end(self) -> None:
        """It was silenced: nothing more can be done with it but destroying it."""
        self._tell(Gone())
        self._ended = True

    # MediaSession

    @property
    def ref(self) -> SessionRef:
        return self._name.ref(self._number)

    @property
    def feed(self) -> FeedId:
        return self._client.secrets.feed(self._number)

    async def publish(self, offer: Sdp, tracks: Sequence[Track]) -> Sdp:
        check_tracks(offer, tracks)
        async with self._publisher_lock:
            publishing = self._publisher()
            print_ = fingerprint(offer)
            if publishing.fingerprint not in {"", print_}:
                await self._hang_up_publisher(publishing)
            publishing.tracks, answer = await self._offered(publishing, offer, tracks)
            publishing.fingerprint = print_
            # Before the client has the answer: not one packet of a muted kind gets through.
            await self._moderate(publishing, publishing.muted, muted=True)
            if publishing.connected:
                self._tell(Published(publishing.tracks))
            return answer

    async def mute(self, kinds: Collection[TrackKind]) -> None:
        async with self._publisher_lock:
            publishing = self._publisher()
            wanted = frozenset(kinds)
            changed = frozenset(TrackKind) if publishing.in_doubt else publishing.muted ^ wanted
            if changed:
                # Until all is done: if a request fails, the next call does it all again.
                publishing.in_doubt = True
                await self._videoroom.annotate(publishing.handle, mute_note(wanted))
                publishing.muted = wanted
                await self._moderate(publishing, changed & wanted, muted=True)
                await self._moderate(publishing, changed - wanted, muted=False)
                publishing.in_doubt = False

    async def subscribe(self, streams: Collection[StreamId], *, fresh: bool = False) -> Offer | None:
        async with self._subscriber_lock:
            self._check()
            self._wanted = frozenset(streams)
            if fresh and self._subscribing is not None and self._subscribing.joined:
                self._drop_subscriber()
            if self._subscribing is not None and self._subscribing.offer is not None:
                return None
            return await self._negotiate()

    async def answer(self, sdp: Sdp, revision: int) -> Offer | None:
        async with self._subscriber_lock:
            self._check()
            subscribing = self._subscribing
            if subscribing is None or subscribing.offer is None or subscribing.revision != revision:
                raise MediaError(Fault.BAD_REVISION)
            check_answer(subscribing.offer, sdp)
            try:
                await self._videoroom.start(subscribing.handle, sdp)
            except MediaError:
                # Janus waits for ever for an answer it has not taken: begin anew.
                self._drop_subscriber()
                raise
            subscribing.offer = None
            self._press()
            return await self._negotiate()

    async def layers(self, wanted: Sequence[Layer]) -> None:
        async with self._subscriber_lock:
            self._check()
            subscribing = self._subscribing
            present = [layer for layer in wanted if subscribing and layer.mid in subscribing.carried]
            if subscribing is not None and present:
                subscribing.layers.choose(present)
                await self._videoroom.layers(subscribing.handle, present)
                self._press()

    def on_event(self, callback: Callable[[MediaEvent], None]) -> None:
        self._listener = callback
        self._tell_state()

    # The publishing leg

    def _publisher(self) -> Publishing:
        self._check()
        if self._publishing is None:
            raise SessionGone("no publisher")
        return self._publishing

    async def _offered(
        self, publishing: Publishing, offer: Sdp, tracks: Sequence[Track]
    ) -> tuple[tuple[PublishedTrack, ...], Sdp]:
        first = not publishing.fingerprint
        publishing.down.clear()
        try:
            return await self._videoroom.publish(publishing.handle, offer, tracks)
        except MediaError:
            if first:
                # Whatever Janus made of it: the next offer is the first again.
                self._client.spawn(legs.quietly(self._client.hang_up, publishing.handle))
                publishing.down.set()
            raise

    async def _hang_up_publisher(self, publishing: Publishing) -> None:
        """The client has a new PeerConnection: the old one has to go first."""
        await self._client.hang_up(publishing.handle.session, publishing.handle.number)
        try:
            async with asyncio.timeout(HANGUP_SECONDS):
                await publishing.down.wait()
        except TimeoutError as error:
            raise MediaError(Fault.TIMEOUT, "hangup") from error

    async def _moderate(self, publishing: Publishing, kinds: frozenset[TrackKind], *, muted: bool) -> None:
        for track in publishing.tracks:
            if track.kind in kinds:
                await self._videoroom.moderate(self._room, self.feed, track.mid, muted=muted)

    # The subscribing leg

    async def _negotiate(self) -> Offer | None:
        """Bring what is carried to what is wanted."""
        subscribing = self._subscribing
        if subscribing is None:
            if not self._wanted:
                return None
            subscribing = self._subscribing = Subscribing(await legs.attach(self._client, self._number))
        if not subscribing.joined:
            return await self._join(subscribing)
        held = set(subscribing.carried.values())
        surplus = [mid for mid, stream in subscribing.carried.items() if stream not in self._wanted]
        update = await self._videoroom.update(subscribing.handle, self._wanted - held, surplus)
        if update is None:
            return None
        return self._offer(subscribing, update, fresh=False)

    async def _join(self, subscribing: Subscribing) -> Offer | None:
        private_id = self._publisher().private_id
        if not self._wanted:
            return None
        try:
            first = await self._videoroom.subscribe(subscribing.handle, self._room, private_id, self._wanted)
        except MediaError:
            # Janus may have taken it none the less, and cannot join twice on one handle.
            self._drop_subscriber()
            raise
        if first is None:
            return None
        subscribing.joined = True
        return self._offer(subscribing, first, fresh=True)

    def _offer(self, subscribing: Subscribing, changed: Subscription, *, fresh: bool) -> Offer:
        # Milliseconds of the clock: grows on every node, however often the session changes hands.
        self._revision = max(self._revision + 1, time.time_ns() // 1_000_000)
        subscribing.carried = dict(changed.streams)
        subscribing.layers.watch(changed.streams, changed.simulcast)
        subscribing.offer, subscribing.revision = changed.offer, self._revision
        return Offer(changed.offer, self._revision, dict(changed.streams), fresh)

    def _drop_subscriber(self) -> None:
        """The next offer will be a fresh one, on a handle of its own: Janus cannot join twice on one."""
        dropped, self._subscribing = self._subscribing, None
        if dropped is not None:
            self._client.spawn(legs.quietly(self._client.detach, dropped.handle))

    def _press(self) -> None:
        """See to it that the layers chosen are carried; begins anew with every choice."""
        if self._pressing is not None:
            self._pressing.cancel()
        self._pressing = self._client.spawn(self._ask_again())

    async def _ask_again(self) -> None:
        for pause in PRESS_SECONDS:
            await asyncio.sleep(pause)
            async with self._subscriber_lock:
                subscribing = self._subscribing
                lagging = subscribing.layers.lagging() if subscribing else []
                if subscribing is None or not lagging or self._ended:
                    return
                try:
                    await self._videoroom.layers(subscribing.handle, lagging)
                except MediaError as error:
                    log.info("media_layers_not_asked_for", code=error.code)
                    return

    # SessionListener

    def on_message(self, message: Message) -> None:
        self._news += 1
        leg = self._leg(message.get("sender"))
        match message:
            case {"janus": "webrtcup"} if leg is not None:
                self._is_up(leg)
            case {"janus": "hangup"} if leg is not None:
                self._is_down(leg, REASONS.get(str(message.get("reason")), HangupReason.SERVER))
            case {"janus": "event", "plugindata": {"data": dict(data)}} if leg is Leg.PUBLISHER:
                self._room_event(data)
            case {"plugindata": {"data": {"mid": str(mid), "substream": int(substream)}}} if (
                self._subscribing
            ):
                self._subscribing.layers.carries(Mid(mid), substream)
            case _:
                pass

    def on_reclaimed(self) -> None:
        self._client.spawn(self._catch_up())

    def on_gone(self) -> None:
        self.end()

    def _leg(self, handle: object) -> Leg | None:
        if self._publishing is not None and self._publishing.handle.number == handle:
            return Leg.PUBLISHER
        if self._subscribing is not None and self._subscribing.handle.number == handle:
            return Leg.SUBSCRIBER
        return None

    def _is_up(self, leg: Leg) -> None:
        if leg is Leg.PUBLISHER and self._publishing is not None:
            self._publishing.connected = True
            self._tell(Connected(leg))
            self._tell(Published(self._publishing.tracks))
        elif self._subscribing is not None:
            self._subscribing.connected = True
            self._tell(Connected(leg))
            self._press()

    def _is_down(self, leg: Leg, reason: HangupReason) -> None:
        if leg is Leg.PUBLISHER and self._publishing is not None:
            had = self._publishing.hung_up()
            self._tell(Hangup(leg, reason))
            if had:
                self._tell(Published(()))
        else:
            self._drop_subscriber()
            self._tell(Hangup(leg, reason))

    def _room_event(self, data: Message) -> None:
        match data:
            case {"leaving": "ok", "reason": "kicked"} | {"videoroom": "destroyed"}:
                self.end()
            case {"unpublished": str(feed)} | {"leaving": str(feed)} if feed.isdecimal():
                self._feed_has_gone(FeedId(int(feed)))
            case {"videoroom": "talking" | "stopped-talking" as what, "id": feed} if feed == str(self.feed):
                self._tell(Talking(what == "talking"))
            case _:
                pass

    def _feed_has_gone(self, feed: FeedId) -> None:
        """Janus has emptied its m-lines; should the feed come back with the same mids, they are new
        streams."""
        if self._subscribing is not None:
            carried_now = self._subscribing.carried
            self._subscribing.carried = {mid: s for mid, s in carried_now.items() if s.feed != feed}

    # Reading back

    async def _catch_up(self) -> None:
        try:
            async with self._publisher_lock, self._subscriber_lock:
                await self._read_back()
        except MediaError as error:
            log.warning("media_session_not_read_back", code=error.code)
            self.end()
        else:
            self._tell_state()

    async def _read_back(self) -> None:
        """What Janus has of this session. Raises SessionGone if it has no publisher in the room any more."""
        while True:
            news = self._news
            found = await read_handles(self._client, self._number, self._room)
            self._publishing, self._subscribing = found.publishing, found.subscribing
            if news == self._news:
                break
            # Something happened in between, and account and event may have crossed: read once more.
        for handle in found.useless:
            self._client.spawn(legs.quietly(self._client.detach, handle))
        self._publisher()

    def _check(self) -> None:
        if self._ended:
            raise SessionGone("ended")

    def _tell(self, event: MediaEvent) -> None:
        if self._listener is not None and not self._ended:
            # Not called from here: what it raises is its own affair, not that of the connection.
            asyncio.get_running_loop().call_soon(self._listener, event)

    def _tell_state(self) -> None:
        if self._ended and self._listener is not None:
            asyncio.get_running_loop().call_soon(self._listener, Gone())
        if self._publishing is not None and self._publishing.connected:
            self._tell(Connected(Leg.PUBLISHER))
            self._tell(Published(self._publishing.tracks))
        if self._subscribing is not None and self._subscribing.connected:
            self._tell(Connected(Leg.SUBSCRIBER))
