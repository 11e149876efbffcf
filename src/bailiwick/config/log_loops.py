"""The public log's loops of a web process: appending what waits, and publishing it.

Every process runs them, and the database decides which one acts (`ledger.sequencer`). An append of this
process wakes them at once, one of another within a second. Nothing here blocks the event loop: the work is
done on threads of the loops' own.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog
from django.db import DatabaseError

from bailiwick.gate.errors import Unavailable
from bailiwick.gate.hop import Hop, Worker
from bailiwick.ledger import events
from bailiwick.ledger.errors import LogRefuses
from bailiwick.ledger.publishing import Publisher
from bailiwick.ledger.sequencer import Sequencer

log = structlog.get_logger()
POLL_SECONDS: Final = 1.0
_SECONDS: Final = 300.0
REMIND_SECONDS: Final = 60.0
"""The same trouble is raised as an alarm again after this long."""

Alarm = Callable[[str], None]


class LogLoops:
    """Started and stopped with the process. `begin`: makes the log if there is none yet."""

    def __init__(
        self, begin: Callable[[], None], sequencer: Sequencer, publisher: Publisher, alarm: Alarm
    ) -> None:
        self._begin = begin
        self._sequencer = sequencer
        self._publisher = publisher
        self._alarm = alarm
        # witnesses are asked in there, one after the other, and each may take its time
        self._appending = Hop(Worker("log"), seconds=_SECONDS)
        self._showing = Hop(Worker("log-publish"), seconds=_SECONDS)
        self._waiting = asyncio.Event()
        self._grown = asyncio.Event()
        self._looked = asyncio.Event()
        self._raised: dict[str, float] = {}
        self._begun = False
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to look. Never fails: what stands in the way becomes an alarm, and is tried again."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._waiting.set)

        self._unlisten = events.listen(wake)
        self._waiting.set()
        self._tasks = [
            asyncio.create_task(self._forever("sequence", self._sequence, self._appending)),
            asyncio.create_task(self._forever("publish", self._publish, self._showing)),
        ]

    async def looked(self, seconds: float) -> None:
        """Until witnesses have confirmed the log, or it stands still; so many seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._looked.wait()

    async def stop(self) -> None:
        """End both loops; a question that a witness has not answered is given up."""
        self._unlisten()
        self._publisher.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._appending.close)
        await asyncio.to_thread(self._showing.close)

    async def _sequence(self) -> None:
        await _within_a_second(self._waiting)
        if not self._begun:
            await self._appending.run(self._begin)
            self._begun = True
            self._grown.set()
        while await self._appending.run(self._sequencer.step):
            self._grown.set()

    async def _publish(self) -> None:
        await _within_a_second(self._grown)
        if self._begun and await self._asked():
            self._waiting.set()

    async def _asked(self) -> bool:
        try:
            published = await self._showing.run(self._publisher.step)
        except LogRefuses:
            self._looked.set()  # waiting would not help
            raise
        if not self._looked.is_set() and await self._showing.run(self._publisher.cleared):
            self._looked.set()
        return published

    async def _forever(self, name: str, once: Callable[[], Awaitable[None]], hop: Hop) -> None:
        """A loop of the log must not die: whatever goes wrong is logged, raised as an alarm, tried again."""
        while True:
            try:
                await once()
            except LogRefuses as error:
                await self._trouble(error.code, hop)
            except Unavailable as error:
                log.warning("log_loop_waits", loop=name, cause=error.detail)
            except Exception as error:  # noqa: BLE001 (the log must go on once the cause is gone)
                log.error("log_loop_failed", loop=name, cause=type(error).__name__)
                await self._trouble(f"log_{name}_failed", hop)

    async def _trouble(self, code: str, hop: Hop) -> None:
        now = time.monotonic()
        if now - self._raised.get(code, -REMIND_SECONDS) < REMIND_SECONDS:
            return
        self._raised[code] = now
        log.error("log_in_trouble", code=code)
        try:
            await hop.run(self._alarm, code)
        except Unavailable as error:
            log.error("alarm_not_recorded", alarm=code, cause=error.detail)


async def _within_a_second(event: asyncio.Event) -> None:
    """Until it is set, at most a second; it is taken back before the work begins, so no wake-up is lost."""
    with suppress(TimeoutError):
        async with asyncio.timeout(POLL_SECONDS):
            await event.wait()
    event.clear()


def quiet(alarm: Callable[[str, str], None]) -> Callable[[str, str], None]:
    """The alarm for use inside a step: its failing must not end the step, since it is raised again."""

    def raised(code: str, subject: str) -> None:
        try:
            alarm(code, subject)
        except DatabaseError as error:
            log.error("alarm_not_recorded", alarm=code, cause=type(error).__name__)

    return raised
