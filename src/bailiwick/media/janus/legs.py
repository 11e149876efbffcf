"""What one session has on Janus: the state of its two handles, and how it is read back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from bailiwick.media.janus.client import JanusClient
from bailiwick.media.janus.layers import LayerWatch
from bailiwick.media.janus.videoroom import Handle, VideoRoom, carried, published, simulcast
from bailiwick.media.janus.wire import Message
from bailiwick.media.port import Layer, MediaError, Mid, PublishedTrack, RoomId, Sdp, StreamId, TrackKind
from bailiwick.media.sdp import fingerprint, sections

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Publishing:
    """``in_doubt``: whether the tracks there are really let through as ``muted`` says. ``down``: set while
    there is no PeerConnection."""

    handle: Handle
    private_id: int
    tracks: tuple[PublishedTrack, ...] = ()
    fingerprint: str = ""
    connected: bool = False
    muted: frozenset[TrackKind] = frozenset()
    in_doubt: bool = False
    down: asyncio.Event = field(default_factory=asyncio.Event)

    def hung_up(self) -> tuple[PublishedTrack, ...]:
        """The PeerConnection is gone; what was published on it."""
        had, self.tracks = self.tracks, ()
        self.connected, self.fingerprint = False, ""
        self.down.set()
        return had


@dataclass(slots=True)
class Subscribing:
    """``joined``: there has been an offer on this handle. ``offer``: the one not answered yet."""

    handle: Handle
    joined: bool = False
    connected: bool = False
    carried: dict[Mid, StreamId] = field(default_factory=dict)
    layers: LayerWatch = field(default_factory=LayerWatch)
    offer: Sdp | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """``useless``: handles without a part to play, or whose offer went to a client that never got it."""

    publishing: Publishing | None
    subscribing: Subscribing | None
    useless: tuple[Handle, ...]


async def attach(client: JanusClient, session: int) -> Handle:
    """A handle without a part to play yet. Raises SessionGone, MediaError."""
    return Handle(session, await client.attach(session))


async def join_room(client: JanusClient, session: int, room: RoomId) -> Publishing:
    """A handle that is in the room and publishes nothing yet. Raises SessionGone, MediaError."""
    handle = await attach(client, session)
    private_id = await VideoRoom(client).join(handle, room, client.secrets.feed(session))
    publishing = Publishing(handle, private_id)
    publishing.down.set()
    return publishing


async def quietly(verb: Callable[[int, int], Awaitable[None]], handle: Handle) -> None:
    """Clearing up; what cannot be cleared up now goes with the session at the latest."""
    try:
        await verb(handle.session, handle.number)
    except MediaError as error:
        log.info("media_handle_left_behind", code=error.code)


async def read_handles(client: JanusClient, session: int, room: RoomId) -> Found:
    """Ask Janus for all it has of a session. Raises SessionGone, MediaError."""
    publishing: Publishing | None = None
    subscribing: Subscribing | None = None
    useless = []
    for number in await client.list_handles(session):
        handle = Handle(session, number)
        info = await client.handle_info(session, number)
        match info.get("plugin_specific"):
            case {"type": "publisher", "room": str(where), "private_id": int(private_id)} if where == room:
                publishing = _publishing(handle, private_id, info)
            case {"type": "subscriber", "answered": True}:
                subscribing = _subscribing(handle, info)
            case _:
                useless.append(handle)
    return Found(publishing, subscribing, tuple(useless))


def _publishing(handle: Handle, private_id: int, info: Message) -> Publishing:
    """From Janus' account of a publisher's handle."""
    plugin = info["plugin_specific"]
    publishing = Publishing(handle, private_id, connected=_connected(info), in_doubt=True)
    publishing.muted = read_mute_note(str(plugin.get("display", "")))
    offer = Sdp(info.get("sdps", {}).get("remote", ""))
    if offer:
        # Janus still lists tracks that were dropped; the offer tells.
        sending = {section.mid for section in sections(offer) if section.sends}
        tracks = published(plugin.get("streams", []), {})
        publishing.tracks = tuple(track for track in tracks if track.mid in sending)
        publishing.fingerprint = fingerprint(offer)
    else:
        publishing.down.set()
    return publishing


def mute_note(kinds: frozenset[TrackKind]) -> str:
    """The muted kinds as text, to be kept on Janus: whoever claims the session goes on muting."""
    return " ".join(sorted(kind.value for kind in kinds))


def read_mute_note(text: str) -> frozenset[TrackKind]:
    words = set(text.split())
    return frozenset(kind for kind in TrackKind if kind.value in words)


def _subscribing(handle: Handle, info: Message) -> Subscribing:
    streams = info["plugin_specific"].get("streams", [])
    subscribing = Subscribing(handle, joined=True, connected=_connected(info), carried=carried(streams))
    subscribing.layers.watch(subscribing.carried, simulcast(streams))
    for stream in streams:
        match stream:
            case {"mid": str(mid), "simulcast": {"substream": int(now), "substream-target": int(target)}}:
                subscribing.layers.choose([Layer(Mid(mid), target)])
                subscribing.layers.carries(Mid(mid), now)
    return subscribing


def _connected(info: Message) -> bool:
    return bool(info.get("flags", {}).get("ready", False))
