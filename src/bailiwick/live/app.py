"""The routes `live` answers itself, before Django is asked: join, socket, health, metrics."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from bailiwick.gate.gate import Gate

from . import http, metrics
from .join import PATH, Join
from .socket import Socket

READY_SECONDS: Final = 1.0

App = Callable[[http.Scope, http.Receive, http.Send], Awaitable[None]]


class Live:
    """An ASGI application; what is not its own goes on to `fallback`."""

    def __init__(
        self, gate: Gate, join: Join, socket: Socket, fallback: App, location_ok: Callable[[], bool]
    ) -> None:
        self._gate = gate
        self._join = join
        self._socket = socket
        self._fallback = fallback
        self._location_ok = location_ok
        self._ready = _Ready(gate)

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        """Serve one request or connection."""
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif matched := PATH.fullmatch(scope["path"]):
            await self._join(matched[1], scope, receive, send)
        elif scope["path"] == "/healthz":
            await self._healthz(send)
        elif scope["path"] == "/metrics" and _is_local(scope):
            figures = metrics.text(self._gate.figures(), location_ok=self._location_ok())
            await http.respond(send, 200, figures, "text/plain; version=0.0.4; charset=utf-8")
        else:
            await self._fallback(scope, receive, send)

    async def _websocket(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        if scope["path"] == "/ws":
            await self._socket(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1000})

    async def _healthz(self, send: http.Send) -> None:
        """200 once a meeting could be joined."""
        ready = await self._ready()
        await http.respond_json(send, 200 if ready else 503, {"ready": ready})


class _Ready:
    """Whether a meeting could be joined, looked up at most once a second: anybody may ask, and each look-up
    stands in line with those who join and who are put out."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._lock = asyncio.Lock()
        self._until = 0.0
        self._ready = False

    async def __call__(self) -> bool:
        async with self._lock:
            if time.monotonic() >= self._until:
                self._ready = await self._gate.ready()
                self._until = time.monotonic() + READY_SECONDS
        return self._ready


def _is_local(scope: http.Scope) -> bool:
    """Whether it was asked on this machine, by no proxy: numbers of presences are not for everybody."""
    peer = (scope.get("client") or ("",))[0]
    forwarded = http.header(scope, b"x-forwarded-for") or http.header(scope, b"forwarded")
    return peer in {"127.0.0.1", "::1"} and not forwarded
