"""What only a real Janus can show: packets at sockets, claims against its clock, its log, its doors."""

import asyncio
import contextlib
import ipaddress
import os
import re
import socket
import uuid
from pathlib import Path

import pytest

from bailiwick.media.janus.adapter import JanusMedia
from bailiwick.media.janus.client import JanusClient
from bailiwick.media.janus.process import command
from bailiwick.media.janus.secrets import JanusSecrets
from bailiwick.media.janus.videoroom import VideoRoom
from bailiwick.media.janus.wire import JanusError, Message
from bailiwick.media.port import (
    Connected,
    Fault,
    FeedId,
    Hangup,
    HangupReason,
    Health,
    Layer,
    Leg,
    MediaError,
    Mid,
    Published,
    PublishedTrack,
    RoomId,
    Sdp,
    StreamId,
    Talking,
    Track,
    TrackKind,
)
from bailiwick.media.sdp import check_sdp
from bailiwick.swarm import loops
from bailiwick.swarm.pacer import SendTrack
from bailiwick.swarm.tally import Tally
from tests.contracts.backends import JanusBackend, JanusTestClient, picture
from tests.contracts.conftest import Meeting
from tests.contracts.people import Person, comes, eventually
from tests.servers.janus import RunningJanus, running_janus

pytestmark = pytest.mark.janus

MICROPHONE, CAMERA = TrackKind.MICROPHONE, TrackKind.CAMERA


def client_of(person: Person) -> JanusTestClient:
    assert isinstance(person.client, JanusTestClient)
    return person.client


def tallies(person: Person) -> dict[StreamId, Tally]:
    client = client_of(person)
    return {stream: client.subscriber.tally(mid) for mid, stream in client.streams.items()}


async def ring(meeting: Meeting, number: int, ears: int) -> list[Person]:
    """Everybody publishes a microphone and hears the next ``ears`` in a ring."""
    people = await meeting.join_many(number)
    streams = [(await person.publish(MICROPHONE))[0] for person in people]
    for place, person in enumerate(people):
        await person.listen(streams[(place + step) % number] for step in range(1, ears + 1))
    for place, person in enumerate(people):
        await eventually(person.hears, {streams[(place + step) % number] for step in range(1, ears + 1)})
    return people


# Silence at the sockets


async def test_p8_p10_after_silence_no_packet_reaches_them_or_comes_from_them_and_nobody_else_loses_one(
    janus_meeting: Meeting,
) -> None:
    people = await ring(janus_meeting, 10, ears=5)
    out, staying = people[:4], people[4:]
    feeds = {person.session.feed for person in out}
    await janus_meeting.server.silence(janus_meeting.room, [person.session.ref for person in out])
    await sockets_are_read()
    to_them = {person: legs(person) for person in out}
    before = {person: (heard(person, feeds), heard(person, feeds, others=True)) for person in staying}
    await asyncio.sleep(0.6)
    await janus_meeting.server.destroy([person.session.ref for person in out])
    await sockets_are_read()
    assert {person: legs(person) for person in out} == to_them
    for person, (from_them, from_others) in before.items():
        assert heard(person, feeds) == from_them
        assert heard(person, feeds, others=True) > from_others
        assert not any(tally.lost for stream, tally in tallies(person).items() if stream.feed not in feeds)


async def sockets_are_read() -> None:
    """Wait until what is in our sockets' queues has been read: the event loop keeps time again."""
    clock = asyncio.get_running_loop().time
    in_time = 0
    while in_time < 5:
        due = clock() + 0.05
        await asyncio.sleep(0.05)
        in_time = in_time + 1 if clock() - due < 0.01 else 0


def legs(person: Person) -> tuple[int, int]:
    """Everything Janus has sent to them: media, feedback, connectivity checks."""
    client = client_of(person)
    return client.publisher.transport.datagrams, client.subscriber.transport.datagrams


def heard(person: Person, feeds: set[FeedId], *, others: bool = False) -> int:
    return sum(tally.received for s, tally in tallies(person).items() if (s.feed in feeds) is not others)


