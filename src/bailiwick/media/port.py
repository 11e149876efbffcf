"""What the product asks of a media server, and nothing else.

A participant has one media *session*: a publishing leg (all that they send) and a subscribing leg (all that
they receive). The media server only forwards. Two implementations run the same contract suite
(tests/contracts): ``media.janus.adapter`` and ``media.double``.

Addresses (P9): no participant's address crosses this port. ``media.sdp.check_sdp`` takes them out of every
SDP, and there is no way to hand in an ICE candidate: the media server is reachable, so it learns a client's
address from the client's own connectivity checks. A client sends its SDP at once and never its candidates;
the media server's own candidates stand in its SDP."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NewType, Protocol

RoomId = NewType("RoomId", str)
"""A meeting's room: a UUID as 32 hexadecimal digits."""

SessionRef = NewType("SessionRef", str)
"""Names one participant's media session; opaque, at most 32 characters, kept in the presence row."""

FeedId = NewType("FeedId", int)
"""What one session publishes, as other participants see it: unique in a room, below 2**53, says nothing
about the session."""

Mid = NewType("Mid", str)
"""The media identification of an m-line (RFC 5888), unique within one leg of one session."""

Sdp = NewType("Sdp", str)
"""A checked session description; only ``media.sdp.check_sdp`` and the media server make one."""


class Fault(StrEnum):
    """Why a request to the media server failed: stable codes."""

    UNAVAILABLE = "unavailable"
    """No connection to the media server, or it has just restarted."""
    TIMEOUT = "timeout"
    """No answer within the deadline; the request may or may not have had its effect."""
    SESSION_GONE = "session_gone"
    """The session is not there any more: destroyed, silenced, timed out or lost in a restart."""
    NO_SUCH_ROOM = "no_such_room"
    ROOM_TAKEN = "room_taken"
    """The room exists, under a secret that is not ours."""
    ROOM_FULL = "room_full"
    """The media server's own limit; the gate's limit comes first."""
    BAD_SDP = "bad_sdp"
    BAD_TRACKS = "bad_tracks"
    """The tracks declared do not match the m-lines that send."""
    BAD_REVISION = "bad_revision"
    """An answer to an offer that is not the outstanding one."""
    REFUSED = "refused"
    """The media server said no for another reason; ``detail`` holds its number."""


class MediaError(Exception):
    """Every failure behind this port. ``detail`` is for the log: numbers and words of ours, never an
    address."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault.value, detail)
        self.fault = fault
        self.detail = detail

    @property
    def code(self) -> str:
        return self.fault.value

    def __str__(self) -> str:
        return f"{self.fault.value}: {self.detail}" if self.detail else self.fault.value


class SessionGone(MediaError):  # noqa: N818 - a state of the world, named as the protocol names it
    """The session named is not on the media server."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(Fault.SESSION_GONE, detail)


class TrackKind(StrEnum):
    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN = "screen"
    SCREEN_AUDIO = "screen_audio"

    @property
    def media(self) -> str:
        """``audio`` or ``video``, as in an SDP's m-line."""
        return "audio" if self in {TrackKind.MICROPHONE, TrackKind.SCREEN_AUDIO} else "video"


class Leg(StrEnum):
    PUBLISHER = "publisher"
    SUBSCRIBER = "subscriber"


@dataclass(frozen=True, slots=True)
class Track:
    """A track that the participant sends, declared beside their offer."""

    mid: Mid
    kind: TrackKind


@dataclass(frozen=True, slots=True)
class PublishedTrack:
    """A track that others can subscribe to now."""

    mid: Mid
    kind: TrackKind
    simulcast: bool = False


@dataclass(frozen=True, slots=True, order=True)
class StreamId:
    """One track of one feed, as a subscriber names it. ``mid`` is the publisher's."""

    feed: FeedId
    mid: Mid


@dataclass(frozen=True, slots=True)
class Offer:
    """What the media server offers to a subscriber.

    ``streams``: which stream stands on which m-line of *this* SDP; an m-line not named here carries nothing.
    ``revision``: goes back with the answer; grows over a session's life, on any node.
    ``fresh``: answer with a new PeerConnection and drop the one there was, if any.
    """

    sdp: Sdp
    revision: int
    streams: Mapping[Mid, StreamId]
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """What of a subscribed stream to forward. ``mid`` is the subscriber's, from ``Offer.streams``.

    ``substream``: simulcast layer, 0 (smallest) to 2; None pauses the stream, audio or video.
    ``temporal``: 0 (fewest frames) to 2. Without simulcast both only switch on and off.
    """

    mid: Mid
    substream: int | None
    temporal: int = 2


class HangupReason(StrEnum):
    CLOSED = "closed"
    """The client closed the connection (a DTLS alert)."""
    ICE_FAILED = "ice_failed"
    SERVER = "server"
    """We, or the media server itself, closed it."""


@dataclass(frozen=True, slots=True)
class Published:
    """All that this session publishes now, whenever that changes: empty after the last track is gone."""

    tracks: tuple[PublishedTrack, ...]


@dataclass(frozen=True, slots=True)
class Connected:
    leg: Leg


