"""``media.port.MediaServer`` on several Janus at once: a room, with all its sessions, is on one of them.

Which one follows from the room's id and the names alone (rendezvous hashing), so every node finds it without
asking, and taking one out of the settings moves its rooms and no others. A session's ref begins with its
Janus' name: one that is not where its room belongs now is gone, and the gate opens another.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from hashlib import sha256

from bailiwick.media.janus.adapter import JanusMedia, carry_out
from bailiwick.media.janus.names import Name
from bailiwick.media.janus.session import JanusSession
from bailiwick.media.port import Health, MediaError, RoomId, Rooms, SessionRef


def name_of(api_url: str) -> str:
    """What sessions on the Janus at this address are called by; the address itself stays out of the rows."""
    return sha256(api_url.encode()).hexdigest()[:8]


class SeveralJanus:
    """``janus``: by name, each made with it."""

    def __init__(self, janus: Mapping[str, JanusMedia]) -> None:
        self._janus = dict(janus)

    def start(self) -> None:
        """Connect to all of them in the background."""
        for each in self._janus.values():
            each.start()

    async def close(self) -> None:
        """Close the connections, leaving every session to be claimed."""
        await asyncio.gather(*(each.close() for each in self._janus.values()))

    def place(self, room: RoomId) -> str:
        """The name of the Janus where this room belongs."""
        return max(self._janus, key=lambda name: sha256(f"{name} {room}".encode()).digest())

    async def open_room(self, room: RoomId, capacity: int) -> None:
        await self._at(room).open_room(room, capacity)

    async def close_room(self, room: RoomId) -> None:
        await self._at(room).close_room(room)

    async def open_session(self, room: RoomId) -> JanusSession:
        return await self._at(room).open_session(room)

    async def claim_session(self, room: RoomId, ref: SessionRef) -> JanusSession:
        return await self._at(room).claim_session(room, ref)

    async def silence(self, room: RoomId, refs: Collection[SessionRef]) -> None:
        """On all: one whose room has moved may have people in it still."""
        await carry_out(janus.silence(room, own) for janus, own in self._owners(refs))

    async def destroy(self, refs: Collection[SessionRef]) -> None:
        await carry_out(janus.destroy(own) for janus, own in self._owners(refs))

    async def sessions(self) -> frozenset[SessionRef]:
        """Of those that answer: what is not listed may be on one that does not."""
        answers = await asyncio.gather(
            *(janus.sessions() for janus in self._janus.values()), return_exceptions=True
        )
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        if len(failures) == len(answers) or any(not isinstance(one, MediaError) for one in failures):
            raise failures[0]
        return frozenset(ref for answer in answers if not isinstance(answer, BaseException) for ref in answer)

    def on_lost(self, callback: Callable[[Rooms], None]) -> None:
        for name, janus in self._janus.items():
            janus.on_lost(partial(self._lost, callback, name))

    def _lost(self, callback: Callable[[Rooms], None], name: str, _every: Rooms) -> None:
        callback(lambda room: self.place(room) == name)

    async def health(self) -> Health:
        found = set(await asyncio.gather(*(janus.health() for janus in self._janus.values())))
        return found.pop() if len(found) == 1 else Health.SOME

    def _at(self, room: RoomId) -> JanusMedia:
        return self._janus[self.place(room)]

    def _owners(self, refs: Collection[SessionRef]) -> Iterator[tuple[JanusMedia, list[SessionRef]]]:
        """Each Janus that has some of these sessions, with its own."""
        for name, janus in self._janus.items():
            own = [ref for ref in refs if Name(name).number(ref) is not None]
            if own:
                yield janus, own
