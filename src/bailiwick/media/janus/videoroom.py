"""The VideoRoom plugin's verbs (https://janus.conf.meetecho.com/docs/videoroom.html), typed.

Rooms are private, with a secret, a pin and ``require_pvtid``; ids are strings. What other participants
publish is announced by Janus too, but not used: a subscription is declared whole
(``MediaSession.subscribe``).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bailiwick.media.janus.client import JanusClient
from bailiwick.media.janus.wire import JanusError, Message
from bailiwick.media.port import (
    Fault,
    FeedId,
    Layer,
    MediaError,
    Mid,
    PublishedTrack,
    RoomId,
    Sdp,
    StreamId,
    Track,
    TrackKind,
)

NO_SUCH_ROOM, ROOM_EXISTS, NO_SUCH_FEED, FULL, UNAUTHORIZED = 426, 427, 428, 432, 433

VIDEO_BITRATE = 1_800_000
"""Bits a second that one publisher's camera or screen may use (REMB), all simulcast layers together."""
TALKING_PACKETS, TALKING_LEVEL = 25, 50
"""Half a second of 20 ms packets; -50 dBov on average counts as speech."""

ROOM_SETTINGS: Mapping[str, Any] = {
    "permanent": False,
    "is_private": True,
    "require_pvtid": True,
    "audiocodec": "opus",
    "videocodec": "vp8,h264,vp9",
    "opus_fec": True,
    "bitrate": VIDEO_BITRATE,
    "audiolevel_ext": True,
    "audiolevel_event": True,
    "audio_active_packets": TALKING_PACKETS,
    "audio_level_average": TALKING_LEVEL,
    "videoorient_ext": True,
    "transport_wide_cc_ext": True,
    "notify_joining": False,
}


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a subscriber handle carries now, m-line to stream, which of them in simulcast layers, and the
    offer to negotiate it."""

    streams: Mapping[Mid, StreamId]
    simulcast: frozenset[Mid]
    offer: Sdp


@dataclass(frozen=True, slots=True)
class Handle:
    session: int
    number: int


class VideoRoom:
    """One client's use of the plugin. Every method raises MediaError; the number Janus gave is its detail."""

    def __init__(self, client: JanusClient) -> None:
        self._client = client
        self._secrets = client.secrets

    # Rooms

    async def create(self, room: RoomId, publishers: int) -> None:
        """Make the room, or adopt the one there is. Raises ROOM_TAKEN."""
        body = {
            "request": "create",
            "room": room,
            "publishers": publishers,
            "admin_key": self._secrets.room_creation,
            "secret": self._secrets.room_secret(room),
            "pin": self._secrets.room_pin(room),
            **ROOM_SETTINGS,
        }
        try:
            await self._client.ask(body)
        except JanusError as error:
            if error.number != ROOM_EXISTS:
                raise refused(error) from error
            await self._adopt(room, publishers)

    async def _adopt(self, room: RoomId, publishers: int) -> None:
        body = {"request": "edit", "room": room, "secret": self._secrets.room_secret(room)}
        try:
            await self._client.ask(body | {"new_publishers": publishers})
        except JanusError as error:
            if error.number == UNAUTHORIZED:
                raise MediaError(Fault.ROOM_TAKEN) from error
            raise refused(error) from error

    async def destroy(self, room: RoomId) -> None:
        """Fine if there is none."""
        body = {"request": "destroy", "room": room, "secret": self._secrets.room_secret(room)}
        try:
            await self._client.ask(body)
        except JanusError as error:
            if error.number != NO_SUCH_ROOM:
                raise refused(error) from error

    async def list(self, deadline: float) -> None:
        """Asks for the list of rooms: a request that goes all the way."""
        try:
            await self._client.ask({"request": "list"}, deadline)
        except JanusError as error:
            raise refused(error) from error

    async def kick(self, room: RoomId, feed: FeedId) -> None:
        """At once, nothing is forwarded from the feed, nor to the subscriptions of its session, and neither
        can begin anew. Fine if there is no such feed or room."""
        body = {
            "request": "kick",
            "room": room,
            "id": str(feed),
            "secret": self._secrets.room_secret(room),
        }
        try:
            await self._client.ask(body)
        except JanusError as error:
            if error.number not in {NO_SUCH_ROOM, NO_SUCH_FEED}:
                raise refused(error) from error

    async def moderate(self, room: RoomId, feed: FeedId, mid: Mid, *, muted: bool) -> None:
        """Let nothing (or all again) of a published track through. Fine if the track is not there."""
        body = {
            "request": "moderate",
            "room": room,
            "id": str(feed),
            "mid": mid,
            "mute": muted,
            "secret": self._secrets.room_secret(room),
        }
        try:
            await self._client.ask(body)
        except JanusError as error:
            if error.number not in {NO_SUCH_ROOM, NO_SUCH_FEED}:
                raise refused(error) from error

    # Publishing

    async def join(self, handle: Handle, room: RoomId, feed: FeedId) -> int:
        """Join as a publisher; the private id that the session's subscriptions need."""
        pin = self._secrets.room_pin(room)
        body = {"request": "join", "ptype": "publisher", "room": room, "id": str(feed), "pin": pin}
        data, _ = await self._send(handle, body)
        return int(data["private_id"])

    async def publish(
        self, handle: Handle, offer: Sdp, tracks: Sequence[Track]
    ) -> tuple[tuple[PublishedTrack, ...], Sdp]:
        """Publish or renegotiate; what is published then, and the answer."""
        kinds = {track.mid: track.kind for track in tracks}
        descriptions = [{"mid": track.mid, "description": track.kind.value} for track in tracks]
        body: Message = {"request": "configure"}
        if descriptions:
            body["descriptions"] = descriptions
        data, answer = await self._send(handle, body, {"type": "offer", "sdp": offer})
        return published(data.get("streams", []), kinds), Sdp(answer)

    async def annotate(self, handle: Handle, note: str) -> None:
        """Keep a note on Janus with a publisher, as its display name: Janus gives it back in
        ``handle_info``."""
        await self._send(handle, {"request": "configure", "display": note})

    # Subscribing

    async def subscribe(
        self, handle: Handle, room: RoomId, private_id: int, streams: Collection[StreamId]
    ) -> Subscription | None:
        """A handle's first request. Streams that are not there are left out; None if none is left: the handle
        is as new then. Without `autoupdate`: Janus would offer by itself whenever a publisher leaves."""
        body = {
            "request": "join",
            "ptype": "subscriber",
            "room": room,
            "pin": self._secrets.room_pin(room),
            "private_id": private_id,
            "autoupdate": False,
        }
        return await self._subscribing(handle, body, "streams", streams)

    async def update(
        self, handle: Handle, add: Collection[StreamId], remove: Collection[Mid]
    ) -> Subscription | None:
        """Change a subscription in one negotiation; None if there was nothing to do after all."""
        body: Message = {"request": "update"}
        if remove:
            body["unsubscribe"] = [{"sub_mid": mid} for mid in remove]
        if not add and not remove:
            return None
        return await self._subscribing(handle, body, "subscribe", add)

    async def _subscribing(
        self, handle: Handle, body: Message, key: str, streams: Collection[StreamId]
    ) -> Subscription | None:
        """One request for all the streams. Janus refuses it whole if one is missing: leave that out, ask
        again."""
        wanted = sorted(streams)
        while wanted or "unsubscribe" in body:
            asked = body | ({key: [_stream(stream) for stream in wanted]} if wanted else {})
            try:
                data, offer = await self._client.message(handle.session, handle.number, asked)
            except JanusError as error:
                if error.number != NO_SUCH_FEED:
                    raise refused(error) from error
                wanted = _without_missing(wanted, error)
                continue
            now = data.get("streams", [])
            return Subscription(carried(now), simulcast(now), Sdp(offer)) if offer else None
        return None

    async def start(self, handle: Handle, answer: Sdp) -> None:
        await self._send(handle, {"request": "start"}, {"type": "answer", "sdp": answer})

    async def layers(self, handle: Handle, wanted: Sequence[Layer]) -> None:
        await self._send(handle, {"request": "configure", "streams": [_layer(layer) for layer in wanted]})

    async def _send(self, handle: Handle, body: Message, jsep: Message | None = None) -> tuple[Message, str]:
        try:
            return await self._client.message(handle.session, handle.number, body, jsep)
        except JanusError as error:
            raise refused(error) from error


