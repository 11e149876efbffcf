"""The witness over HTTP: POST /add-checkpoint, GET /<sha256 of origin>/checkpoint, GET /healthz.

Submission and monitoring prefix are the same. A plain ASGI function: a request is one read, one answer. Who
asked is neither looked at nor written down.
"""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, Final, TypeAlias

import structlog

from bailiwick.monitor.errors import MonitorError
from bailiwick.monitor.witness import OtherSize, Refused, Witness

MAX_BODY: Final = 65_536
"""63 hashes are 2,835 bytes; the rest is more than a checkpoint's signatures need, post-quantum ones too."""
BODY_SECONDS: Final = 20.0

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_LATEST = re.compile(r"/([0-9a-f]{64})/checkpoint", re.ASCII)
_PLAIN: Final = b"text/plain; charset=utf-8"
_SIZE: Final = b"text/x.tlog.size"

log = structlog.wrap_logger(
    structlog.PrintLogger(sys.stderr),
    processors=[
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(),
    ],
)


class WitnessApp:
    """The ASGI application."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        status, kind, body = await self._answer(scope["method"], scope["path"], receive)
        headers = [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"access-control-allow-origin", b"*"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            headers.append((b"connection", b"close"))  # the rest of the body is not read
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _answer(self, method: str, path: str, receive: Receive) -> tuple[int, bytes, bytes]:
        latest = _LATEST.fullmatch(path)
        match method, path:
            case "POST", "/add-checkpoint":
                return await self._add(receive)
            case "GET" | "HEAD", "/healthz":
                return HTTPStatus.OK, _PLAIN, b"ok\n"
            case "GET" | "HEAD", _ if latest is not None:
                return await self._latest(latest[1])
            case _, "/add-checkpoint":
                return HTTPStatus.METHOD_NOT_ALLOWED, _PLAIN, b"POST a checkpoint here\n"
        return HTTPStatus.NOT_FOUND, _PLAIN, b"not found\n"

    async def _add(self, receive: Receive) -> tuple[int, bytes, bytes]:
        """tlog-witness, "add-checkpoint"."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(receive)
        except TimeoutError:
            return HTTPStatus.REQUEST_TIMEOUT, _PLAIN, b"the request did not come to its end\n"
        if body is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _PLAIN, b"a request has at most 65,536 bytes\n"
        try:
            line = await asyncio.to_thread(self._witness.add, body)
        except OtherSize as refused:
            return refused.status, _SIZE, f"{refused.size}\n".encode()
        except Refused as refused:
            log.msg("checkpoint_refused", status=refused.status, reason=str(refused))
            return refused.status, _PLAIN, f"{refused}\n".encode()
        except MonitorError as error:
            log.msg("witness_failed", code=error.code, reason=str(error))
            return (
                HTTPStatus.INTERNAL_SERVER_ERROR,
                _PLAIN,
                f"the witness cannot sign: {error.code}\n".encode(),
            )
        log.msg("checkpoint_cosigned")
        return HTTPStatus.OK, _PLAIN, line.encode()

    async def _latest(self, name: str) -> tuple[int, bytes, bytes]:
        try:
            found = await asyncio.to_thread(self._witness.latest, name)
        except MonitorError as error:
            log.msg("witness_failed", code=error.code, reason=str(error))
            return HTTPStatus.INTERNAL_SERVER_ERROR, _PLAIN, f"{error.code}\n".encode()
        if found is None:
            return HTTPStatus.NOT_FOUND, _PLAIN, b"nothing cosigned\n"
        return HTTPStatus.OK, _PLAIN, found


async def _body(receive: Receive) -> bytes | None:
    """The request's body; None if it is too long."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)
