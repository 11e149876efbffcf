"""Janus' sessions and handles over one connection: made, kept alive, claimed again after the connection was
lost.

Beside the participants' sessions every client has one of its own, the *control session*: it asks for rooms,
and whether it is still there after a reconnect tells whether Janus has restarted. Ids are chosen here
(Janus takes them): control sessions have the upper half of the range, so that any node can tell them apart.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

import structlog

from bailiwick.media.janus.secrets import JanusSecrets
from bailiwick.media.janus.wire import ADMIN, API, DEADLINE, Channel, JanusError, Message
from bailiwick.media.port import Fault, MediaError, SessionGone

log = structlog.get_logger(__name__)

PLUGIN = "janus.plugin.videoroom"
CONTROL = 2**52
"""Session ids from here up to 2**53 are control sessions."""
KEEPALIVE_SECONDS = 5.0
"""Janus counts ``reclaim_session_timeout`` from a session's last request, not from the loss of its
connection: a session can be claimed for at least that time-out less this."""


class SessionListener(Protocol):
    """Whom a session's news goes to."""

    def on_message(self, message: Message) -> None:
        """An event of one of the session's handles (``sender``)."""
        ...

    def on_reclaimed(self) -> None:
        """The connection was lost and made again: events may be missing."""
        ...

    def on_gone(self) -> None:
        """The session is not there any more. The last call."""
        ...


