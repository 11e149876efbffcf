"""The media port: rooms, silence, destroy, claim, loss. Each test runs on the double and on Janus."""

import asyncio

import pytest

from bailiwick.media.double import answer_to
from bailiwick.media.port import (
    Connected,
    Fault,
    Gone,
    Health,
    Leg,
    MediaError,
    Mid,
    Published,
    PublishedTrack,
    RoomId,
    SessionGone,
    SessionRef,
    StreamId,
    TrackKind,
)
from tests.contracts.conftest import Meeting
from tests.contracts.people import Person, comes, eventually

MICROPHONE, CAMERA, SCREEN = TrackKind.MICROPHONE, TrackKind.CAMERA, TrackKind.SCREEN
UNKNOWN = SessionRef("12345")


async def everybody_talks(meeting: Meeting, number: int) -> list[Person]:
    """Each publishes a microphone and hears all others."""
    people = await meeting.join_many(number)
    streams = [(await person.publish(MICROPHONE))[0] for person in people]
    for person in people:
        await person.listen(stream for stream in streams if stream.feed != person.session.feed)
    for person in people:
        await eventually(person.hears, {stream for stream in streams if stream.feed != person.session.feed})
    return people


# Rooms


async def test_a_room_is_opened_twice_and_adopted_by_another_node(meeting: Meeting) -> None:
    await meeting.server.open_room(meeting.room, capacity=30)
    other = await meeting.backend.node()
    await other.open_room(meeting.room, capacity=50)
    ann, bo = await meeting.join(), await meeting.join(server=other)
    streams = await ann.publish(MICROPHONE)
    await bo.listen(streams)
    await eventually(bo.hears, set(streams))


async def test_there_is_no_session_without_a_room(meeting: Meeting) -> None:
    with pytest.raises(MediaError) as caught:
        await meeting.server.open_session(RoomId("0" * 32))
    assert caught.value.fault is Fault.NO_SUCH_ROOM


async def test_closing_a_room_ends_the_media_in_it(meeting: Meeting) -> None:
    ann, bo = await everybody_talks(meeting, 2)
    await meeting.server.close_room(meeting.room)
    await comes(ann, Gone())
    await eventually(bo.hears, set())
    with pytest.raises(SessionGone):
        await ann.session.subscribe(frozenset())
    await meeting.server.close_room(meeting.room)


async def test_many_sessions_are_opened_at_once(meeting: Meeting) -> None:
    people = await asyncio.gather(*(meeting.join() for _ in range(20)))
    refs = {person.session.ref for person in people}
    assert len(refs) == len({person.session.feed for person in people}) == 20
    assert await meeting.server.sessions() == refs
    assert max(map(len, refs)) <= 32


# Silence


async def test_who_is_silenced_neither_hears_nor_is_heard(meeting: Meeting) -> None:
    ann, bo, cy = await everybody_talks(meeting, 3)
    await meeting.server.silence(meeting.room, [ann.session.ref])
    await eventually(ann.hears, set())
    await eventually(bo.hears, {StreamId(cy.session.feed, Mid("0"))})
    await comes(ann, Gone())
    await meeting.server.destroy([ann.session.ref])
    await asyncio.sleep(0.05)
    assert ann.events.index(Gone()) == len(ann.events) - 1


async def test_who_is_silenced_cannot_begin_again(meeting: Meeting) -> None:
    ann, _ = await everybody_talks(meeting, 2)
    await meeting.server.silence(meeting.room, [ann.session.ref])
    with pytest.raises(SessionGone):
        await ann.session.publish(await ann.client.offer(ann.tracks.values()), list(ann.tracks.values()))
    with pytest.raises(SessionGone):
        await ann.session.subscribe(frozenset(), fresh=True)
    with pytest.raises(SessionGone):
        await ann.session.mute(())
    with pytest.raises(SessionGone):
        await meeting.server.claim_session(meeting.room, ann.session.ref)


async def test_another_node_can_silence_and_destroy(meeting: Meeting) -> None:
    ann, bo = await everybody_talks(meeting, 2)
    other = await meeting.backend.node()
    await other.silence(meeting.room, [ann.session.ref])
    await comes(ann, Gone())
    await eventually(ann.hears, set())
    await eventually(bo.hears, set())
    await other.destroy([ann.session.ref])
    assert await meeting.server.sessions() == {bo.session.ref}
    with pytest.raises(SessionGone):
        await ann.session.subscribe(frozenset())


async def test_silencing_the_unknown_or_the_same_again_is_fine(meeting: Meeting) -> None:
    ann = await meeting.join()
    await ann.publish(MICROPHONE)
    for _ in range(2):
        await meeting.server.silence(meeting.room, [UNKNOWN, ann.session.ref, SessionRef("no such thing")])
    await meeting.server.silence(RoomId("0" * 32), [UNKNOWN])
    await meeting.server.silence(meeting.room, [])


