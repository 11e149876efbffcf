"""A swarm of synthetic participants, in one or more processes of its own."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

from .door import place
from .people import Person
from .report import ParticipantReport, Report, participant_from_json
from .wire import Progress, Task, encode

LINE_LIMIT: Final = 64 * 1024 * 1024
STOP_SECONDS: Final = 20.0


class SwarmError(Exception):
    """A worker process failed; what it wrote to stderr stands there."""


@dataclass(slots=True)
class _Worker:
    process: Process
    task: Task
    progress: Progress
    reading: asyncio.Task[None]
    cuts: asyncio.Queue[str]
    report: list[dict[str, Any]] | None = None


class Swarm:
    """`async with Swarm(url, people) as swarm`: they join; `stop` makes them leave and reports.

    `subscribe`: how many others each receives (None: all). `spacing`: seconds between two joins. `patience`:
    seconds to keep asking at a door that is full or busy. `ask_again`: seconds after which whoever was
    refused or removed asks again. `rate`: pictures a second. Times in the report are seconds from `origin`
    on, which is of the monotonic clock.
    """

    def __init__(
        self,
        url: str,
        people: Sequence[Person],
        *,
        subscribe: int | None = 4,
        silent: bool = False,
        spacing: float = 0.05,
        patience: float = 60.0,
        ask_again: float | None = None,
        rate: int = 10,
        workers: int = 1,
    ) -> None:
        place(url)
        self.origin = time.monotonic()
        self._started_at = datetime.now(UTC)
        self._task = Task(
            url, tuple(people), subscribe, silent, spacing, patience, ask_again, rate, self.origin
        )
        self._count = max(1, min(workers, len(people)))
        self._workers: list[_Worker] = []
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        for number in range(self._count):
            share = self._task.people[number :: self._count]
            self._workers.append(await self._start(replace(self._task, people=share)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            with suppress(ProcessLookupError):
                if worker.process.returncode is None:
                    worker.process.kill()
            await worker.process.wait()
            worker.reading.cancel()
        await asyncio.gather(*(worker.reading for worker in self._workers), return_exceptions=True)

    @property
    def progress(self) -> Progress:
        """As told by the workers, at most half a second old."""
        return sum((worker.progress for worker in self._workers), Progress())

    @property
    def pids(self) -> tuple[int, ...]:
        """The worker processes."""
        return tuple(worker.process.pid for worker in self._workers)

    async def until(self, reached: Callable[[Progress], bool], seconds: float) -> Progress:
        """Wait for progress of a kind. Raises TimeoutError with what there was instead, SwarmError."""
        try:
            async with asyncio.timeout(seconds):
                while not reached(self.progress):
                    self._changed.clear()
                    await self._changed.wait()
                    self._check()
        except TimeoutError:
            raise TimeoutError(f"after {seconds:g} s: {self.progress}") from None
        return self.progress

    async def cut(self, window: str) -> None:
        """End the window that runs (from the start or the last cut), under this name."""
        for worker in self._workers:
            await self._tell(worker, {"cut": window})
        for worker in self._workers:
            await worker.cuts.get()

    async def stop(self) -> Report:
        """The report of what happened until now; then everybody leaves. Raises SwarmError, TimeoutError."""
        seconds = time.monotonic() - self.origin
        for worker in self._workers:
            await self._tell(worker, {"stop": True})
        async with asyncio.timeout(STOP_SECONDS):
            await asyncio.gather(*(worker.process.wait() for worker in self._workers))
            await asyncio.gather(*(worker.reading for worker in self._workers))
        self._check()
        return Report(self._task.url, self._started_at.isoformat(), seconds, self._participants())

    def _participants(self) -> tuple[ParticipantReport, ...]:
        reports = {
            person.index: participant_from_json(report)
            for worker in self._workers
            for person, report in zip(worker.task.people, worker.report or [], strict=True)
        }
        return tuple(report for _, report in sorted(reports.items()))

    def _check(self) -> None:
        if any(worker.process.returncode for worker in self._workers):
            raise SwarmError("a worker process of the swarm failed; it says why above")

    async def _start(self, task: Task) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bailiwick.swarm.worker", stdin=PIPE, stdout=PIPE, limit=LINE_LIMIT
        )
        worker = _Worker(process, task, Progress(door=len(task.people)), _nothing(), asyncio.Queue())
        await self._tell(worker, encode(task))
        worker.reading = asyncio.create_task(self._read(worker))
        return worker

    async def _tell(self, worker: _Worker, message: Any) -> None:
        if worker.process.stdin is None:
            raise SwarmError("a worker process without stdin")
        with suppress(ConnectionError):
            worker.process.stdin.write(json.dumps(message).encode() + b"\n")
            await worker.process.stdin.drain()

    async def _read(self, worker: _Worker) -> None:
        if worker.process.stdout is None:
            raise SwarmError("a worker process without stdout")
        while line := await worker.process.stdout.readline():
            match json.loads(line):
                case {"progress": progress}:
                    worker.progress = Progress(**progress)
                case {"cut": window}:
                    worker.cuts.put_nowait(window)
                case {"report": report}:
                    worker.report = report
            self._changed.set()
        await worker.process.wait()
        self._changed.set()


def _nothing() -> asyncio.Task[None]:
    return asyncio.create_task(asyncio.sleep(0))
