"""A room on a bare Janus with one person in it who sends video, and the page that joins it: no product.

The media server runs under the product's own configuration, and the person sends what a swarm's would.
"""

import functools
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

from bailiwick.media.janus.client import JanusClient
from bailiwick.media.janus.videoroom import Handle, VideoRoom
from bailiwick.media.port import FeedId, Mid, RoomId, Sdp, Track, TrackKind
from bailiwick.swarm.loops import Loop
from bailiwick.swarm.pacer import Pacer, SendTrack
from bailiwick.swarm.rtc import Publisher
from benchmarks.bare_server import Deaf, connected
from tests.servers.janus import RunningJanus, running_janus


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - the base class's name


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The URL at which the files of the folder are served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


async def _publish(rooms: VideoRoom, client: JanusClient, room: RoomId, publisher: Publisher) -> None:
    session = await client.create_session(Deaf())
    handle = Handle(session, await client.attach(session))
    await rooms.join(handle, room, FeedId(secrets.randbelow(2**52)))
    tracks = [Track(Mid("0"), TrackKind.MICROPHONE), Track(Mid("1"), TrackKind.CAMERA)]
    _, answer = await rooms.publish(handle, Sdp(await publisher.offer()), tracks)
    await publisher.accept(answer)


def _join_url(base: str, janus: RunningJanus, room: RoomId) -> str:
    told = {
        "api": janus.api_url,
        "secret": janus.secrets.api,
        "room": room,
        "pin": janus.secrets.room_pin(room),
    }
    return f"{base}/bare_room.html#{quote(json.dumps(told))}"


@asynccontextmanager
async def bare_meeting(sound: Loop, video: Loop) -> AsyncIterator[str]:
    """The URL of the page that joins the meeting, while the meeting lasts."""
    room = RoomId(secrets.token_hex(16))
    with running_janus() as janus, served(Path(__file__).parent) as base:
        client = JanusClient(janus.api_url, janus.admin_url, janus.secrets)
        rooms = await connected(client)
        await rooms.create(room, 100)
        async with Pacer() as pacer:
            publisher = Publisher(pacer, [SendTrack.single("0", sound), SendTrack.single("1", video)])
            await _publish(rooms, client, room, publisher)
            try:
                yield _join_url(base, janus, room)
            finally:
                await publisher.close()
                await client.close()
