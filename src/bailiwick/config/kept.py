"""A child process that is started again whenever it ends."""

import asyncio
import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

log = structlog.get_logger(__name__)

PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before each start after an end in a row; the last one repeats."""
STEADY_SECONDS: Final = 30.0
"""Whoever has run this long begins with the first pause again."""
LONGEST_LINE: Final = 65_536
LOOK_SECONDS: Final = 0.5

Write = Callable[[str, bytes], None]
"""Takes the name of a process and one line of its output."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `raw_output`: its standard output is shown as it is (mail printed to the console), not
    treated as log lines. `sockets`: file descriptors that it inherits."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    sockets: tuple[int, ...] = ()
    raw_output: bool = False
    stop_seconds: float = 15.0
    pauses: Sequence[float] = field(default=PAUSES)


def dying_with_parent(argv: Sequence[str]) -> list[str]:
    """`argv`, ended by the kernel should we be killed: an orphan would go on serving, and hold the port.

    The kernel means the *thread* that started it: start it from the main thread.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig=TERM", "--", *argv] if setpriv else list(argv)


class Kept:
    """Keeps one process running from `start` to `stop`."""

    def __init__(self, program: Program, write: Write) -> None:
        self.name = program.name
        self.quick_ends = 0
        self._program = program
        self._write = write
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._started = 0.0

    @property
    def pid(self) -> int | None:
        """None: it does not run at this moment."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    @property
    def age(self) -> float:
        """Seconds since it was last started."""
        return time.monotonic() - self._started

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    async def _keep(self) -> None:
        while not await self._told_to_stop(within=self._pause()):
            code = await self._run_once()
            self.quick_ends = 0 if self.age > STEADY_SECONDS else self.quick_ends + 1
            if not self._stopping.is_set():
                log.warning("process_ended", process=self.name, exit_code=code, in_a_row=self.quick_ends)

    async def _told_to_stop(self, *, within: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), within)
        return self._stopping.is_set()

    def _pause(self) -> float:
        pauses = self._program.pauses
        return pauses[min(self.quick_ends, len(pauses) - 1)]

    async def _run_once(self) -> int:
        program = self._program
        pipe = asyncio.subprocess.PIPE
        self._started = time.monotonic()
        self._process = process = await asyncio.create_subprocess_exec(
            *program.argv,
            env=dict(program.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=None if program.raw_output else pipe,
            stderr=pipe,
            pass_fds=program.sockets,
            # Ctrl-C in a terminal reaches a whole group: it is for us, who end things in their order.
            start_new_session=True,
        )
        log.info("process_started", process=self.name, pid=process.pid)
        if self._stopping.is_set():
            self.send(signal.SIGTERM)
        copies = [asyncio.create_task(self._copy(stream)) for stream in (process.stdout, process.stderr)]
        ended = asyncio.create_task(process.wait())
        # wait() also waits for the pipes to close, which whatever the process has started may hold open
        while process.returncode is None and not ended.done():
            await asyncio.wait({ended}, timeout=LOOK_SECONDS)
        _kill_group(process.pid)
        await asyncio.gather(*copies)
        return await ended

    async def _copy(self, stream: asyncio.StreamReader | None) -> None:
        """Every line to `write`, however long it is."""
        if stream is None:
            return
        rest = b""
        while chunk := await stream.read(LONGEST_LINE):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._write(self.name, line)
            if len(rest) > LONGEST_LINE:
                self._write(self.name, rest)
                rest = b""
        if rest:
            self._write(self.name, rest)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it runs."""
        if self.pid is not None and self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it and whatever it has started, at once; it is started again unless `stop` was called."""
        if self.pid is not None:
            _kill_group(self.pid)

    async def stop(self) -> None:
        """Do not start it again; ask it to end, and end it when that takes too long."""
        self._stopping.set()
        if self._task is None:
            return
        self.send(signal.SIGTERM)
        done, _ = await asyncio.wait({self._task}, timeout=self._program.stop_seconds)
        if not done:
            log.warning("process_killed", process=self.name)
            self.kill()
        await self._task


def _kill_group(leader: int) -> None:
    """End a process and all that it has started (it began a session of its own), dead or alive itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