def published(streams: Sequence[Message], kinds: Mapping[Mid, TrackKind]) -> tuple[PublishedTrack, ...]:
    """Janus' list of a publisher's streams. Kinds come from `kinds`, else from what was declared to Janus."""
    tracks = []
    for stream in streams:
        mid = Mid(str(stream["mid"]))
        kind = kinds.get(mid) or _kind(stream.get("description"))
        if kind is not None and not stream.get("disabled", False):
            tracks.append(PublishedTrack(mid, kind, simulcast=bool(stream.get("simulcast", False))))
    return tuple(tracks)


def carried(streams: Sequence[Message]) -> dict[Mid, StreamId]:
    """Janus' list of a subscriber's streams: m-line to stream, without the empty m-lines."""
    return {
        Mid(str(stream["mid"])): StreamId(FeedId(int(stream["feed_id"])), Mid(str(stream["feed_mid"])))
        for stream in streams
        if stream.get("active") and "feed_id" in stream and "feed_mid" in stream
    }


def simulcast(streams: Sequence[Message]) -> frozenset[Mid]:
    """Of the same list, the m-lines that carry one of several layers."""
    layered = frozenset(Mid(str(stream["mid"])) for stream in streams if "simulcast" in stream)
    return layered & carried(streams).keys()


def refused(error: JanusError) -> MediaError:
    """Janus' number as one of our codes."""
    fault = {NO_SUCH_ROOM: Fault.NO_SUCH_ROOM, FULL: Fault.ROOM_FULL}.get(error.number, Fault.REFUSED)
    return MediaError(fault, str(error.number))


def _kind(description: object) -> TrackKind | None:
    return next((kind for kind in TrackKind if kind.value == description), None)


def _stream(stream: StreamId) -> Message:
    # Smallest first: the client asks for more by what it shows.
    return {"feed": str(stream.feed), "mid": stream.mid, "substream": 0}


def _layer(layer: Layer) -> Message:
    if layer.substream is None:
        return {"mid": layer.mid, "send": False}
    return {"mid": layer.mid, "send": True, "substream": layer.substream, "temporal": layer.temporal}


_MISSING = re.compile(r"No such (?:feed|mid '(?P<mid>[^']*)' in feed) \((?P<feed>\d+)\)")


def _without_missing(wanted: Sequence[StreamId], error: JanusError) -> list[StreamId]:
    """Janus names the first missing feed or mid in words only. Raises REFUSED if they are not understood."""
    match = _MISSING.fullmatch(error.words)
    if match is None:
        raise refused(error) from error
    feed, mid = int(match["feed"]), match["mid"]
    left = [stream for stream in wanted if stream.feed != feed or mid not in {None, stream.mid}]
    if len(left) == len(wanted):
        raise refused(error) from error
    return left
