"""A meeting for the contract suite: people with a media session and a client, on either media server."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Protocol

from bailiwick.media.port import (
    MediaEvent,
    MediaServer,
    MediaSession,
    Mid,
    Offer,
    Published,
    PublishedTrack,
    RoomId,
    Sdp,
    StreamId,
    Track,
    TrackKind,
)

SECONDS = 20.0


class Client(Protocol):
    """The participant's side: one connection to publish on, one to receive on."""

    async def offer(self, tracks: Collection[Track]) -> Sdp:
        """An offer of exactly these tracks, on the connection there is."""
        ...

    async def accept(self, answer: Sdp) -> None: ...

    async def answer(self, offer: Offer) -> Sdp: ...

    async def receiving(self) -> frozenset[StreamId]:
        """The streams of the last offer whose packets arrive now."""
        ...

    async def leave_publishing(self) -> None:
        """Close the publishing connection; the next offer is on a new one."""
        ...

    async def close(self) -> None: ...


class Person:
    """One participant, their session and their client, with the signalling in between."""

    def __init__(self, room: RoomId, session: MediaSession, client: Client) -> None:
        self.room = room
        self.session = session
        self.client = client
        self.events: list[MediaEvent] = []
        self.tracks: dict[Mid, Track] = {}
        self.last_offer: Offer | None = None
        self._mids = 0
        session.on_event(self.events.append)

    async def publish(self, *kinds: TrackKind) -> list[StreamId]:
        """Add tracks of these kinds; their streams."""
        added = []
        for kind in kinds:
            track = Track(Mid(str(self._mids)), kind)
            self._mids += 1
            self.tracks[track.mid] = track
            added.append(StreamId(self.session.feed, track.mid))
        await self.negotiate()
        return added

    async def drop(self, *mids: Mid) -> None:
        for mid in mids:
            del self.tracks[mid]
        await self.negotiate()

    async def negotiate(self) -> None:
        """Publish what ``tracks`` holds, and wait until others can subscribe to it."""
        offer = await self.client.offer(self.tracks.values())
        before = len(self.events)
        answer = await self.session.publish(offer, list(self.tracks.values()))
        await self.client.accept(answer)
        published = tuple(PublishedTrack(track.mid, track.kind) for track in self.tracks.values())
        await eventually(lambda: self._told(Published(published), before), wanted=True)

    async def _told(self, event: MediaEvent, since: int) -> bool:
        return event in self.events[since:]

    async def listen(self, streams: Iterable[StreamId], *, fresh: bool = False) -> Offer | None:
        """Subscribe to exactly these and answer what comes; the last offer."""
        offer = await self.session.subscribe(frozenset(streams), fresh=fresh)
        while offer is not None:
            self.last_offer = offer
            offer = await self.session.answer(await self.client.answer(offer), offer.revision)
        return self.last_offer

    async def hears(self) -> frozenset[StreamId]:
        return await self.client.receiving()

    async def take(self, server: MediaServer) -> None:
        """Another node takes the session over; the client goes on as it was."""
        self.session = await server.claim_session(self.room, self.session.ref)
        self.events = []
        self.session.on_event(self.events.append)


async def eventually(look: Callable[[], Awaitable[object]], wanted: object, seconds: float = SECONDS) -> None:
    """Look again until it is as wanted; the assertion fails with what was last seen."""
    end = asyncio.get_running_loop().time() + seconds
    seen = await look()
    while seen != wanted and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.02)
        seen = await look()
    assert seen == wanted


async def comes(person: Person, event: MediaEvent, seconds: float = SECONDS) -> None:
    """Wait for an event; the assertion fails with those that came instead."""

    async def came() -> bool:
        return event in person.events

    with contextlib.suppress(AssertionError):
        await eventually(came, wanted=True, seconds=seconds)
    assert event in person.events