class JanusClient:
    """``start`` and ``close`` it on the event loop it is used on."""

    def __init__(
        self,
        api_url: str,
        admin_url: str,
        secrets: JanusSecrets,
        *,
        keepalive_seconds: float = KEEPALIVE_SECONDS,
    ) -> None:
        self.secrets = secrets
        self._keepalive_seconds = keepalive_seconds
        self._api = Channel(
            api_url, API, {"apisecret": secrets.api}, on_up=self._connected, on_event=self._dispatch
        )
        self._admin = Channel(admin_url, ADMIN, {"admin_secret": secrets.admin})
        self._control = 0
        self._control_handle = 0
        self._sessions: dict[int, SessionListener] = {}
        self._lost: list[Callable[[], None]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._api.start()
        self._admin.start()
        self.spawn(self._keep_alive())

    async def close(self) -> None:
        """Close the connections. Sessions stay on Janus until its reclaim time-out; another node may claim
        them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(self._api.close(), self._admin.close())

    def drop_connection(self) -> None:
        """Give the connection up; another is made, and the sessions are claimed on it."""
        self._api.drop()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run in the background until done or ``close``."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def on_lost(self, callback: Callable[[], None]) -> None:
        self._lost.append(callback)

    # Sessions

    async def create_session(self, listener: SessionListener) -> int:
        """A new session; its id."""
        number = random.SystemRandom().randrange(1, CONTROL)
        try:
            await self._plain(self._api, {"janus": "create", "id": number})
        except BaseException:
            # It may be there none the less: a time-out, or we were cancelled.
            self.discard_session(number)
            raise
        self._sessions[number] = listener
        return number

    async def claim_session(self, number: int, listener: SessionListener) -> None:
        """Take over a session; its events come here from now on. Raises SessionGone."""
        try:
            await self._plain(self._api, {"janus": "claim", "session_id": number})
        except SessionGone:
            self._forget(number)
            raise
        before = self._sessions.get(number)
        self._sessions[number] = listener
        if before is not None:
            before.on_gone()

    async def destroy_session(self, number: int) -> None:
        """Fine if it is not there."""
        listener = self._sessions.pop(number, None)
        try:
            await self._plain(self._api, {"janus": "destroy", "session_id": number})
        except SessionGone:
            log.debug("media_session_was_gone")
        except BaseException:
            # Undecided: its events still count.
            self._restore(number, listener)
            raise
        if listener is not None:
            listener.on_gone()

    def _restore(self, number: int, listener: SessionListener | None) -> None:
        if listener is None:
            self._sessions.pop(number, None)
        else:
            self._sessions[number] = listener

    def discard_session(self, number: int) -> None:
        """Destroy it in the background: nobody has learnt of it."""
        self.spawn(self._discard(number))

    async def _discard(self, number: int) -> None:
        try:
            await self.destroy_session(number)
        except MediaError as error:
            # Janus drops it by itself: nobody keeps it alive.
            log.warning("media_session_left_behind", code=error.code)

    # Handles

    async def attach(self, session: int) -> int:
        """A new handle of the VideoRoom plugin."""
        answer = await self._plain(self._api, {"janus": "attach", "session_id": session, "plugin": PLUGIN})
        return int(answer["data"]["id"])

    async def detach(self, session: int, handle: int) -> None:
        await self._plain(self._api, {"janus": "detach", "session_id": session, "handle_id": handle})

    async def hang_up(self, session: int, handle: int) -> None:
        """Close the handle's PeerConnection, if it has one."""
        await self._plain(self._api, {"janus": "hangup", "session_id": session, "handle_id": handle})

    async def message(
        self, session: int, handle: int, body: Message, jsep: Message | None = None
    ) -> tuple[Message, str]:
        """A request to the plugin: its data and the SDP it came with, empty if there was none.

        Raises SessionGone, JanusError, MediaError."""
        request = {"janus": "message", "session_id": session, "handle_id": handle, "body": body}
        if jsep is not None:
            # `trickle`: candidates may follow. None ever do (P9), and without it Janus would wait for them.
            request["jsep"] = jsep | {"trickle": True}
        answer = await self._api.request(request)
        return answer["plugindata"]["data"], answer.get("jsep", {}).get("sdp", "")

    async def ask(self, body: Message, deadline: float = DEADLINE) -> Message:
        """A synchronous request to the plugin that belongs to no participant. Raises JanusError,
        MediaError."""

        def request() -> Message:
            # Only now: a reconnect may have brought another control session.
            ids = {"session_id": self._control, "handle_id": self._control_handle}
            return {"janus": "message", "body": body, **ids}

        try:
            answer = await self._api.request(request, deadline)
        except SessionGone as error:
            raise MediaError(Fault.UNAVAILABLE, "restarting") from error
        data: Message = answer["plugindata"]["data"]
        return data

    # What only the admin API knows

    async def list_sessions(self) -> frozenset[int]:
        """Every participants' session on the server."""
        answer = await self._plain(self._admin, {"janus": "list_sessions"})
        return frozenset(number for number in answer["sessions"] if number < CONTROL)

    async def list_handles(self, session: int) -> Sequence[int]:
        """Raises SessionGone."""
        answer = await self._plain(self._admin, {"janus": "list_handles", "session_id": session})
        handles: list[int] = answer["handles"]
        return handles

    async def handle_info(self, session: int, handle: int) -> Message:
        """All about a handle: participants' addresses too. Take what you need, keep and log nothing else
        (P9)."""
        answer = await self._plain(
            self._admin, {"janus": "handle_info", "session_id": session, "handle_id": handle}
        )
        info: Message = answer["info"]
        return info

    async def _plain(self, channel: Channel, message: Message) -> Message:
        """A request of Janus' core, whose refusals nobody takes apart. Raises SessionGone, MediaError."""
        try:
            return await channel.request(message)
        except JanusError as error:
            raise MediaError(Fault.REFUSED, str(error.number)) from error

    # The connection

    async def _connected(self) -> None:
        """After each connect: go on with the sessions there were, or with none if Janus has restarted."""
        known = self._control != 0
        survived = known and await self._claimed(self._control)
        claimed = [await self._claimed(number) for number in list(self._sessions)]
        if not survived:
            await self._open_control()
        if known and not survived and not any(claimed):
            for callback in self._lost:
                # Not called from here: what it raises is its own affair, not that of the connection.
                asyncio.get_running_loop().call_soon(callback)

    async def _claimed(self, number: int) -> bool:
        listener = self._sessions.get(number)
        try:
            await self._api.urgent({"janus": "claim", "session_id": number})
        except SessionGone:
            if self._sessions.pop(number, None) is not None and listener is not None:
                listener.on_gone()
            return False
        if listener is not None:
            listener.on_reclaimed()
        return True

    async def _open_control(self) -> None:
        number = random.SystemRandom().randrange(CONTROL, 2 * CONTROL)
        await self._api.urgent({"janus": "create", "id": number})
        answer = await self._api.urgent({"janus": "attach", "session_id": number, "plugin": PLUGIN})
        self._control, self._control_handle = number, int(answer["data"]["id"])

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._keepalive_seconds)
            numbers = [self._control, *self._sessions]
            await asyncio.gather(*(self._keep_one_alive(number) for number in numbers))

    async def _keep_one_alive(self, number: int) -> None:
        try:
            await self._plain(self._api, {"janus": "keepalive", "session_id": number})
        except SessionGone:
            self._forget(number)
        except MediaError as error:
            if error.fault is Fault.TIMEOUT:
                # Hung, or the connection is dead though nobody said so. What comes of it shows at the
                # reconnect.
                self._api.drop()

    def _forget(self, number: int) -> None:
        listener = self._sessions.pop(number, None)
        if listener is not None:
            listener.on_gone()

    def _dispatch(self, message: Message) -> None:
        number = message.get("session_id", 0)
        if message["janus"] == "timeout":
            self._forget(number)
            return
        listener = self._sessions.get(number)
        if listener is not None:
            listener.on_message(message)
