"""The media port: publishing, subscribing, layers, mute. Each test runs on the double and on Janus."""

import pytest

from bailiwick.media.double import offer_of
from bailiwick.media.port import (
    Connected,
    Fault,
    Hangup,
    HangupReason,
    Layer,
    Leg,
    MediaError,
    Mid,
    Published,
    PublishedTrack,
    StreamId,
    Track,
    TrackKind,
)
from bailiwick.media.sdp import sections
from tests.contracts.conftest import Meeting
from tests.contracts.people import comes, eventually

MICROPHONE, CAMERA = TrackKind.MICROPHONE, TrackKind.CAMERA
SCREEN, SCREEN_AUDIO = TrackKind.SCREEN, TrackKind.SCREEN_AUDIO


async def test_who_subscribes_hears_what_is_published(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    streams = await ann.publish(MICROPHONE, CAMERA)
    await comes(ann, Connected(Leg.PUBLISHER))
    await comes(ann, Published((PublishedTrack(Mid("0"), MICROPHONE), PublishedTrack(Mid("1"), CAMERA))))
    await bo.publish(MICROPHONE)
    offer = await bo.listen(streams)
    assert offer is not None
    assert offer.fresh
    assert set(offer.streams.values()) == set(streams)
    await comes(bo, Connected(Leg.SUBSCRIBER))
    await eventually(bo.hears, set(streams))
    await eventually(ann.hears, set())


async def test_who_publishes_nothing_can_listen(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    streams = await ann.publish(MICROPHONE)
    await bo.listen(streams)
    await eventually(bo.hears, set(streams))


async def test_the_same_set_twice_negotiates_nothing(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    streams = await ann.publish(MICROPHONE)
    await bo.listen(streams)
    assert await bo.session.subscribe(frozenset(streams)) is None


async def test_streams_that_are_not_there_are_left_out_until_they_come(meeting: Meeting) -> None:
    ann, bo, cy = await meeting.join_many(3)
    first = await ann.publish(MICROPHONE)
    nobody = StreamId(cy.session.feed, Mid("0"))
    no_track = StreamId(ann.session.feed, Mid("7"))
    offer = await bo.listen([*first, nobody, no_track])
    assert offer is not None
    assert set(offer.streams.values()) == set(first)
    assert await cy.publish(MICROPHONE) == [nobody]
    offer = await bo.listen([*first, nobody, no_track])
    assert offer is not None
    assert set(offer.streams.values()) == {*first, nobody}
    await eventually(bo.hears, {*first, nobody})


async def test_nothing_wanted_and_nothing_there_negotiates_nothing(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    assert await ann.session.subscribe(frozenset()) is None
    assert await ann.session.subscribe({StreamId(bo.session.feed, Mid("0"))}) is None


async def test_nobody_hears_another_room(meeting: Meeting) -> None:
    ann = await meeting.join()
    stranger = await meeting.join(room=await meeting.another_room())
    streams = await ann.publish(MICROPHONE)
    assert await stranger.session.subscribe(frozenset(streams)) is None


async def test_unsubscribing_ends_it(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    microphone, camera = await ann.publish(MICROPHONE, CAMERA)
    await bo.listen([microphone, camera])
    await eventually(bo.hears, {microphone, camera})
    offer = await bo.listen([microphone])
    assert offer is not None
    assert not offer.fresh
    assert set(offer.streams.values()) == {microphone}
    await eventually(bo.hears, {microphone})
    await bo.listen([])
    await eventually(bo.hears, set())
    await bo.listen([microphone, camera])
    await eventually(bo.hears, {microphone, camera})


async def test_an_m_line_that_is_empty_again_is_used_again(meeting: Meeting) -> None:
    """Else whoever stays for hours, while people come and go, has more of them than `check_sdp` takes."""
    ann, bo, cy = await meeting.join_many(3)
    anns, cys = await ann.publish(MICROPHONE, CAMERA), await cy.publish(MICROPHONE, CAMERA)
    for streams in (anns, cys, anns):
        offer = await bo.listen(streams)
        assert offer is not None
        assert set(offer.streams.values()) == set(streams)
        await bo.listen([])
    assert offer is not None
    assert len(sections(offer.sdp)) == 2


async def test_an_unanswered_offer_holds_the_next_one_back(meeting: Meeting) -> None:
    ann, bo, cy = await meeting.join_many(3)
    anns, cys = await ann.publish(MICROPHONE), await cy.publish(MICROPHONE)
    offer = await bo.session.subscribe(frozenset(anns))
    assert offer is not None
    assert await bo.session.subscribe({*anns, *cys}) is None
    answer = await bo.client.answer(offer)
    following = await bo.session.answer(answer, offer.revision)
    assert following is not None
    assert following.revision > offer.revision
    assert set(following.streams.values()) == {*anns, *cys}
    assert await bo.session.answer(await bo.client.answer(following), following.revision) is None
    await eventually(bo.hears, {*anns, *cys})


async def test_an_answer_to_another_offer_is_refused(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    streams = await ann.publish(MICROPHONE)
    offer = await bo.session.subscribe(frozenset(streams))
    assert offer is not None
    answer = await bo.client.answer(offer)
    for revision in (offer.revision - 1, offer.revision + 1):
        with pytest.raises(MediaError) as caught:
            await bo.session.answer(answer, revision)
        assert caught.value.fault is Fault.BAD_REVISION
    await bo.session.answer(answer, offer.revision)
    with pytest.raises(MediaError):
        await bo.session.answer(answer, offer.revision)
    await eventually(bo.hears, set(streams))


async def test_an_answer_with_other_m_lines_is_refused(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    offer = await bo.session.subscribe(frozenset(await ann.publish(MICROPHONE)))
    assert offer is not None
    other = offer_of([Track(Mid("0"), CAMERA)])
    with pytest.raises(MediaError) as caught:
        await bo.session.answer(other, offer.revision)
    assert caught.value.fault is Fault.BAD_SDP
    assert await bo.session.answer(await bo.client.answer(offer), offer.revision) is None


async def test_a_fresh_offer_replaces_the_connection(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    streams = await ann.publish(MICROPHONE)
    before = await bo.listen(streams)
    await eventually(bo.hears, set(streams))
    after = await bo.listen(streams, fresh=True)
    assert before is not None
    assert after is not None
    assert after.fresh
    assert after.revision > before.revision
    await eventually(bo.hears, set(streams))


async def test_a_fresh_offer_also_replaces_an_unanswered_one(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    streams = await ann.publish(MICROPHONE)
    assert await bo.session.subscribe(frozenset(streams)) is not None
    await bo.listen(streams, fresh=True)
    await eventually(bo.hears, set(streams))


async def test_several_screens_are_shared_at_once_and_dropped(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    (microphone,) = await ann.publish(MICROPHONE)
    one, two, sound = await ann.publish(SCREEN, SCREEN, SCREEN_AUDIO)
    everything = {microphone, one, two, sound}
    await bo.listen(everything)
    await eventually(bo.hears, everything)
    await ann.drop(one.mid)
    left = tuple(PublishedTrack(mid, track.kind) for mid, track in ann.tracks.items())
    await comes(ann, Published(left))
    await bo.listen(everything - {one})
    await eventually(bo.hears, everything - {one})


async def test_who_drops_every_track_publishes_nothing(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    (stream,) = await ann.publish(MICROPHONE)
    await bo.listen([stream])
    await ann.drop(stream.mid)
    await comes(ann, Published(()))
    await eventually(bo.hears, set())


async def test_a_paused_stream_stops_and_goes_on(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    microphone, camera = await ann.publish(MICROPHONE, CAMERA)
    offer = await bo.listen([microphone, camera])
    assert offer is not None
    lines = {stream: mid for mid, stream in offer.streams.items()}
    await eventually(bo.hears, {microphone, camera})
    await bo.session.layers([Layer(lines[camera], None), Layer(Mid("99"), 2)])
    await eventually(bo.hears, {microphone})
    await bo.session.layers([Layer(lines[camera], 1), Layer(lines[microphone], None)])
    await eventually(bo.hears, {camera})


async def test_layers_before_any_subscription_are_passed_over(meeting: Meeting) -> None:
    ann = await meeting.join()
    await ann.session.layers([Layer(Mid("0"), 2)])


async def test_a_hosts_mute_holds_until_it_is_undone(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    microphone, camera = await ann.publish(MICROPHONE, CAMERA)
    await bo.listen([microphone, camera])
    await eventually(bo.hears, {microphone, camera})
    await ann.session.mute({MICROPHONE})
    await eventually(bo.hears, {camera})
    await ann.negotiate()
    await ann.session.mute({MICROPHONE})
    await eventually(bo.hears, {camera})
    await ann.session.mute(())
    await eventually(bo.hears, {microphone, camera})


async def test_new_tracks_of_a_muted_kind_are_muted(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    await ann.session.mute({MICROPHONE, SCREEN})
    microphone, camera = await ann.publish(MICROPHONE, CAMERA)
    (screen,) = await ann.publish(SCREEN)
    await bo.listen([microphone, camera, screen])
    await eventually(bo.hears, {camera})


async def test_a_new_connection_does_not_undo_a_mute(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    microphone, camera = await ann.publish(MICROPHONE, CAMERA)
    await ann.session.mute({MICROPHONE})
    await ann.client.leave_publishing()
    await comes(ann, Hangup(Leg.PUBLISHER, HangupReason.CLOSED))
    await comes(ann, Published(()))
    await ann.negotiate()
    await bo.listen([microphone, camera])
    await eventually(bo.hears, {camera})


async def test_who_comes_back_on_a_new_connection_is_heard_again(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    streams = await ann.publish(MICROPHONE)
    await bo.listen(streams)
    await eventually(bo.hears, set(streams))
    await ann.client.leave_publishing()
    await comes(ann, Published(()))
    ann.events.clear()
    await ann.negotiate()
    await comes(ann, Published((PublishedTrack(Mid("0"), MICROPHONE),)))
    await bo.listen(streams)
    await eventually(bo.hears, set(streams))


@pytest.mark.parametrize(
    "declared",
    [
        [],
        [Track(Mid("0"), CAMERA)],
        [Track(Mid("1"), MICROPHONE)],
        [Track(Mid("0"), MICROPHONE), Track(Mid("1"), MICROPHONE)],
        [Track(Mid("0"), MICROPHONE), Track(Mid("0"), SCREEN_AUDIO)],
    ],
)
async def test_tracks_must_be_declared_as_they_are_offered(meeting: Meeting, declared: list[Track]) -> None:
    ann = await meeting.join()
    offer = await ann.client.offer([Track(Mid("0"), MICROPHONE)])
    with pytest.raises(MediaError) as caught:
        await ann.session.publish(offer, declared)
    assert caught.value.fault is Fault.BAD_TRACKS


async def test_a_new_listener_is_told_the_present_state(meeting: Meeting) -> None:
    ann, bo = await meeting.join_many(2)
    streams = await ann.publish(MICROPHONE)
    await ann.listen(await bo.publish(MICROPHONE))
    await comes(ann, Connected(Leg.SUBSCRIBER))
    ann.events = []
    ann.session.on_event(ann.events.append)
    await comes(ann, Connected(Leg.PUBLISHER))
    await comes(ann, Connected(Leg.SUBSCRIBER))
    await comes(ann, Published((PublishedTrack(streams[0].mid, MICROPHONE),)))
