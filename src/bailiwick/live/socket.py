"""The WebSocket endpoint: handshake, first message, then requests in order until either side closes."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog
from pydantic import ValidationError

from bailiwick.accounts.buckets import Buckets, Limit
from bailiwick.gate.ending import Ending, EndReason
from bailiwick.gate.errors import GateError, Unavailable, where_raised
from bailiwick.gate.gate import Gate
from bailiwick.gate.joining import Joined
from bailiwick.geo.address import ClientAddress
from bailiwick.media.port import MediaError

from . import http, problems, protocol
from .connection import Connection
from .join import same_origin
from .metrics import ERRORS, SOCKETS
from .protocol import FROM_CLIENT, MAXIMUM_BYTES, SUBPROTOCOL, Close, Error, IceServer, Message, Removed
from .rate import FAILURES, Tokens
from .session import ProtocolError, Session

log = structlog.get_logger()

FIRST_MESSAGE_SECONDS: Final = 5.0
SILENCE_SECONDS: Final = 3.0 * protocol.HEARTBEAT_SECONDS
_MESSAGES: Final = Limit(burst=200, per_second=25)
_GOODBYES: Final = (1000, 1001)
"""RFC 6455, section 7.4.1: closed on purpose, or the page goes away. A lost connection says neither."""


class _Closed(Exception):  # noqa: N818
    """The client is gone."""


class Socket:
    """The endpoint `/ws`."""

    def __init__(
        self,
        gate: Gate,
        address_of: Callable[[http.Scope], ClientAddress | None],
        origins: frozenset[str],
        ice_servers: Callable[[], list[IceServer]],
        misses: Buckets,
        clock: Callable[[], float],
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self._gate = gate
        self._address_of = address_of
        self._origins = origins
        self._ice_servers = ice_servers
        self._misses = misses
        self._clock = clock
        self._silence_seconds = silence_seconds

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        """Serve one connection."""
        if (await receive())["type"] != "websocket.connect":
            return
        if not same_origin(scope, self._origins) or SUBPROTOCOL not in scope["subprotocols"]:
            # before it is accepted this is a plain HTTP 403
            await send({"type": "websocket.close", "code": Close.BAD_MESSAGE})
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        SOCKETS.inc()
        try:
            await self._serve(scope, receive, send)
        except _Closed:
            pass
        finally:
            SOCKETS.dec()

    async def _serve(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        address = self._address_of(scope)
        reader = _Reader(receive, self._clock)
        try:
            first = await reader.next(FIRST_MESSAGE_SECONDS)
            joined = await self._first(first, address)
        except ProtocolError as error:
            await _refuse(send, _error(error.code, error.detail, None), _close_code(error))
            return
        except Unavailable:
            joined = None
        if joined is None or isinstance(joined, Ending):
            problem = problems.unavailable() if joined is None else problems.of_ending(joined)
            await _refuse(send, Removed(type="removed", problem=problem.document()), problem.close)
            return
        await self._hold(joined, reader, send)

    async def _first(self, message: protocol.Request, address: ClientAddress | None) -> Joined | Ending:
        if self._misses.empty(address) is not None:
            raise ProtocolError("rate_limited", "too many tries; wait a little", fatal=True)
        answer = await self._taken(message, address)
        if isinstance(answer, Ending) and answer.reason is EndReason.BAD_GRANT:
            self._misses.take(address)
        return answer

    async def _taken(self, message: protocol.Request, address: ClientAddress | None) -> Joined | Ending:
        if isinstance(message, protocol.Hello):
            return await self._gate.enter(message.grant, address)
        if isinstance(message, protocol.Resume):
            return await self._gate.resume(message.token, address, heard=message.mutes)
        raise ProtocolError("unexpected_message", "begin with hello or resume", fatal=True)

    async def _hold(self, joined: Joined, reader: "_Reader", send: http.Send) -> None:
        """Two directions until one ends; the presence is let go unless it ended meanwhile."""
        held = joined.held
        connection = Connection(held.presence_id.hex, self._ice_servers())
        connection.begin(joined.resume, waiting=held.waiting, mutes=held.mutes)
        if held.waiting:
            connection.wait(joined.title, by_rule=joined.by_rule)
        session = Session(self._gate, held, connection)
        writing = asyncio.create_task(_write(connection, send))
        try:
            await self._gate.attach(joined, connection)
            reading = asyncio.create_task(self._read(session, connection, reader))
            await asyncio.wait((writing, reading), return_when=asyncio.FIRST_COMPLETED)
            if not writing.done() and reading.done():
                await _settle(reading, connection, writing)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            _note_failure(reading)
            _note_failure(writing)
        except Unavailable:
            connection.close(Close.GOING_AWAY)
            await writing
        finally:
            writing.cancel()
            with suppress(Unavailable):  # the sweep finds that nobody holds it
                await self._gate.let_go(held, closed=reader.said_goodbye)

    async def _read(self, session: Session, connection: Connection, reader: "_Reader") -> None:
        failures = Tokens(FAILURES, self._clock)
        while True:
            try:
                message = await reader.next(self._silence_seconds)
            except ProtocolError as error:
                connection.send(_error(error.code, error.detail, None))
                connection.close(_close_code(error))
                return
            if not await _handled(session, connection, message) and not failures.take():
                connection.close(Close.RATE_LIMITED)
                return


def _note_failure(task: asyncio.Task[None]) -> None:
    """What nobody foresaw would else leave no trace: the client comes back, and it happens again."""
    error = task.exception() if task.done() and not task.cancelled() else None
    if error is not None and not isinstance(error, _Closed):
        log.error("socket_failed", cause=type(error).__name__, where=where_raised(error))


async def _settle(reading: asyncio.Task[None], connection: Connection, writing: asyncio.Task[None]) -> None:
    """The reading side ended first: flush what it queued to close with, unless the client is gone."""
    if isinstance(reading.exception(), _Closed):
        return
    if reading.exception() is not None:
        connection.close(Close.GOING_AWAY)
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await writing


async def _handled(session: Session, connection: Connection, message: protocol.Request) -> bool:
    """Carry a message out; False if it failed, and the client was told."""
    try:
        await session.handle(message)
    except ProtocolError as error:
        connection.send(_error(error.code, error.detail, message.id))
        if error.fatal:
            connection.close(Close.BAD_MESSAGE)
        return False
    except GateError as error:
        connection.send(_error(error.code, error.detail, message.id))
        return False
    except MediaError as error:
        # its detail is for the log
        log.info("media_request_failed", code=error.code, detail=error.detail)
        connection.send(_error(error.code, "the media server could not do that", message.id))
        return False
    return True


class _Reader:
    """Messages from the client: bounded in size and rate, parsed strictly."""

    def __init__(self, receive: http.Receive, clock: Callable[[], float]) -> None:
        self._receive = receive
        self._tokens = Tokens(_MESSAGES, clock)
        self.said_goodbye = False

    async def next(self, seconds: float) -> protocol.Request:
        """The next message. Raises ProtocolError, _Closed."""
        try:
            async with asyncio.timeout(seconds):
                event = await self._receive()
        except TimeoutError:
            raise ProtocolError("silent", "nothing was heard for too long", fatal=True) from None
        if event["type"] != "websocket.receive":
            self.said_goodbye = event.get("code") in _GOODBYES
            raise _Closed
        if not self._tokens.take():
            raise ProtocolError("rate_limited", "too many messages", fatal=True)
        return _parsed(event.get("text"))


def _parsed(text: str | None) -> protocol.Request:
    if text is None:
        raise ProtocolError("bad_message", "messages are text", fatal=True)
    if len(text) > MAXIMUM_BYTES:
        raise ProtocolError("too_large", f"a message has at most {MAXIMUM_BYTES} bytes", fatal=True)
    try:
        return FROM_CLIENT.validate_json(text)
    except ValidationError as error:
        # where and what kind, never the value: it may be anything
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:80]
        raise ProtocolError("bad_message", f"{first['type']} at {where}", fatal=True) from None


def _close_code(error: ProtocolError) -> int:
    """Silence is a machine asleep or a network gone, and no fault of the client's: it may resume."""
    return {"rate_limited": Close.RATE_LIMITED, "silent": Close.GOING_AWAY}.get(error.code, Close.BAD_MESSAGE)


def _error(code: str, detail: str, request: int | None) -> Error:
    ERRORS.labels(code).inc()
    return Error(type="error", code=code, detail=detail, id=request)


async def _refuse(send: http.Send, message: Message, code: int) -> None:
    await _send(send, {"type": "websocket.send", "text": message.model_dump_json()})
    await _send(send, {"type": "websocket.close", "code": code})


async def _write(connection: Connection, send: http.Send) -> None:
    """Send what is queued until the code to close with comes."""
    while True:
        message = await connection.next()
        if isinstance(message, int):
            await _send(send, {"type": "websocket.close", "code": message})
            return
        await _send(send, {"type": "websocket.send", "text": message.model_dump_json()})


async def _send(send: http.Send, event: dict[str, object]) -> None:
    """Send; to a client that is gone already there is nothing left to say."""
    try:
        await send(event)
    except (OSError, RuntimeError):
        raise _Closed from None
