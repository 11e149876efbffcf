"""The two media servers the contract suite runs against, each with its clients and its look behind the
scenes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from functools import cache
from typing import Protocol

from bailiwick.media.double import DoubleMedia, World, answer_to, sdp_text
from bailiwick.media.double.node import DoubleSession
from bailiwick.media.janus.adapter import JanusMedia
from bailiwick.media.janus.client import JanusClient
from bailiwick.media.port import (
    HangupReason,
    Leg,
    MediaServer,
    MediaSession,
    Mid,
    Offer,
    Sdp,
    SessionRef,
    StreamId,
    Track,
)
from bailiwick.media.sdp import check_sdp
from bailiwick.swarm import loops
from bailiwick.swarm.pacer import Pacer, SendTrack
from bailiwick.swarm.rtc import Publisher, Subscriber
from tests.contracts.people import Client
from tests.servers.janus import RunningJanus

HANDLES = 2
"""At most that many a session: one to publish, one to subscribe."""
LISTEN_SECONDS = 0.12
"""Audio frames come every 20 ms, video frames every 50."""


class Backend(Protocol):
    async def node(self) -> MediaServer:
        """A node of its own: another connection to the same media server."""
        ...

    async def kill(self, node: MediaServer) -> None:
        """The node dies, without a word to the media server."""
        ...

    def client(self, session: MediaSession) -> Client: ...

    async def leftovers(self) -> list[str]:
        """Sessions and rooms there are, and sessions with more handles than they need."""
        ...

    async def crash(self) -> None:
        """The media server dies and is started again."""
        ...

    def freeze(self) -> None:
        """It hangs."""
        ...

    def thaw(self) -> None: ...


class DoubleBackend:
    def __init__(self) -> None:
        self.world = World()

    async def node(self) -> MediaServer:
        return DoubleMedia(self.world)

    async def kill(self, node: MediaServer) -> None:
        assert isinstance(node, DoubleMedia)
        self.world.nodes.remove(node)

    def client(self, session: MediaSession) -> Client:
        return DoubleClient(self.world, session)

    async def leftovers(self) -> list[str]:
        return [*map(str, self.world.participants), *map(str, self.world.rooms)]

    async def crash(self) -> None:
        self.world.crash()

    def freeze(self) -> None:
        self.world.hung = True

    def thaw(self) -> None:
        self.world.hung = False


class DoubleClient:
    def __init__(self, world: World, session: MediaSession) -> None:
        self._world = world
        self._ref: SessionRef = session.ref
        self._connections = 0
        self._lines: dict[Mid, str] = {}

    async def offer(self, tracks: Collection[Track]) -> Sdp:
        sending = {track.mid for track in tracks}
        # As in a browser, an m-line stays when its track has gone.
        self._lines |= {track.mid: track.kind.media for track in tracks}
        lines = [
            (mid, kind, "sendonly" if mid in sending else "inactive") for mid, kind in self._lines.items()
        ]
        return sdp_text(lines, f"AA:{self._connections:02X}")

    async def accept(self, answer: Sdp) -> None:
        assert answer

    async def answer(self, offer: Offer) -> Sdp:
        return answer_to(offer.sdp)

    async def receiving(self) -> frozenset[StreamId]:
        return self._world.hears(self._ref)

    async def leave_publishing(self) -> None:
        self._connections += 1
        self._lines.clear()
        self._world.hang_up(self._ref, Leg.PUBLISHER, HangupReason.CLOSED)

    async def close(self) -> None:
        self._connections += 1


class JanusBackend:
    """``pacer``: sends for all clients of a test."""

    def __init__(self, janus: RunningJanus, pacer: Pacer) -> None:
        self.janus = janus
        self.pacer = pacer
        self._nodes: list[JanusMedia] = []

    async def node(self) -> MediaServer:
        node = JanusMedia(self.janus.api_url, self.janus.admin_url, self.janus.secrets)
        node.start()
        self._nodes.append(node)
        return node

    async def kill(self, node: MediaServer) -> None:
        assert isinstance(node, JanusMedia)
        self._nodes.remove(node)
        await node.close()

    def client(self, session: MediaSession) -> Client:
        return JanusTestClient(self.pacer)

    async def leftovers(self) -> list[str]:
        async with self.look() as client:
            sessions = await client.list_sessions()
            rooms = (await client.ask({"request": "list", "admin_key": self.janus.secrets.room_creation}))[
                "list"
            ]
            handles = {session: await client.list_handles(session) for session in sessions}
        crowded = [f"{len(found)} handles" for found in handles.values() if len(found) > HANDLES]
        return [*map(str, sessions), *(str(room["room"]) for room in rooms), *crowded]

    @contextlib.asynccontextmanager
    async def look(self) -> AsyncIterator[JanusClient]:
        """A connection to look behind the scenes with."""
        client = JanusClient(self.janus.api_url, self.janus.admin_url, self.janus.secrets)
        client.start()
        try:
            yield client
        finally:
            await client.close()

    async def crash(self) -> None:
        self.janus.crash()
        # In this thread: Janus dies with the thread that started it.
        self.janus.start()

    def freeze(self) -> None:
        self.janus.freeze()

    def thaw(self) -> None:
        self.janus.thaw()

    async def close(self) -> None:
        await asyncio.gather(*(node.close() for node in self._nodes))


@cache
def picture(width: int, height: int) -> loops.Loop:
    return loops.video("contract", width=width, height=height, rate=20, seconds=1)


@cache
def sound() -> loops.Loop:
    return loops.sound(None, seconds=1)


def send_track(track: Track) -> SendTrack:
    return SendTrack.single(track.mid, sound() if track.kind.media == "audio" else picture(160, 90))


class JanusTestClient:
    """A client with real sockets, encryption and packets."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self.publisher = Publisher(pacer, [])
        self.subscriber = Subscriber()
        self._sending: set[Mid] = set()
        self.streams: dict[Mid, StreamId] = {}
        self._discarded: list[Subscriber] = []

    @classmethod
    def without_pacer(cls) -> "JanusTestClient":
        """For somebody who never sends."""
        return cls(Pacer())

    async def offer(self, tracks: Collection[Track]) -> Sdp:
        wanted = {track.mid: track for track in tracks}
        for mid in sorted(self._sending - wanted.keys()):
            self.publisher.drop(mid)
        for mid in sorted(wanted.keys() - self._sending):
            self.publisher.add(send_track(wanted[mid]))
        self._sending = set(wanted)
        return check_sdp(await self.publisher.offer())

    async def accept(self, answer: Sdp) -> None:
        await self.publisher.accept(answer)

    async def answer(self, offer: Offer) -> Sdp:
        if offer.fresh:
            self._discarded.append(self.subscriber)
            self.subscriber = Subscriber()
        self.streams = dict(offer.streams)
        return check_sdp(await self.subscriber.answer(offer.sdp))

    async def receiving(self) -> frozenset[StreamId]:
        before = {mid: self.subscriber.tally(mid).received for mid in self.streams}
        await asyncio.sleep(LISTEN_SECONDS)
        return frozenset(
            s for mid, s in self.streams.items() if self.subscriber.tally(mid).received > before[mid]
        )

    async def leave_publishing(self) -> None:
        await self.publisher.close()
        self.publisher, self._sending = Publisher(self._pacer, []), set()

    async def close(self) -> None:
        await self.publisher.close()
        for subscriber in (self.subscriber, *self._discarded):
            await subscriber.close()


__all__ = ["Backend", "DoubleBackend", "DoubleSession", "JanusBackend", "JanusTestClient"]
