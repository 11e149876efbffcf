"""One process of a swarm: `python -m bailiwick.swarm.worker`.

It is spoken to over stdin and stdout, a JSON object a line, so that no address ever stands on a command line.
First line in: the task. Then `{"cut": NAME}` or `{"stop": true}`; the end of stdin stops it too. Out:
progress twice a second, `{"cut": NAME}` when it is done, at the end the report.
"""

import asyncio
import json
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from . import loops
from .door import place
from .pacer import Pacer
from .participant import Manner, Participant
from .people import Person, Sends
from .wire import Progress, Task, encode

PROGRESS_SECONDS: Final = 0.5
TURN_SECONDS: Final = 2.0
LEAVE_SECONDS: Final = 5.0


@cache
def _hum(index: int) -> loops.Loop:
    return loops.sound(loops.pitch(index))


@cache
def _silence() -> loops.Loop:
    return loops.sound(None)


@cache
def _video(label: str, rate: int) -> loops.Loop:
    return loops.video(label, rate=rate)


def media_of(person: Person, *, silent: bool, rate: int) -> tuple[loops.Loop, ...]:
    """What this person sends; in a swarm people hum in turns."""
    if person.sends is Sends.NOTHING:
        return ()
    hum = _silence() if silent else loops.turned(_hum(person.index % 5), -TURN_SECONDS * person.index)
    return (hum, _video(person.label, rate)) if person.sends is Sends.VIDEO else (hum,)


class Crowd:
    """The participants of this process."""

    def __init__(self, task: Task, pacer: Pacer) -> None:
        where, manner = place(task.url), Manner(task.subscribe, task.patience, task.ask_again)
        self._task = task
        self._people = [
            Participant(person, where, manner, pacer, media_of(person, silent=task.silent, rate=task.rate))
            for person in task.people
        ]
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Everybody asks at the door, one after the other."""
        self._running = [asyncio.create_task(self._one(person)) for person in self._people]

    async def _one(self, participant: Participant) -> None:
        await asyncio.sleep(participant.person.index * self._task.spacing)
        try:
            await participant.run()
        except Exception as error:  # noqa: BLE001 - reported, see below
            # One participant's fault (ours, or an answer that is none of the protocol's) is theirs alone: it
            # stands in the report, and how it came about on stderr.
            traceback.print_exc()
            participant.fail(error)

    def progress(self) -> Progress:
        stages = [participant.stage for participant in self._people]
        heard = [participant.media.hears() for participant in self._people if participant.out is None]
        return Progress(
            door=stages.count("door"),
            waiting=stages.count("waiting"),
            inside=stages.count("inside"),
            out=stages.count("out"),
            streams=sum(wanted for wanted, _ in heard),
            flowing=sum(flowing for _, flowing in heard),
            received=sum(participant.media.received for participant in self._people),
            lost=sum(participant.media.lost for participant in self._people),
        )

    def cut(self, window: str) -> None:
        now = time.monotonic()
        for participant in self._people:
            participant.media.cut(window, now)

    def report(self) -> list[Mapping[str, Any]]:
        return [encode(participant.report(self._task.origin)) for participant in self._people]

    async def end(self) -> None:
        """Everybody leaves; then their media ends."""
        await asyncio.gather(*(participant.leave() for participant in self._people))
        for participant, task in zip(self._people, self._running, strict=True):
            if participant.out is not None:  # it only waits to ask again
                task.cancel()
        await asyncio.wait(self._running, timeout=LEAVE_SECONDS)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await asyncio.gather(*(participant.close() for participant in self._people))


def _say(message: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def _lines() -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=16 * 1024 * 1024)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def _report_progress(crowd: Crowd) -> None:
    while True:
        _say({"progress": encode(crowd.progress())})
        await asyncio.sleep(PROGRESS_SECONDS)


async def _obey(lines: asyncio.StreamReader, crowd: Crowd) -> None:
    while line := await lines.readline():
        command = json.loads(line)
        if "stop" in command:
            return
        crowd.cut(command["cut"])
        _say({"cut": command["cut"]})


async def _main() -> int:
    lines = await _lines()
    task = Task.decode(json.loads(await lines.readline()))
    async with Pacer() as pacer:
        crowd = Crowd(task, pacer)
        crowd.start()
        telling = asyncio.create_task(_report_progress(crowd))
        await _obey(lines, crowd)
        telling.cancel()
        _say({"report": crowd.report()})
        await crowd.end()
    return 0


def main() -> int:
    """Ctrl-C is the parent's business: it asks for the report."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return asyncio.run(_main())


if __name__ == "__main__":
    raise SystemExit(main())
