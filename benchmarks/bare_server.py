"""A bare Janus that a swarm can join: the least signalling there can be, and no product.

No gate, no database, no rules: whoever asks is let in, and their SDP is handed to Janus and back. It speaks
as much of the protocol as a swarm needs, so that the same participants measure both.
"""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from bailiwick.media.janus.client import JanusClient
from bailiwick.media.janus.videoroom import Handle, VideoRoom
from bailiwick.media.janus.wire import Message
from bailiwick.media.port import (
    FeedId,
    MediaError,
    Mid,
    PublishedTrack,
    RoomId,
    Sdp,
    StreamId,
    Track,
    TrackKind,
)
from tests.servers.janus import running_janus

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
CAPACITY = 300
HEARTBEAT_SECONDS = 10
AGAIN_SECONDS = 0.2


class Deaf:
    """Listens to a media session's news and does nothing about it."""

    def on_message(self, message: Message) -> None: ...
    def on_reclaimed(self) -> None: ...
    def on_gone(self) -> None: ...


async def connected(client: JanusClient) -> VideoRoom:
    """Start the client; the plugin, once it answers."""
    client.start()
    rooms = VideoRoom(client)
    async with asyncio.timeout(10):
        while True:
            try:
                await rooms.list(deadline=1)
            except MediaError:
                await asyncio.sleep(0.05)
            else:
                return rooms


@dataclass(eq=False, slots=True)
class _Guest:
    """Somebody on the socket. `outstanding`: an offer is not answered yet; `dirty`: another one is due."""

    name: str
    say: Callable[[dict[str, Any]], Awaitable[None]]
    session: int
    publisher: Handle
    feed: FeedId
    private: int = 0
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    tracks: tuple[PublishedTrack, ...] = ()
    wanted: list[tuple[str, str]] = field(default_factory=list)
    carried: dict[Mid, StreamId] = field(default_factory=dict)
    subscriber: Handle | None = None
    revision: int = 0
    outstanding: bool = False
    dirty: bool = False

    def as_seen(self) -> dict[str, Any]:
        streams = [{"mid": track.mid, "kind": track.kind.value} for track in self.tracks]
        return {"id": self.id, "name": self.name, "streams": streams}