async def test_who_has_published_nothing_can_be_silenced(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    streams = await ann.publish(MICROPHONE)
    await bo.listen(streams)
    await eventually(bo.hears, set(streams))
    await meeting.server.silence(meeting.room, [bo.session.ref])
    await eventually(bo.hears, set())


# Destroy


async def test_destroying_twenty(meeting: Meeting) -> None:
    people = await meeting.join_many(22)
    gone, staying = people[:20], people[20:]
    await meeting.server.destroy([person.session.ref for person in gone])
    assert await meeting.server.sessions() == {person.session.ref for person in staying}
    for person in gone:
        await comes(person, Gone())
        with pytest.raises(SessionGone):
            await person.session.subscribe(frozenset())


async def test_destroying_at_the_same_time_the_same_and_the_unknown_is_fine(meeting: Meeting) -> None:
    people = await everybody_talks(meeting, 3)
    refs = [person.session.ref for person in people]
    await asyncio.gather(*(meeting.server.destroy([UNKNOWN, *refs]) for _ in range(3)))
    await meeting.server.destroy([])
    assert not await meeting.server.sessions()


async def test_destroying_ends_the_media(meeting: Meeting) -> None:
    ann, bo = await everybody_talks(meeting, 2)
    await meeting.server.destroy([ann.session.ref])
    await eventually(bo.hears, set())
    await eventually(ann.hears, set())


# Claim


async def test_another_node_takes_a_session_over_without_a_gap(meeting: Meeting) -> None:
    _, bo = await everybody_talks(meeting, 2)
    heard = await bo.hears()
    other = await meeting.backend.node()
    await bo.take(other)
    assert await bo.hears() == heard
    await comes(bo, Connected(Leg.PUBLISHER))
    await comes(bo, Connected(Leg.SUBSCRIBER))
    await comes(bo, Published((PublishedTrack(Mid("0"), MICROPHONE),)))
    assert await bo.session.subscribe(heard) is None


async def test_a_session_outlives_its_node(meeting: Meeting) -> None:
    ann, bo = await everybody_talks(meeting, 2)
    heard = await bo.hears()
    await meeting.backend.kill(meeting.server)
    meeting.server = await meeting.backend.node()
    for person in (ann, bo):
        await person.take(meeting.server)
    assert await bo.hears() == heard
    (screen,) = await ann.publish(SCREEN)
    await bo.listen({*heard, screen})
    await eventually(bo.hears, {*heard, screen})


async def test_a_mute_outlives_its_node(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    microphone, camera = await ann.publish(MICROPHONE, CAMERA)
    await ann.session.mute({MICROPHONE})
    await bo.listen([microphone, camera])
    await ann.take(await meeting.backend.node())
    await eventually(bo.hears, {camera})
    await ann.session.mute({MICROPHONE, CAMERA})
    await eventually(bo.hears, set())
    await ann.session.mute(())
    await eventually(bo.hears, {microphone, camera})


async def test_whoever_takes_over_knows_what_is_published_and_muted(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    microphone, camera, screen = await ann.publish(MICROPHONE, CAMERA, SCREEN)
    await ann.drop(screen.mid)
    await ann.session.mute({MICROPHONE})
    await ann.take(await meeting.backend.node())
    await comes(ann, Published((PublishedTrack(Mid("0"), MICROPHONE), PublishedTrack(Mid("1"), CAMERA))))
    await ann.client.leave_publishing()
    await comes(ann, Published(()))
    await ann.negotiate()
    await bo.listen([microphone, camera])
    await eventually(bo.hears, {camera})


async def test_whoever_takes_over_an_unanswered_offer_makes_a_fresh_one(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    streams = await ann.publish(MICROPHONE)
    lost = await bo.session.subscribe(frozenset(streams))
    assert lost is not None
    await bo.take(await meeting.backend.node())
    offer = await bo.listen(streams)
    assert offer is not None
    assert offer.fresh
    assert offer.revision > lost.revision
    with pytest.raises(MediaError) as caught:
        await bo.session.answer(answer_to(lost.sdp), lost.revision)
    assert caught.value.fault is Fault.BAD_REVISION
    await eventually(bo.hears, set(streams))


async def test_the_session_object_before_the_claim_is_of_no_more_use(meeting: Meeting) -> None:
    ann = await meeting.join()
    before = ann.session
    await ann.take(meeting.server)
    with pytest.raises(SessionGone):
        await before.subscribe(frozenset())
    await ann.publish(MICROPHONE)


async def test_a_session_that_is_not_there_cannot_be_claimed(meeting: Meeting) -> None:
    ann = await meeting.join()
    await meeting.server.destroy([ann.session.ref])
    for ref in (ann.session.ref, UNKNOWN, SessionRef("")):
        with pytest.raises(SessionGone):
            await meeting.server.claim_session(meeting.room, ref)


async def test_a_session_is_claimed_in_its_own_room_only(meeting: Meeting) -> None:
    ann = await meeting.join()
    with pytest.raises(SessionGone):
        await meeting.server.claim_session(await meeting.another_room(), ann.session.ref)


# Loss


async def test_after_a_crash_everything_is_gone_and_can_be_made_again(meeting: Meeting) -> None:
    lost: list[str] = []
    meeting.server.on_lost(lambda _rooms: lost.append("told"))
    ann, bo = await everybody_talks(meeting, 2)
    await meeting.backend.crash()
    await eventually(meeting.server.health, wanted=Health.ALL)
    await comes(ann, Gone())
    assert lost == ["told"]
    assert not await meeting.server.sessions()
    with pytest.raises(SessionGone):
        await bo.session.subscribe(frozenset())
    with pytest.raises(MediaError) as caught:
        await meeting.server.open_session(meeting.room)
    assert caught.value.fault is Fault.NO_SUCH_ROOM
    await meeting.server.destroy([ann.session.ref, bo.session.ref])
    await meeting.open()
    await everybody_talks(meeting, 2)


async def test_a_hung_media_server_is_found_out(meeting: Meeting) -> None:
    assert await meeting.server.health() is Health.ALL
    ann = await meeting.join()
    meeting.backend.freeze()
    try:
        started = asyncio.get_running_loop().time()
        assert await meeting.server.health() is Health.NONE
        assert asyncio.get_running_loop().time() - started < 3
    finally:
        meeting.backend.thaw()
    await eventually(meeting.server.health, wanted=Health.ALL)
    await ann.publish(MICROPHONE)
