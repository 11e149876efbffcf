"""Two Janus behind one port: a room is on one of them, and what befalls one is not felt on the other."""

import uuid
from collections.abc import AsyncIterator, Iterator

import pytest

from bailiwick.media.janus.adapter import JanusMedia
from bailiwick.media.janus.several import SeveralJanus, name_of
from bailiwick.media.port import Health, RoomId, Rooms, SessionGone, SessionRef, TrackKind
from bailiwick.swarm.pacer import Pacer
from tests.contracts.backends import JanusTestClient
from tests.contracts.people import Person, eventually
from tests.servers.janus import RunningJanus, running_janus

pytestmark = pytest.mark.janus
MICROPHONE = TrackKind.MICROPHONE


@pytest.fixture(scope="module")
def pair() -> Iterator[list[RunningJanus]]:
    secret = uuid.uuid4().bytes * 2
    with running_janus(secret=secret) as one, running_janus(secret=secret) as two:
        yield [one, two]


def several(*servers: RunningJanus) -> SeveralJanus:
    names = [name_of(server.api_url) for server in servers]
    return SeveralJanus(
        {
            name: JanusMedia(server.api_url, server.admin_url, server.secrets, name=name)
            for name, server in zip(names, servers, strict=True)
        }
    )


@pytest.fixture
async def media(pair: list[RunningJanus]) -> AsyncIterator[SeveralJanus]:
    made = several(*pair)
    made.start()
    yield made
    await made.destroy(await made.sessions())
    await made.close()


def rooms_on_each(media: SeveralJanus, pair: list[RunningJanus]) -> list[RoomId]:
    """A room for each, in the order of the pair."""
    found: dict[str, RoomId] = {}
    while len(found) < len(pair):
        room = RoomId(uuid.uuid4().hex)
        found.setdefault(media.place(room), room)
    return [found[name_of(server.api_url)] for server in pair]


async def talking(media: SeveralJanus, room: RoomId, pacer: Pacer) -> tuple[Person, Person]:
    """Two people in a room, the second of whom hears the first."""
    await media.open_room(room, 10)
    ann, bo = [Person(room, await media.open_session(room), JanusTestClient(pacer)) for _ in range(2)]
    streams = await ann.publish(MICROPHONE)
    await bo.listen(streams)
    await eventually(bo.hears, frozenset(streams))
    return ann, bo


async def close(*people: Person) -> None:
    for person in people:
        await person.client.close()


def test_a_room_stays_where_it_is_when_another_janus_is_taken_out(pair: list[RunningJanus]) -> None:
    three = SeveralJanus({name: JanusMedia("ws://x", "ws://x", pair[0].secrets, name=name) for name in "abc"})
    two = SeveralJanus({name: JanusMedia("ws://x", "ws://x", pair[0].secrets, name=name) for name in "ab"})
    rooms = [RoomId(f"{number:032x}") for number in range(300)]
    assert {three.place(room) for room in rooms} == set("abc")
    assert all(two.place(room) == three.place(room) for room in rooms if three.place(room) != "c")


async def test_rooms_are_spread_and_each_is_whole_on_one_of_them(
    media: SeveralJanus, pair: list[RunningJanus]
) -> None:
    async with Pacer() as pacer:
        for room, server in zip(rooms_on_each(media, pair), pair, strict=True):
            ann, bo = await talking(media, room, pacer)
            assert {person.session.ref.split("-")[0] for person in (ann, bo)} == {name_of(server.api_url)}
            assert {ann.session.ref, bo.session.ref} <= await media.sessions()
            await close(ann, bo)
            await media.close_room(room)


async def test_people_in_rooms_on_both_are_silenced_and_destroyed_in_one_go(
    media: SeveralJanus, pair: list[RunningJanus]
) -> None:
    async with Pacer() as pacer:
        people = [await talking(media, room, pacer) for room in rooms_on_each(media, pair)]
        for ann, bo in people:
            await media.silence(ann.room, [ann.session.ref])
            await eventually(bo.hears, frozenset())
        refs = {person.session.ref for both in people for person in both}
        await media.destroy([*refs, SessionRef("nobody-1"), SessionRef("7")])
        assert not refs & await media.sessions()
        for both in people:
            await close(*both)


async def test_a_session_that_is_not_where_its_room_belongs_is_gone(
    media: SeveralJanus, pair: list[RunningJanus]
) -> None:
    here, there = rooms_on_each(media, pair)
    await media.open_room(here, 10)
    session = await media.open_session(here)
    assert (await media.claim_session(here, session.ref)).feed == session.feed
    with pytest.raises(SessionGone):
        await media.claim_session(there, session.ref)


async def test_when_one_restarts_its_rooms_are_lost_and_in_the_others_not_a_word_is(
    media: SeveralJanus, pair: list[RunningJanus]
) -> None:
    lost: list[Rooms] = []
    media.on_lost(lost.append)
    async with Pacer() as pacer:
        (ann, bo), (cleo, dan) = [await talking(media, room, pacer) for room in rooms_on_each(media, pair)]
        pair[1].crash()
        await eventually(media.health, Health.SOME)
        assert ann.session.ref in await media.sessions()
        assert await bo.hears()
        pair[1].start()
        await eventually(media.health, Health.ALL)
        await eventually(lambda: told(lost), 1)
        assert [lost[0](person.room) for person in (ann, cleo)] == [False, True]
        with pytest.raises(SessionGone):
            await media.claim_session(cleo.room, cleo.session.ref)
        assert await bo.hears()
        await close(ann, bo, cleo, dan)


async def told(lost: list[Rooms]) -> int:
    return len(lost)
