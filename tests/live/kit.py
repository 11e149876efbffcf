"""The live routes over a gate with the media double: HTTP and WebSocket as ASGI, no socket opened."""

import json
import time
from collections.abc import Callable
from typing import Any

from asgiref.testing import ApplicationCommunicator

from bailiwick.accounts.buckets import Buckets, Limit
from bailiwick.gate.gate import Gate
from bailiwick.geo.client_address import TrustedNetworks, client_address
from bailiwick.live import http
from bailiwick.live.app import Live
from bailiwick.live.join import Join
from bailiwick.live.protocol import SUBPROTOCOL
from bailiwick.live.rate import JOINS, MISSES
from bailiwick.live.socket import SILENCE_SECONDS, Socket
from tests.gate.kit import ADDRESS

ORIGIN = "https://meet.example.org"


async def not_found(scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
    """Where Django would answer."""
    await http.respond(send, 404, b"django", "text/plain")


def live(
    gate: Gate,
    trusted: str = "127.0.0.0/8",
    joins: Limit = JOINS,
    misses: Limit = MISSES,
    clock: Callable[[], float] = time.monotonic,
    silence_seconds: float = SILENCE_SECONDS,
) -> Live:
    networks = TrustedNetworks.from_text(trusted)

    def address_of(scope: http.Scope) -> Any:
        return client_address(scope["client"][0], scope["headers"], networks)

    origins = frozenset({ORIGIN})
    tries = Buckets(misses, time.monotonic)
    door = Join(gate, address_of, Buckets(joins, time.monotonic), tries, origins)
    socket = Socket(gate, address_of, origins, list, tries, clock, silence_seconds)
    return Live(gate, door, socket, not_found, lambda: True)


def _scope(kind: str, path: str, place: str | None, peer: str, headers: dict[str, str]) -> dict[str, Any]:
    forwarded = {"x-forwarded-for": ADDRESS[place]} if place else {}
    lines = {**forwarded, **headers}
    return {
        "type": kind,
        "path": path,
        "client": (peer, 5000),
        "headers": [(name.encode(), value.encode()) for name, value in lines.items()],
    }


class Answer:
    """An HTTP answer."""

    def __init__(self, start: dict[str, Any], content: bytes) -> None:
        self.status: int = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        self.content = content

    def json(self) -> Any:
        return json.loads(self.content)


async def request(
    app: Live,
    path: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    place: str | None = "FR",
    peer: str = "127.0.0.1",
    **headers: str,
) -> Answer:
    """One request. Header names with underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {**_scope("http", path, place, peer, named), "method": method}
    communicator = ApplicationCommunicator(app, scope)
    await communicator.send_input({"type": "http.request", "body": body, "more_body": False})
    start = await communicator.receive_output(5)
    content = await communicator.receive_output(5)
    await communicator.wait(5)
    return Answer(start, content.get("body", b""))


async def ask(app: Live, slug: str, name: str = "Ada", place: str | None = "FR", **more: Any) -> Answer:
    return await request(app, f"/m/{slug}/join", json.dumps({"name": name}).encode(), place=place, **more)


class Client:
    """One WebSocket."""

    def __init__(self, app: Live, place: str | None = "FR", **headers: str) -> None:
        scope = _scope("websocket", "/ws", place, "127.0.0.1", headers)
        self._wire = ApplicationCommunicator(app, {**scope, "subprotocols": [SUBPROTOCOL]})

    async def connect(self) -> dict[str, Any]:
        await self._wire.send_input({"type": "websocket.connect"})
        return dict(await self._wire.receive_output(5))

    async def send(self, message: dict[str, Any] | str) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self._wire.send_input({"type": "websocket.receive", "text": text})

    async def send_bytes(self, content: bytes) -> None:
        await self._wire.send_input({"type": "websocket.receive", "bytes": content})

    async def receive(self) -> dict[str, Any]:
        """The next message, or {"close": code}."""
        event = await self._wire.receive_output(10)
        return {"close": event["code"]} if event["type"] == "websocket.close" else json.loads(event["text"])

    async def until(self, kind: str) -> dict[str, Any]:
        """The next message of that type; "close" for the end."""
        while True:
            message = await self.receive()
            if message.get("type") == kind or (kind == "close" and "close" in message):
                return message

    async def go(self, code: int = 1006) -> None:
        """The connection is lost; with 1001 the page is closed."""
        await self._wire.send_input({"type": "websocket.disconnect", "code": code})
        await self._wire.wait(10)


async def come_in(app: Live, slug: str, name: str = "Ada", place: str = "FR", **more: Any) -> Client:
    """Through the door and in: everything up to, not including, the welcome."""
    answer = await ask(app, slug, name, place, **more)
    assert answer.status == 200, answer.content
    client = Client(app, place)
    await client.connect()
    await client.send({"type": "hello", "grant": answer.json()["grant"]})
    return client
