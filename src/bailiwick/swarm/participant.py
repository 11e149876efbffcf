"""One synthetic participant, from the door to the end: the session's actions carried out."""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, assert_never

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

from .door import Granted, Place, Refusal, UnreachableError, ask
from .loops import Loop
from .media import FAILURES, Media
from .pacer import Pacer
from .people import Person, Sends
from .report import ParticipantReport
from .session import (
    Action,
    Again,
    AnswerOffer,
    DropMedia,
    Mute,
    Out,
    Publish,
    Retry,
    Send,
    Session,
    Stage,
    TakeAnswer,
)

SUBPROTOCOL: Final = Subprotocol("bailiwick.v1")
MAXIMUM_MESSAGE: Final = 8 * 1024 * 1024
TURNED_AWAY: Final = frozenset({"refused", "removed"})
PASSING: Final = frozenset({409, 429, 503})
"""Answers at the door after which it makes sense to ask again: full, too many tries, nothing decided now."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How participants behave. `patience`: seconds they keep asking at a door that is full or busy;
    `subscribe`: how many others they receive, None for all; `ask_again`: seconds after which whoever was
    refused or removed asks at the door again, None: never."""

    subscribe: int | None
    patience: float = 60.0
    ask_again: float | None = None


def _session(person: Person, manner: Manner) -> Session:
    return Session(
        microphone=person.sends is not Sends.NOTHING,
        camera=person.sends is Sends.VIDEO,
        subscribe=manner.subscribe,
    )


