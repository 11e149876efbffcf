"""The double's own: faults ordered beforehand, and what a test can see."""

import asyncio

import pytest

from bailiwick.media.double import DoubleMedia, World, answer_to, offer_of
from bailiwick.media.port import (
    Connected,
    Fault,
    Gone,
    Hangup,
    HangupReason,
    Health,
    Leg,
    MediaError,
    MediaEvent,
    Mid,
    Published,
    RoomId,
    SessionGone,
    StreamId,
    Talking,
    Track,
    TrackKind,
)

ROOM = RoomId("a" * 32)
TRACKS = [Track(Mid("0"), TrackKind.MICROPHONE)]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def media(world: World) -> DoubleMedia:
    media = DoubleMedia(world)
    await media.open_room(ROOM, 10)
    return media


async def test_a_fault_before_leaves_no_effect_and_one_after_leaves_it(
    world: World, media: DoubleMedia
) -> None:
    session = await media.open_session(ROOM)
    world.fail("silence", Fault.TIMEOUT)
    world.fail("silence", Fault.TIMEOUT, after=True)
    for silenced in (False, True):
        with pytest.raises(MediaError) as caught:
            await media.silence(ROOM, [session.ref])
        assert caught.value.fault is Fault.TIMEOUT
        assert world.participants[session.ref].silenced is silenced
    await media.silence(ROOM, [session.ref])
    assert world.calls["silence"] == 3


async def test_a_session_whose_opening_fails_is_not_left_behind(world: World, media: DoubleMedia) -> None:
    world.fail("open_session", after=True)
    with pytest.raises(MediaError):
        await media.open_session(ROOM)
    assert world.participants == {}


async def test_a_fault_can_be_a_session_gone(world: World, media: DoubleMedia) -> None:
    session = await media.open_session(ROOM)
    world.fail("publish", Fault.SESSION_GONE)
    with pytest.raises(SessionGone):
        await session.publish(offer_of(TRACKS), TRACKS)


async def test_a_call_can_be_held_back(world: World, media: DoubleMedia) -> None:
    go_on = world.hold("destroy")
    session = await media.open_session(ROOM)
    destroying = asyncio.create_task(media.destroy([session.ref]))
    await asyncio.sleep(0)
    assert session.ref in world.participants
    go_on.set()
    await destroying
    assert world.participants == {}


async def test_a_hung_world_answers_nobody(world: World, media: DoubleMedia) -> None:
    session = await media.open_session(ROOM)
    world.hung = True
    assert await media.health() is Health.NONE
    for call in (media.sessions(), session.mute([]), media.destroy([session.ref])):
        with pytest.raises(MediaError) as caught:
            await call
        assert caught.value.fault is Fault.TIMEOUT


async def test_every_node_learns_of_a_crash(world: World, media: DoubleMedia) -> None:
    told: list[str] = []
    other = DoubleMedia(world)
    media.on_lost(lambda _rooms: told.append("one"))
    other.on_lost(lambda _rooms: told.append("two"))
    world.crash()
    assert told == ["one", "two"]
    assert world.rooms == {}


async def test_events_can_be_made_to_happen(world: World, media: DoubleMedia) -> None:
    events: list[MediaEvent] = []
    ann, bo = await media.open_session(ROOM), await media.open_session(ROOM)
    ann.on_event(events.append)
    await ann.publish(offer_of(TRACKS), TRACKS)
    await bo.publish(offer_of(TRACKS), TRACKS)
    stream = StreamId(bo.feed, Mid("0"))
    offer = await ann.subscribe([stream])
    assert offer is not None
    await ann.answer(answer_to(offer.sdp), offer.revision)
    assert world.hears(ann.ref) == {stream}
    world.talk(ann.ref, talking=True)
    world.hang_up(ann.ref, Leg.SUBSCRIBER)
    world.hang_up(ann.ref, Leg.PUBLISHER, HangupReason.CLOSED)
    await media.destroy([ann.ref])
    await asyncio.sleep(0)
    assert [event for event in events if not isinstance(event, Published)] == [
        Connected(Leg.PUBLISHER),
        Connected(Leg.SUBSCRIBER),
        Talking(talking=True),
        Hangup(Leg.SUBSCRIBER, HangupReason.ICE_FAILED),
        Hangup(Leg.PUBLISHER, HangupReason.CLOSED),
        Gone(),
    ]
    assert world.hears(ann.ref) == frozenset()
