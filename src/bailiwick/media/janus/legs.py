"""What one session has on Janus: the state of its two handles, and how it is read back."""

import asyncio
from dataclasses import dataclass, field

from bailiwick.media.janus.videoroom import Handle, carried, published
from bailiwick.media.janus.wire import Message
from bailiwick.media.port import Mid, PublishedTrack, Sdp, StreamId, TrackKind
from bailiwick.media.sdp import fingerprint


@dataclass(slots=True)
class Publishing:
    """``muted`` None: unknown, after a claim. ``down``: set while there is no PeerConnection."""

    handle: Handle
    private_id: int
    tracks: tuple[PublishedTrack, ...] = ()
    fingerprint: str = ""
    connected: bool = False
    muted: frozenset[TrackKind] | None = frozenset()
    down: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Subscribing:
    """``joined``: there has been an offer on this handle. ``offer``: the one not answered yet."""

    handle: Handle
    joined: bool = False
    connected: bool = False
    carried: dict[Mid, StreamId] = field(default_factory=dict)
    offer: Sdp | None = None
    revision: int = 0


def read_publishing(
    handle: Handle, private_id: int, info: Message, muted: frozenset[TrackKind] | None
) -> Publishing:
    offer = Sdp(info.get("sdps", {}).get("remote", ""))
    publishing = Publishing(handle, private_id, muted=muted)
    publishing.connected = _connected(info)
    if offer:
        publishing.tracks = published(info["plugin_specific"].get("streams", []), {})
        publishing.fingerprint = fingerprint(offer)
    else:
        publishing.down.set()
    return publishing


def read_subscribing(handle: Handle, info: Message) -> Subscribing:
    streams = carried(info["plugin_specific"].get("streams", []))
    return Subscribing(handle, joined=True, connected=_connected(info), carried=streams)


def _connected(info: Message) -> bool:
    return bool(info.get("flags", {}).get("ready", False))
