"""The one way from asynchronous code into the database: threads of our own that keep their connections, one
hop a message.

Work waits in lanes, so that a thousand people at a door do not hold up the one rule that puts somebody out.
On SQLite, which has one writer, the lanes share a thread and the first ones go first: two threads would only
wait for each other's lock, asleep, in an order that nobody chose. On PostgreSQL each lane has its own.

A lane is bounded in length and in time: what cannot be begun is refused, what is not done is given up. Given
up is not undone. Work that was not begun never will be; of work that was, the thread's connection is cut, and
whether the database had committed it is not known. Whoever calls must be right either way, and is: presences
are found by the sweep if nobody holds them (`sweep`), changes of rows are followed (`node`).
"""

import asyncio
import itertools
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import PriorityQueue
from typing import Any, Final, ParamSpec, Protocol, TypeVar

import structlog
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

from .errors import Unavailable

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")

SECONDS: Final = 8.0
"""For work of people and rules; longer than a lock is waited for (`config.settings`), so that this is the end
only where the database does not even say no."""
LOOK_SECONDS: Final = 2.0
"""For a look whether it answers at all."""
BACKGROUND_SECONDS: Final = 60.0
_LAST: Final = 99
_JOIN_SECONDS: Final = 10.0


class Executor(Protocol):
    """What carries work out, lower ranks first."""

    def submit(self, rank: int, work: Callable[[], Any]) -> "Future[Any]": ...
    def cut(self, job: "Future[Any]") -> None: ...
    def close(self) -> None: ...


class Worker:
    """One thread, with a connection of its own to the database."""

    def __init__(self, name: str) -> None:
        self._queue: PriorityQueue[tuple[int, int, Future[Any], Callable[[], Any]]] = PriorityQueue()
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._current: Future[Any] | None = None
        self._database: Any = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, rank: int, work: Callable[[], Any]) -> "Future[Any]":
        """Have it done, after all of a lower rank and what came earlier."""
        job: Future[Any] = Future()
        self._queue.put((rank, next(self._order), job, work))
        return job

    def cut(self, job: "Future[Any]") -> None:
        """Nobody waits for this any more: if it is being done, take its connection away, or a database that
        hangs would hold this thread for good. Nothing happens to work after it."""
        with self._lock:
            raw = self._database.connection if self._current is job and self._database is not None else None
            if raw is not None and hasattr(raw, "fileno"):
                log.warning("database_connection_cut")
                with suppress(OSError), socket.socket(fileno=os.dup(raw.fileno())) as wire:
                    wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Do what waits, close the connection and end the thread."""
        self.submit(_LAST, connections.close_all)
        self.submit(_LAST, _end)
        self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        self._database = connections[DEFAULT_DB_ALIAS]
        while True:
            _, _, job, work = self._queue.get()
            if not job.set_running_or_notify_cancel():
                continue
            with self._lock:
                self._current = job
            try:
                result = work()
            except _End:
                return
            except BaseException as error:  # noqa: BLE001 (it is the caller's, whatever it is)
                self._done()
                job.set_exception(error)
            else:
                self._done()
                job.set_result(result)

    def _done(self) -> None:
        with self._lock:
            self._current = None


class _End(Exception):  # noqa: N818
    """A thread's last work."""


def _end() -> None:
    raise _End


class Hop:
    """A lane: runs synchronous database work in a worker, `most` at a time and each for `seconds` at most."""

    def __init__(
        self, worker: Executor, rank: int = 0, *, most: int = 5000, seconds: float = SECONDS
    ) -> None:
        self.worker = worker
        self._rank = rank
        self._most = most
        self._seconds = seconds
        self._lock = threading.Lock()
        self._waiting = 0

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in the worker.

        Raises:
            Unavailable: the database did not answer, or not in time (what was asked of it may yet be done),
                or too much waits already. The connection is made anew next time.
        """
        job = self._submitted(lambda: _guarded(lambda: work(*args, **kwargs)))
        limit = asyncio.timeout(self._seconds)
        try:
            async with limit:
                result: T = await asyncio.wrap_future(job)
                return result
        except TimeoutError:
            if not limit.expired():
                raise  # the work's own, e.g. of something else that it waited for
            self.worker.cut(job)
            raise Unavailable("timeout") from None

    def close(self) -> None:
        """End the worker, for all lanes that share it."""
        self.worker.close()

    def _submitted(self, work: Callable[[], Any]) -> "Future[Any]":
        with self._lock:
            if self._waiting >= self._most:
                raise Unavailable("busy")
            self._waiting += 1
        job = self.worker.submit(self._rank, work)
        # when it is done or will not be begun; not when nobody waits for it any more
        job.add_done_callback(self._left)
        return job

    def _left(self, _: "Future[Any]") -> None:
        with self._lock:
            self._waiting -= 1


def _guarded(work: Callable[[], T]) -> T:
    try:
        return work()
    except (DatabaseError, InterfaceError) as error:
        connections.close_all()
        # the error's own text may quote a row: only its class goes on
        raise Unavailable(type(error).__name__) from None


MOST_AT_DOOR: Final = 400
"""A second or two of knocking: who comes after these is told to try again (503)."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """The gate's ways into the database, what matters most first.

    `gate`: deciding and ejecting, hosts' acts, the lease. `look`: whether the database answers. `room`: those
    let in, who take their place, their media, what others see of them. `door`: who knocks. `background`: what
    nobody waits for.
    """

    gate: Hop
    look: Hop
    room: Hop
    door: Hop
    background: Hop

    def close(self) -> None:
        """End the threads."""
        for hop in {id(hop.worker): hop for hop in (self.gate, self.room, self.door)}.values():
            hop.close()
        self.background.close()


def lanes() -> Lanes:
    """The lanes of one gate."""
    gate = Worker("gate")
    one_writer = connections[DEFAULT_DB_ALIAS].vendor == "sqlite"
    room = gate if one_writer else Worker("gate-room")
    door = gate if one_writer else Worker("gate-door")
    return Lanes(
        gate=Hop(gate, 0),
        look=Hop(gate, 0, seconds=LOOK_SECONDS),
        room=Hop(room, 1),
        door=Hop(door, 2, most=MOST_AT_DOOR),
        background=Hop(Worker("gate-background"), seconds=BACKGROUND_SECONDS),
    )