async def test_who_was_silenced_cannot_begin_again_even_if_asked_of_janus_directly(
    janus_meeting: Meeting, janus: JanusBackend
) -> None:
    (ann, bo) = await ring(janus_meeting, 2, ears=1)
    await janus_meeting.server.silence(janus_meeting.room, [ann.session.ref])
    session = int(ann.session.ref)
    join: Message = {
        "request": "join",
        "ptype": "subscriber",
        "room": ann.room,
        "pin": janus.janus.secrets.room_pin(ann.room),
        "streams": [{"feed": str(bo.session.feed), "mid": "0"}],
    }
    offer = {"type": "offer", "sdp": await an_offer()}
    async with janus.look() as client:
        await client.claim_session(session, Nobody())
        for handle in await client.list_handles(session):
            for request in ("publish", "configure", "start"):
                with pytest.raises(JanusError):
                    await client.message(session, handle, {"request": request}, offer)
        handle = await client.attach(session)
        with pytest.raises(JanusError):
            await client.message(session, handle, join)


class Nobody:
    """A session's listener that does not listen."""

    def on_message(self, message: Message) -> None:
        pass

    def on_reclaimed(self) -> None:
        pass

    def on_gone(self) -> None:
        pass


async def an_offer() -> Sdp:
    client = JanusTestClient.without_pacer()
    try:
        return await client.offer([Track(Mid("0"), MICROPHONE)])
    finally:
        await client.close()


# Claim


async def test_a_claim_loses_no_packet_and_makes_no_gap(janus_meeting: Meeting) -> None:
    people = await ring(janus_meeting, 4, ears=2)
    await janus_meeting.backend.kill(janus_meeting.server)
    await asyncio.sleep(0.5)
    janus_meeting.server = await janus_meeting.backend.node()
    for person in people:
        await person.take(janus_meeting.server)
    await asyncio.sleep(0.3)
    for person in people:
        before = {stream: tally.received for stream, tally in tallies(person).items()}
        assert min(before.values()) > 25
        assert [tally.lost for tally in tallies(person).values()] == [0, 0]


async def test_a_session_can_be_claimed_however_long_it_was_quiet() -> None:
    """Janus counts the reclaim time-out from a session's last request: without keepalives well within it, a
    session would be gone the moment its node is."""
    with running_janus(reclaim_seconds=2) as server:
        first = JanusMedia(server.api_url, server.admin_url, server.secrets, keepalive_seconds=0.3)
        first.start()
        room = RoomId(uuid.uuid4().hex)
        await first.open_room(room, 2)
        session = await first.open_session(room)
        await asyncio.sleep(3)
        await first.close()
        await asyncio.sleep(1)
        second = JanusMedia(server.api_url, server.admin_url, server.secrets)
        second.start()
        assert (await second.claim_session(room, session.ref)).feed == session.feed
        await second.close()


async def test_a_lost_connection_is_made_again_and_nothing_is_lost_with_it(
    janus_meeting: Meeting, janus: JanusBackend
) -> None:
    lost: list[str] = []
    janus_meeting.server.on_lost(lambda _rooms: lost.append("told"))
    ann, bo = await ring(janus_meeting, 2, ears=1)
    ann.events.clear()
    assert isinstance(janus_meeting.server, JanusMedia)
    janus_meeting.server.drop_connection()
    await comes(ann, Published((PublishedTrack(Mid("0"), MICROPHONE),)))
    (screen,) = await ann.publish(TrackKind.SCREEN)
    await bo.listen([screen])
    await eventually(bo.hears, {screen})
    assert lost == []


# Janus does not answer


async def test_a_session_whose_opening_was_given_up_is_not_left_behind(
    janus_meeting: Meeting, janus: JanusBackend
) -> None:
    await janus_meeting.join()
    janus.freeze()
    try:
        opening = asyncio.create_task(janus_meeting.server.open_session(janus_meeting.room))
        await asyncio.sleep(0.2)
        opening.cancel()
        await asyncio.sleep(0.2)
    finally:
        janus.thaw()
    await eventually(janus_meeting.server.health, wanted=Health.ALL)
    expected = frozenset(person.session.ref for person in janus_meeting.people)
    await eventually(janus_meeting.server.sessions, expected)


