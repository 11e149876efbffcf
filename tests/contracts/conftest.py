"""Fixtures of the contract suite. ``backend`` runs a test twice: on the test double and on a real Janus."""

import uuid
from collections.abc import AsyncIterator

import pytest

from bailiwick.media.port import MediaServer, RoomId
from bailiwick.swarm.pacer import Pacer
from tests.contracts.backends import Backend, DoubleBackend, JanusBackend
from tests.contracts.people import Person, eventually
from tests.servers.janus import RunningJanus


class Meeting:
    """One room on one node. ``join`` brings people in; they are all cleared away after the test."""

    def __init__(self, backend: Backend, server: MediaServer) -> None:
        self.backend = backend
        self.server = server
        self.room = RoomId(uuid.uuid4().hex)
        self.people: list[Person] = []
        self.rooms = {self.room}

    async def open(self) -> None:
        await self.server.open_room(self.room, capacity=30)

    async def another_room(self) -> RoomId:
        room = RoomId(uuid.uuid4().hex)
        self.rooms.add(room)
        await self.server.open_room(room, capacity=30)
        return room

    async def join(self, *, server: MediaServer | None = None, room: RoomId | None = None) -> Person:
        session = await (server or self.server).open_session(room or self.room)
        person = Person(room or self.room, session, self.backend.client(session))
        self.people.append(person)
        return person

    async def join_many(self, number: int) -> list[Person]:
        return [await self.join() for _ in range(number)]

    async def clear(self) -> None:
        for person in self.people:
            await person.client.close()
        # Whatever a test did to its own node: another clears up.
        server = await self.backend.node()
        await server.destroy([person.session.ref for person in self.people])
        for room in self.rooms:
            await server.close_room(room)


@pytest.fixture
async def double() -> DoubleBackend:
    return DoubleBackend()


@pytest.fixture
async def janus(janus_server: RunningJanus) -> AsyncIterator[JanusBackend]:
    async with Pacer() as pacer:
        backend = JanusBackend(janus_server, pacer)
        yield backend
        await backend.close()


@pytest.fixture(params=["double", pytest.param("janus", marks=pytest.mark.janus)])
def backend(request: pytest.FixtureRequest) -> Backend:
    found: Backend = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def meeting(backend: Backend) -> AsyncIterator[Meeting]:
    """Fails the test if a session, a room or a handle is left over."""
    meeting = Meeting(backend, await backend.node())
    await meeting.open()
    yield meeting
    assert not [line for line in await backend.leftovers() if "handles" in line]
    await meeting.clear()
    await eventually(backend.leftovers, [])


@pytest.fixture
async def janus_meeting(janus: JanusBackend) -> AsyncIterator[Meeting]:
    meeting = Meeting(janus, await janus.node())
    await meeting.open()
    yield meeting
    await meeting.clear()
    await eventually(janus.leftovers, [])