class Participant:
    """`run` ends when they are out for good; `close` ends their media (removed ones keep listening until
    then). Times are of the monotonic clock."""

    def __init__(
        self, person: Person, where: Place, manner: Manner, pacer: Pacer, loops: Sequence[Loop]
    ) -> None:
        self.person = person
        self.session = _session(person, manner)
        self.media = Media(pacer, loops, self._media_failed)
        self.out: Out | None = None
        self._where = where
        self._manner = manner
        self._socket_url = where.socket("/ws")
        self._socket: ClientConnection | None = None
        self._asked_at: float | None = None
        self._inside_at: float | None = None
        self._out_at: float | None = None
        self._times_out = 0
        self._later: set[asyncio.Task[None]] = set()

    @property
    def stage(self) -> str:
        """`door`, `waiting`, `inside` or `out`."""
        return self.session.stage.value

    async def run(self) -> None:
        """Ask at the door, stay, come back when the connection breaks, until out for good."""
        await self._attend()
        while self._manner.ask_again is not None and self.out and self.out.how in TURNED_AWAY:
            await asyncio.sleep(self._manner.ask_again * random.uniform(0.8, 1.2))
            await self.close()
            self._begin_again()
            await self._attend()

    def _begin_again(self) -> None:
        """As somebody new, but for what the report remembers."""
        before, self.session = self.session, _session(self.person, self._manner)
        self.session.names, self.session.errors = before.names, before.errors
        self.out = None

    async def _attend(self) -> None:
        while self.out is None:
            if self.session.token is None and not await self._at_the_door():
                return
            step = await self._connection()
            if isinstance(step, Out):
                self._go(step)
            else:
                await asyncio.sleep(step.delay * random.uniform(0.8, 1.2))

    def fail(self, error: Exception) -> None:
        """Something happened that nobody foresaw; for the report."""
        self.out = None
        self._go(Out("failed", type(error).__name__))

    async def leave(self) -> None:
        """Say goodbye, if there is a connection to say it on."""
        if self._socket is not None and self.out is None:
            self.session.stage = Stage.OUT
            with suppress(WebSocketException, TimeoutError):
                async with asyncio.timeout(2):
                    await self._socket.send(json.dumps({"type": "leave"}))
                    await self._socket.wait_closed()

    async def close(self) -> None:
        """End the media."""
        for task in tuple(self._later):
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
        await self.media.close()

    def report(self, origin: float) -> ParticipantReport:
        """What happened so far; times from `origin` on."""

        def since(at: float | None) -> float | None:
            return None if at is None else round(at - origin, 6)

        return ParticipantReport(
            name=self.person.name,
            origin=self.person.origin,
            sends=self.person.sends.value,
            participant=self.session.me,
            outcome=self.stage if self.out is None else self.out.how,
            code=self.out.code if self.out else None,
            setter=self.out.setter if self.out else None,
            asked_at=since(self._asked_at),
            inside_at=since(self._inside_at),
            out_at=since(self._out_at),
            times_out=self._times_out,
            last_packet_at=since(self.media.last_packet),
            connected=self._socket is not None,
            sent=self.media.sent,
            resumes=self.session.resumes,
            resets=self.session.resets,
            errors=dict(self.session.errors),
            streams=self.media.report(origin, self.session.names),
        )

    def _go(self, out: Out) -> None:
        if self.out is None:
            self.out, self._out_at = out, time.monotonic()
            self.session.stage = Stage.OUT
            self._times_out += 1

    async def _at_the_door(self) -> bool:
        """Ask until granted or refused for good; whether granted."""
        self._asked_at = self._asked_at or time.monotonic()
        deadline = time.monotonic() + self._manner.patience
        while True:
            answer = await self._ask()
            if isinstance(answer, Granted):
                self.session.grant, self._socket_url = answer.grant, self._where.socket(answer.socket)
                return True
            wait = answer.retry_after or random.uniform(1.0, 3.0)
            if answer.status not in PASSING or time.monotonic() + wait > deadline:
                self._go(Out("failed" if answer.status == 503 else "refused", answer.code, answer.setter))
                return False
            await asyncio.sleep(wait)

    async def _ask(self) -> Granted | Refusal:
        try:
            return await ask(self._where, self.person.name, dict(self.person.headers))
        except UnreachableError:
            return Refusal(503, "unreachable")

    async def _connection(self) -> Retry | Out:
        """One connection from its opening to its close."""
        try:
            async with connect(
                self._socket_url,
                origin=Origin(self._where.origin),
                subprotocols=[SUBPROTOCOL],
                additional_headers=dict(self.person.headers),
                compression=None,
                max_size=MAXIMUM_MESSAGE,
                ping_interval=None,
                proxy=None,
            ) as socket:
                return await self._converse(socket)
        except (OSError, TimeoutError, WebSocketException):
            return self.session.closed(1006)
        finally:
            self._socket = None

    async def _converse(self, socket: ClientConnection) -> Retry | Out:
        self._socket = socket
        await self._send(self.session.opened().message)
        beating = asyncio.create_task(self._beat())
        try:
            async for text in socket:
                for action in self.session.received(json.loads(text)):
                    await self._do(action)
                if self.session.stage is Stage.INSIDE:
                    self._inside_at = self._inside_at or time.monotonic()
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        return self.session.closed(socket.close_code or 1006)

    async def _beat(self) -> None:
        with suppress(WebSocketException):
            while True:
                await asyncio.sleep(self.session.heartbeat)
                await self._send({"type": "ping"})

    async def _send(self, message: dict[str, Any]) -> None:
        if self._socket is not None:
            await self._socket.send(json.dumps(message))

    async def _do(self, action: Action) -> None:
        match action:
            case Send(message):
                await self._send(message)
            case Publish(number):
                await self._publish(number)
            case TakeAnswer(sdp):
                self.media.take_answer(sdp)
            case AnswerOffer():
                await self._answer(action)
            case DropMedia():
                await self.media.close()
            case Mute():
                self.media.mute()
            case Again(delay):
                self._after(delay)
            case Out():
                self._go(action)
            case _:
                assert_never(action)

    async def _publish(self, number: int) -> None:
        sdp = await self.media.offer()
        tracks = [{"mid": mid, "kind": kind} for mid, kind in self.media.kinds.items()]
        await self._send({"type": "publish", "id": number, "sdp": sdp, "tracks": tracks})

    async def _answer(self, action: AnswerOffer) -> None:
        sdp = await self.media.answer(action.sdp, action.streams, fresh=action.fresh)
        await self._send({"type": "answer", "id": action.id, "revision": action.revision, "sdp": sdp})

    def _media_failed(self, leg: str) -> None:
        self.session.errors[f"{leg}_not_connected"] += 1
        failed = self.session.publishing_failed if leg == "publisher" else self.session.receiving_failed
        self._after(failed().delay)

    def _after(self, delay: float) -> None:
        task = asyncio.create_task(self._again(delay))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _again(self, delay: float) -> None:
        await asyncio.sleep(delay)
        with suppress(WebSocketException, *FAILURES):
            for action in self.session.again():
                await self._do(action)