async def test_what_waits_for_an_answer_when_janus_dies_fails_at_once(
    janus_meeting: Meeting, janus: JanusBackend
) -> None:
    ann = await janus_meeting.join()
    await ann.publish(MICROPHONE)
    janus.freeze()
    silencing = asyncio.create_task(janus_meeting.server.silence(ann.room, [ann.session.ref]))
    await asyncio.sleep(0.2)
    await janus.crash()
    with pytest.raises(MediaError) as caught:
        await asyncio.wait_for(silencing, 3)
    assert caught.value.fault is Fault.UNAVAILABLE
    await eventually(janus_meeting.server.health, wanted=Health.ALL)
    await janus_meeting.server.silence(ann.room, [ann.session.ref])


async def test_a_claim_that_fails_half_way_can_be_made_again(
    janus_meeting: Meeting, janus: JanusBackend
) -> None:
    ann = await janus_meeting.join()
    await ann.publish(MICROPHONE)
    other = await janus.node()
    await other.sessions()
    janus.freeze()
    claiming = asyncio.create_task(other.claim_session(ann.room, ann.session.ref))
    await asyncio.sleep(0.1)
    claiming.cancel()
    janus.thaw()
    await eventually(other.health, wanted=Health.ALL)
    await ann.take(other)
    await ann.publish(CAMERA)


# Simulcast


async def test_layers_choose_the_simulcast_substream(janus_meeting: Meeting, janus: JanusBackend) -> None:
    ann, bo = await janus_meeting.join_many(2)
    sizes = {"h": (640, 360), "m": (320, 180), "l": (160, 90)}
    layers = {rid: picture(width, height) for rid, (width, height) in sizes.items()}
    client_of(ann).publisher.add(SendTrack("0", layers))
    offer = check_sdp(await client_of(ann).publisher.offer())
    await client_of(ann).accept(await ann.session.publish(offer, [Track(Mid("0"), CAMERA)]))
    await comes(ann, Published((PublishedTrack(Mid("0"), CAMERA, simulcast=True),)))
    stream = StreamId(ann.session.feed, Mid("0"))
    subscribed = await bo.listen([stream])
    assert subscribed is not None
    (mid,) = subscribed.streams

    async def carried() -> int:
        """The layer Janus forwards, by its own account."""
        async with janus.look() as client:
            for handle in await client.list_handles(int(bo.session.ref)):
                info = (await client.handle_info(int(bo.session.ref), handle))["plugin_specific"]
                if info["type"] == "subscriber":
                    return int(info["streams"][0]["simulcast"]["substream"])
        return -1

    await eventually(carried, 0)
    for substream in (2, 1, 0):
        await bo.session.layers([Layer(mid, substream)])
        await eventually(carried, substream)
    await eventually(bo.hears, {stream})


# Events


async def test_speech_is_noticed(janus_meeting: Meeting) -> None:
    ann = await janus_meeting.join()
    bo = await janus_meeting.join()
    voice = loops.sound(440, seconds=4, spoken=2)
    client_of(ann).publisher.add(SendTrack.single("0", voice))
    offer = check_sdp(await client_of(ann).publisher.offer())
    await client_of(ann).accept(await ann.session.publish(offer, [Track(Mid("0"), MICROPHONE)]))
    await comes(ann, Talking(talking=True))
    await comes(ann, Talking(talking=False))
    assert not any(isinstance(event, Talking) for event in bo.events)


async def test_a_subscriber_whose_connection_ended_gets_a_fresh_one(janus_meeting: Meeting) -> None:
    ann, bo = await ring(janus_meeting, 2, ears=1)
    (stream,) = tallies(bo)
    await client_of(bo).subscriber.close()
    await comes(bo, Hangup(Leg.SUBSCRIBER, HangupReason.CLOSED))
    offer = await bo.listen([stream])
    assert offer is not None
    assert offer.fresh
    await eventually(bo.hears, {stream})
    await comes(bo, Connected(Leg.SUBSCRIBER))
    assert ann.session.feed == stream.feed


# Input