class BareServer:
    """`destroy` is what the benchmark times."""

    def __init__(self, client: JanusClient, rooms: VideoRoom, room: RoomId) -> None:
        self.url = ""
        self._client = client
        self._rooms = rooms
        self._room = room
        self._guests: dict[str, _Guest] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def destroy(self, prefix: str, count: int) -> list[_Guest]:
        """Destroy the sessions of so many guests whose names begin so, at once; who they were."""
        guests = [guest for guest in self._guests.values() if guest.name.startswith(prefix)][:count]
        await asyncio.gather(*(self._client.destroy_session(guest.session) for guest in guests))
        return guests

    async def tell_gone(self, guests: list[_Guest]) -> None:
        """Tell them, and the others."""
        removed = {"type": "removed", "problem": {"code": "destroyed"}}
        await asyncio.gather(*(guest.say(removed) for guest in guests))
        for guest in guests:
            del self._guests[guest.id]
        await self._tell(changed=[], gone=[guest.id for guest in guests])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "websocket":
            await self._socket(receive, send)
        elif scope["type"] == "http":
            await _grant(receive, send)

    async def _socket(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "bailiwick.v1"})

        async def say(message: dict[str, Any]) -> None:
            await send({"type": "websocket.send", "text": json.dumps(message)})

        guest: _Guest | None = None
        while (event := await receive())["type"] == "websocket.receive":
            message = json.loads(event["text"])
            if guest is None:
                guest = await self._enter(message["grant"].partition("|")[2], say)
            elif message["type"] == "leave":
                await send({"type": "websocket.close", "code": 1000})
            else:
                await self._obey(guest, message)
        if guest is not None and guest.id in self._guests:
            del self._guests[guest.id]
            await self._client.destroy_session(guest.session)
            await self._tell(changed=[], gone=[guest.id])

    async def _enter(self, name: str, say: Callable[[dict[str, Any]], Awaitable[None]]) -> _Guest:
        session = await self._client.create_session(Deaf())
        handle = Handle(session, await self._client.attach(session))
        guest = _Guest(name, say, session, handle, FeedId(secrets.randbelow(2**52)))
        guest.private = await self._rooms.join(handle, self._room, guest.feed)
        self._guests[guest.id] = guest
        seen = [other.as_seen() for other in self._guests.values()]
        await say(
            {
                "type": "welcome",
                "you": guest.id,
                "resume": secrets.token_urlsafe(16),
                "heartbeat_seconds": HEARTBEAT_SECONDS,
                "participants": seen,
            }
        )
        return guest

    async def _obey(self, guest: _Guest, message: dict[str, Any]) -> None:
        match message:
            case {"type": "publish", "id": number, "sdp": sdp, "tracks": tracks}:
                declared = [Track(Mid(track["mid"]), TrackKind(track["kind"])) for track in tracks]
                guest.tracks, answer = await self._rooms.publish(guest.publisher, Sdp(sdp), declared)
                await guest.say({"type": "published", "id": number, "sdp": answer})
                await self._tell(changed=[guest.as_seen()], gone=[])
            case {"type": "subscribe", "streams": streams}:
                guest.wanted = [(stream["participant"], stream["mid"]) for stream in streams]
                await self._offer(guest)
            case {"type": "answer", "sdp": sdp} if guest.subscriber is not None:
                await self._rooms.start(guest.subscriber, Sdp(sdp))
                guest.outstanding = False
                if guest.dirty:
                    await self._offer(guest)

    async def _offer(self, guest: _Guest) -> None:
        """One negotiation at a time."""
        guest.dirty = guest.outstanding
        if guest.outstanding:
            return
        wanted = {
            StreamId(self._guests[participant].feed, Mid(mid))
            for participant, mid in guest.wanted
            if participant in self._guests
        }
        # While this waits for Janus another message may come: no second negotiation then.
        guest.outstanding = True
        subscription = await self._subscription(guest, wanted)
        guest.outstanding = subscription is not None
        if not wanted <= set(guest.carried.values()):
            self._again(guest)
        if subscription is not None:
            await self._put(guest, subscription)

    def _again(self, guest: _Guest) -> None:
        """Janus leaves out whoever's media is not up yet."""
        task = asyncio.create_task(self._after_a_moment(guest))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _after_a_moment(self, guest: _Guest) -> None:
        await asyncio.sleep(AGAIN_SECONDS)
        if guest.id in self._guests:
            await self._offer(guest)

    async def _subscription(self, guest: _Guest, wanted: set[StreamId]) -> Sdp | None:
        if guest.subscriber is None and not wanted:
            return None
        if guest.subscriber is None:
            handle = Handle(guest.session, await self._client.attach(guest.session))
            changed = await self._rooms.subscribe(handle, self._room, guest.private, wanted)
            guest.subscriber = handle if changed is not None else None
        else:
            have = set(guest.carried.values())
            gone = [mid for mid, stream in guest.carried.items() if stream not in wanted]
            changed = await self._rooms.update(guest.subscriber, wanted - have, gone)
        if changed is None:
            return None
        guest.carried = dict(changed.streams)
        return changed.offer

    async def _put(self, guest: _Guest, sdp: Sdp) -> None:
        guest.revision += 1
        owners = {other.feed: other.id for other in self._guests.values()}
        streams = [
            {"mid": mid, "participant": owners[stream.feed], "source_mid": stream.mid}
            for mid, stream in guest.carried.items()
            if stream.feed in owners
        ]
        offer = {"type": "offer", "revision": guest.revision, "sdp": sdp, "streams": streams, "fresh": False}
        await guest.say(offer)

    async def _tell(self, *, changed: list[dict[str, Any]], gone: list[str]) -> None:
        message = {"type": "roster", "changed": changed, "gone": gone}
        await asyncio.gather(
            *(guest.say(message) for guest in tuple(self._guests.values())), return_exceptions=True
        )


async def _grant(receive: Receive, send: Send) -> None:
    """The join's answer: the name is the grant."""
    name = json.loads((await receive())["body"])["name"]
    body = json.dumps({"outcome": "admitted", "grant": f"{secrets.token_hex(8)}|{name}", "socket": "/ws"})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})


@asynccontextmanager
async def running() -> AsyncIterator[BareServer]:
    """A bare server, with its own Janus, while it is wanted."""
    room = RoomId(secrets.token_hex(16))
    with running_janus() as janus, socket.create_server(("127.0.0.1", 0)) as listening:
        client = JanusClient(janus.api_url, janus.admin_url, janus.secrets)
        rooms = await connected(client)
        await rooms.create(room, CAPACITY)
        app = BareServer(client, rooms, room)
        app.url = f"http://127.0.0.1:{listening.getsockname()[1]}/m/bare"
        config = uvicorn.Config(
            app, lifespan="off", log_config=None, access_log=False, ws="websockets-sansio"
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield app
        finally:
            server.should_exit = server.force_exit = True
            await serving
            await client.close()
