"""The WebSocket to Janus (https://janus.conf.meetecho.com/docs/rest.html, "WebSockets").

One connection carries any number of sessions. A request is answered under its transaction; what Janus sends
of its own accord names a session. The connection is made again whenever it is lost. Everything that can go
wrong here becomes a ``MediaError``.
"""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from bailiwick.media.port import Fault, MediaError, SessionGone

log = structlog.get_logger(__name__)

Message = dict[str, Any]
"""JSON as Janus speaks it; nothing beyond ``media.janus`` sees one."""

API = Subprotocol("janus-protocol")
ADMIN = Subprotocol("janus-admin-protocol")

DEADLINE = 5.0
"""Seconds a request may take, waiting for the connection included."""
RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0)
MAX_MESSAGE = 8 * 2**20

SESSION_NOT_FOUND, HANDLE_NOT_FOUND = 458, 459


class JanusError(Exception):
    """Janus' own refusal, by number (apierror.h, janus_videoroom.c). Its words are not kept: they may quote a
    client."""

    def __init__(self, number: int, words: str = "") -> None:
        super().__init__(number)
        self.number = number
        self.words = words


class Channel:
    """One connection, made again whenever it is lost.

    ``credentials`` stand in every request. ``on_up`` runs after each connect, before anybody else's requests;
    ``on_event`` gets what Janus sends unasked.
    """

    def __init__(
        self,
        url: str,
        protocol: Subprotocol,
        credentials: Mapping[str, str],
        *,
        on_up: Callable[[], Awaitable[None]] | None = None,
        on_event: Callable[[Message], None] = lambda _message: None,
    ) -> None:
        self._url = url
        self._protocol = protocol
        self._credentials = credentials
        self._on_up = on_up
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Message]] = {}
        self._keepalives: set[str] = set()
        self._socket: ClientConnection | None = None
        self._up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect, and stay connected, in the background."""
        self._task = asyncio.create_task(self._stay_connected(), name="media: connection to Janus")
        self._task.add_done_callback(_ended)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def drop(self) -> None:
        """Give this connection up, because it does not answer; a new one is made."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def request(self, message: Message | Callable[[], Message], deadline: float = DEADLINE) -> Message:
        """Send a request, return its answer (of an asynchronous request: its event, not the acknowledgement).
        A function makes the request once there is a connection.

        Raises UNAVAILABLE, TIMEOUT, SessionGone, or JanusError for any other refusal."""
        try:
            async with asyncio.timeout(deadline):
                await self._up.wait()
                return await self._exchange(message if isinstance(message, dict) else message())
        except TimeoutError as error:
            raise MediaError(Fault.TIMEOUT if self._up.is_set() else Fault.UNAVAILABLE) from error

    async def _exchange(self, message: Message) -> Message:
        if self._socket is None:
            raise MediaError(Fault.UNAVAILABLE, "not connected")
        transaction = str(next(self._numbers))
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = answer
        if message["janus"] == "keepalive":
            self._keepalives.add(transaction)
        try:
            await self._socket.send(json.dumps({**message, **self._credentials, "transaction": transaction}))
            return _accepted(await answer)
        except (WebSocketException, OSError) as error:
            raise MediaError(Fault.UNAVAILABLE, "connection lost") from error
        finally:
            del self._waiting[transaction]
            self._keepalives.discard(transaction)

    async def _stay_connected(self) -> None:
        pauses = iter(RETRY_SECONDS)
        while True:
            try:
                async with self._connection() as socket:
                    pauses = iter(RETRY_SECONDS)
                    await self._converse(socket)
            except (WebSocketException, OSError, TimeoutError):
                log.info("media_server_unreachable", protocol=self._protocol)
            except (ValueError, KeyError):
                log.exception("media_server_unintelligible", protocol=self._protocol)
            await asyncio.sleep(next(pauses, RETRY_SECONDS[-1]))

    def _connection(self) -> connect:
        # No pings: Janus is local; that it answers requests, not pings, is what keepalive and watchdog look
        # at.
        return connect(
            self._url,
            subprotocols=[self._protocol],
            ping_interval=None,
            compression=None,
            max_size=MAX_MESSAGE,
            open_timeout=DEADLINE,
            close_timeout=1,
            proxy=None,
        )

    async def _converse(self, socket: ClientConnection) -> None:
        """Until the connection is lost."""
        self._socket = socket
        receiving = asyncio.create_task(self._receive(socket))
        receiving.add_done_callback(lambda _task: self._fail_waiting())
        try:
            if self._on_up is not None:
                await self._on_up()
            self._up.set()
            await receiving
        except (MediaError, JanusError) as error:
            log.warning("media_server_not_ready", reason=str(error))
        finally:
            self._up.clear()
            self._socket = None
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)

    async def _receive(self, socket: ClientConnection) -> None:
        async for text in socket:
            message: Message = json.loads(text)
            answer = self._waiting.get(message.get("transaction", ""))
            if message["janus"] == "ack" and not self._acknowledges(message):
                continue
            if answer is None:
                self._on_event(message)
            elif not answer.done():
                answer.set_result(message)

    def _acknowledges(self, message: Message) -> bool:
        """Of a keepalive the acknowledgement is the answer; of all else the answer is still to come."""
        return message.get("transaction") in self._keepalives

    def _fail_waiting(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(MediaError(Fault.UNAVAILABLE, "connection lost"))

    async def urgent(self, message: Message, deadline: float = DEADLINE) -> Message:
        """As ``request``, for ``on_up``: before the connection is up for everybody."""
        try:
            async with asyncio.timeout(deadline):
                return await self._exchange(message)
        except TimeoutError as error:
            raise MediaError(Fault.TIMEOUT) from error


def _ended(task: asyncio.Task[None]) -> None:
    """It never does, but by ``close`` or by a fault of ours: then loudly."""
    if not task.cancelled():
        log.critical("media_connection_given_up", exc_info=task.exception())


def _accepted(message: Message) -> Message:
    """The message, unless it is a refusal: of Janus' core, or inside a plugin's event."""
    if message["janus"] == "error":
        number = int(message["error"]["code"])
        if number in {SESSION_NOT_FOUND, HANDLE_NOT_FOUND}:
            raise SessionGone(str(number))
        raise JanusError(number, str(message["error"].get("reason", "")))
    data = message.get("plugindata", {}).get("data", {})
    if "error_code" in data:
        raise JanusError(int(data["error_code"]), str(data.get("error", "")))
    return message