@pytest.mark.parametrize(
    ("find", "put"),
    [
        (r"a=ice-pwd:.*\r\n", ""),
        (r"opus/48000/2", "nonsense/1"),
        (r"a=setup:actpass", "a=setup:active"),
        (r"a=fingerprint:sha-256 .*", "a=fingerprint:sha-256 00"),
        (r"a=ssrc:\d+", "a=ssrc:0"),
        (r"m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 9 UDP/TLS/RTP/SAVPF " + "1 " * 60 + "111"),
    ],
)
async def test_a_malformed_offer_harms_nobody(
    janus_meeting: Meeting, janus: JanusBackend, find: str, put: str
) -> None:
    ann, bo, cy = await janus_meeting.join_many(3)
    (stream,) = await ann.publish(MICROPHONE)
    broken = re.sub(find, put, await an_offer())
    with contextlib.suppress(MediaError):
        await cy.session.publish(check_sdp(broken), [Track(Mid("0"), MICROPHONE)])
    await bo.listen([stream])
    await eventually(bo.hears, {stream})
    assert janus.janus.process.running


# Doors


async def test_janus_answers_on_loopback_to_who_knows_its_secrets(janus: JanusBackend) -> None:
    server = janus.janus
    stranger = JanusClient(server.api_url, server.admin_url, JanusSecrets(os.urandom(32)))
    stranger.start()
    try:
        with pytest.raises(MediaError):
            await VideoRoom(stranger).list(1.0)
        with pytest.raises(MediaError):
            await stranger.list_sessions()
    finally:
        await stranger.close()


async def test_a_room_of_another_server_is_not_ours(janus_meeting: Meeting, janus: JanusBackend) -> None:
    """Same API secrets, another secret for rooms: somebody else's room under our id."""
    async with janus.look() as client:
        room = RoomId(uuid.uuid4().hex)
        body = {
            "request": "create",
            "room": room,
            "secret": "other",
            "admin_key": client.secrets.room_creation,
        }
        await client.ask(body)
        with pytest.raises(MediaError) as caught:
            await janus_meeting.server.open_room(room, 2)
        assert caught.value.fault is Fault.ROOM_TAKEN
        await client.ask({"request": "destroy", "room": room, "secret": "other"})


async def test_rooms_are_private_and_need_every_secret(janus_meeting: Meeting, janus: JanusBackend) -> None:
    room = janus_meeting.room
    async with janus.look() as client:
        assert (await client.ask({"request": "list"}))["list"] == []
        for body in (
            {"request": "create", "room": "f" * 32},
            {"request": "destroy", "room": room},
            {"request": "kick", "room": room, "id": "1"},
            {"request": "moderate", "room": room, "id": "1", "mid": "0", "mute": True},
            {"request": "edit", "room": room, "new_pin": "none"},
        ):
            with pytest.raises(JanusError):
                await client.ask(body)


def test_janus_runs_without_privileges_and_dies_with_its_parent(janus_server: RunningJanus) -> None:
    lines = Path(f"/proc/{janus_server.process.pid}/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    assert status["CapEff"] == status["CapPrm"] == "0" * 16
    assert status["NoNewPrivs"] == "1"
    assert os.geteuid() != 0 or status["Uid"].split()[0] != "0"
    assert "--pdeathsig=KILL" in command(janus_server.folder)


async def test_janus_listens_on_loopback_only(janus_server: RunningJanus) -> None:
    outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with outside:
        # No packet is sent: this only asks the kernel which of our addresses it would use.
        outside.connect(("192.0.2.1", 9))
        address = outside.getsockname()[0]
    for port in (janus_server.settings.api_port, janus_server.settings.admin_port):
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(address, port)


# The log


ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|(?:[0-9a-fA-F]{1,4}:){2,7}[0-9a-fA-F]{1,4}")


async def test_p9_no_address_of_a_participant_stands_in_janus_log(
    janus_meeting: Meeting, janus: JanusBackend
) -> None:
    """The canary is the address our sockets really have: whatever of it Janus logs, it learnt from
    packets."""
    ann, bo = await ring(janus_meeting, 2, ears=1)
    await client_of(ann).subscriber.vanish()
    await client_of(bo).leave_publishing()
    await comes(bo, Published(()))
    await janus_meeting.server.silence(ann.room, [ann.session.ref])
    await janus_meeting.server.destroy([ann.session.ref])
    log = janus.janus.log.read_text(errors="replace")
    assert not set(client_of(ann).publisher.transport.addresses) & set(re.split(r"[\s\[\],:>]+", log))
    assert not [text for text in ADDRESS.findall(log) if is_address(text)]


def is_address(text: str) -> bool:
    """Times of day look like the beginning of an IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
