"""The real gate, one step at a time: its loops beat when the story says so, its database work runs in one
thread on the test's own connection, so that everything of an example can be taken back."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.layers import InMemoryChannelLayer
from django.db import connections

from bailiwick.gate.chores import chores
from bailiwick.gate.door import Door
from bailiwick.gate.gate import Gate
from bailiwick.gate.proofs import Proofs
from bailiwick.geo.locator import Locator
from bailiwick.media.double import DoubleMedia, World
from bailiwick.meetings import events

KEY = b"k" * 32
BEGINNING = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    """Stands still unless the story moves it."""

    def __init__(self) -> None:
        self.now = BEGINNING

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Borrowed:
    """An executor on the test's connection; whoever uses it may not close it."""

    def __init__(self, inner: ThreadPoolExecutor) -> None:
        self._inner = inner

    def submit(self, rank: int, work: Callable[..., Any]) -> "Future[Any]":
        return self._inner.submit(work)

    def cut(self, job: "Future[Any]") -> None:
        """Nothing hangs here."""

    def rest(self) -> None:
        """Wait until all that was asked of it is done: the connection has one user at a time."""
        self._inner.submit(int).result()

    def close(self) -> None:
        """Nothing: it is not theirs."""


@contextmanager
def one_thread() -> Iterator[Borrowed]:
    """A thread that works in the transaction of whoever asks for it."""
    connection = connections["default"]
    connection.inc_thread_sharing()

    def lend() -> None:
        connections["default"] = connection

    with ThreadPoolExecutor(1, initializer=lend) as inner:
        yield Borrowed(inner)
    connection.dec_thread_sharing()


class SteadyGate(Gate):
    """A gate whose loops take a step only when told to."""

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._node.register()
        self._media.on_lost(self._media_lost)
        self._unlisten = events.listen(self._changed_by_somebody)

    def borrow(self, thread: Borrowed) -> None:
        self._lanes.close()
        for lane in ("gate", "look", "room", "door", "background"):
            getattr(self._lanes, lane).worker = thread

    @property
    def name(self) -> str:
        return self._node.id.hex

    async def beat(self) -> None:
        """What its loops do within a second."""
        await self._node.renew_lease()
        await self._node._pass(poll=True)
        await self._sweep.once()
        proofs = self._door.proofs
        if proofs is not None and await self._background.run(proofs.follow):
            await self._node.examine_all()
        await self._background.run(chores, self._clock())
        await self._node._pass(poll=True)
        await self._ejector.drain()
        for _ in range(3):
            await asyncio.sleep(0)

    async def renew(self) -> None:
        """In life this happens every second, however far the story's clock jumps."""
        await self._node.renew_lease()

    async def die(self) -> None:
        """The process is gone: nothing handed over, its lease runs out."""
        self._unlisten()
        await self._keeper.stop()
        for task in [*self._background_tasks, *self._hints._sending]:
            task.cancel()
        await asyncio.gather(*self._background_tasks, *self._hints._sending, return_exceptions=True)
        await self._ejector.drain()


def steady_gate(
    thread: Borrowed, world: World, clock: Clock, locator: Locator, proofs: Proofs, alarms: list[str]
) -> SteadyGate:
    """One node."""
    gate = SteadyGate(
        media=DoubleMedia(world),
        locator=locator,
        layer=InMemoryChannelLayer(),
        device_key=KEY,
        clock=clock,
        alarm=alarms.append,
        door=Door(clock, KEY, proofs=proofs),
    )
    gate.borrow(thread)
    return gate


__all__ = ["BEGINNING", "KEY", "Borrowed", "Clock", "SteadyGate", "one_thread", "steady_gate"]