@dataclass(frozen=True, slots=True)
class Hangup:
    """A leg's connection has ended; the session stays. ``publish`` again (with a new PeerConnection), or
    ``subscribe`` again: its next offer is a fresh one."""

    leg: Leg
    reason: HangupReason


@dataclass(frozen=True, slots=True)
class Talking:
    """The participant's own microphone began or ceased to carry speech (RFC 6464 levels)."""

    talking: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """The session has ended (silenced, destroyed, timed out, its room closed). The last event."""


MediaEvent = Published | Connected | Hangup | Talking | Gone

Rooms = Callable[[RoomId], bool]
"""Which rooms are meant: some of them, where there is more than one media server."""


class Health(Enum):
    """How many of the media servers answer; where there is one, it is ALL or NONE."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


class MediaSession(Protocol):
    """One participant's signalling. Every method may raise ``MediaError``; ``SessionGone`` once it has ended.

    Methods of one leg wait for one another; they may be called concurrently.
    """

    @property
    def ref(self) -> SessionRef: ...

    @property
    def feed(self) -> FeedId: ...

    async def publish(self, offer: Sdp, tracks: Sequence[Track]) -> Sdp:
        """Publish exactly these tracks; returns the answer. Publish again to add, drop or replace tracks,
        to restart ICE, or from a new PeerConnection (told by its DTLS fingerprint).

        Each m-line that sends must be declared, with a kind of its media type, at most
        ``media.sdp.MAX_TRACKS`` of them. Kinds muted by ``mute`` stay muted, new tracks of them too.
        ``Published`` follows when it has taken effect. Raises BAD_TRACKS, BAD_SDP, ROOM_FULL."""
        ...

    async def subscribe(self, streams: Collection[StreamId], *, fresh: bool = False) -> Offer | None:
        """Declare the whole set of streams wanted from now on; the same set twice does nothing.

        Returns the offer to put to the client; None when nothing needs to be negotiated, or when an offer
        is still unanswered: then ``answer`` returns the next one. Streams that are not published (any more)
        are left out without an error: compare ``Offer.streams``, and call again when the roster changes.
        Video starts on the smallest simulcast layer. ``fresh`` asks for an offer to a new PeerConnection (the
        client's failed, or its network changed) and drops the old one."""
        ...

    async def answer(self, sdp: Sdp, revision: int) -> Offer | None:
        """The client's answer to the offer with that revision. Returns the next offer if the set wanted has
        changed since. Raises BAD_REVISION (drop the answer; ``subscribe`` again for a fresh offer) and
        BAD_SDP."""
        ...

    async def layers(self, wanted: Sequence[Layer]) -> None:
        """Choose layers, pause and resume. Mids not subscribed (any more) are passed over."""
        ...

    async def mute(self, kinds: Collection[TrackKind]) -> None:
        """Declare the whole set of kinds the server keeps silent (a host's mute), until declared otherwise:
        nothing the client does undoes it, and it outlives ``claim_session``."""
        ...

    def on_event(self, callback: Callable[[MediaEvent], None]) -> None:
        """Register the one listener (a later one replaces it). It is first told the present state:
        ``Connected`` for each leg that is up and ``Published`` if anything is; then every change. Called on
        the event loop; must not block."""
        ...


class MediaServer(Protocol):
    """The media server, from any node: what one node opened another may silence, destroy or claim."""

    async def open_room(self, room: RoomId, capacity: int) -> None:
        """Make the room, or adopt the one that is there. Idempotent. ``capacity`` (participants) sets the
        media server's own limit with some slack: a backstop behind the gate's. Raises ROOM_TAKEN."""
        ...

    async def close_room(self, room: RoomId) -> None:
        """Remove the room and all media in it; sessions stay until destroyed. Idempotent."""
        ...

    async def open_session(self, room: RoomId) -> MediaSession:
        """A new session in the room. Raises NO_SUCH_ROOM: open the room (again) first."""
        ...

    async def claim_session(self, room: RoomId, ref: SessionRef) -> MediaSession:
        """Take over a session another connection opened; its media flows on without a gap. The session
        object there was, here or elsewhere, is of no more use. Call ``subscribe`` afterwards with what is
        wanted. Raises ``SessionGone``."""
        ...

    async def silence(self, room: RoomId, refs: Collection[SessionRef]) -> None:
        """At once, many at a time: when this returns no packet is forwarded from or to them any more, and
        they cannot begin again. Nobody else loses a packet (P10). Unknown refs are fine. The sessions
        remain: ``destroy`` them. Raises what failed, after trying all of them: call it again."""
        ...

    async def destroy(self, refs: Collection[SessionRef]) -> None:
        """Remove the sessions: paced (shared among concurrent calls) so that others feel nothing; returns
        when the media server's own list shows they are gone. Unknown refs are fine."""
        ...

    async def sessions(self) -> frozenset[SessionRef]:
        """All participants' sessions on the media server, whoever opened them: for the sweep."""
        ...

    def on_lost(self, callback: Callable[[Rooms], None]) -> None:
        """Register a listener for: a media server restarted, so every session in these rooms is gone, and the
        rooms. Called on the event loop, once for each time; rooms come back with the next ``open_room``."""
        ...

    async def health(self) -> Health:
        """Whether a real request is answered within two seconds. Never raises."""
        ...
