"""A process that is kept running: started again with growing pauses, ended when told to."""

import asyncio
import signal
import sys
from collections.abc import Callable

from bailiwick.config.kept import Kept, Program


class Lines:
    """What a process wrote."""

    def __init__(self) -> None:
        self.all: list[tuple[str, bytes]] = []

    def write(self, name: str, line: bytes) -> None:
        self.all.append((name, line))

    @property
    def texts(self) -> list[str]:
        return [line.decode() for _, line in self.all]


def program(code: str, *, stop_seconds: float = 5, pauses: tuple[float, ...] = (0.0,)) -> Program:
    argv = [sys.executable, "-c", code]
    return Program("one", argv, {"PYTHONUNBUFFERED": "1"}, stop_seconds=stop_seconds, pauses=pauses)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


WAIT = "import time; print('up'); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"


async def test_it_is_started_again_whenever_it_ends() -> None:
    lines = Lines()
    kept = Kept(program("print('up')"), lines.write)
    kept.start()
    await until(lambda: lines.texts.count("up") >= 3)
    await kept.stop()
    assert kept.quick_ends >= 2
    assert kept.pid is None


async def test_a_killed_one_comes_back_as_another_process() -> None:
    lines = Lines()
    kept = Kept(program(WAIT), lines.write)
    kept.start()
    await until(lambda: lines.texts == ["up"])
    first = kept.pid
    kept.send(signal.SIGKILL)
    await until(lambda: lines.texts == ["up", "up"])
    assert kept.pid not in {None, first}
    await kept.stop()


async def test_one_that_ends_again_and_again_is_given_pauses() -> None:
    lines = Lines()
    kept = Kept(program("print('up')", pauses=(0.0, 60.0)), lines.write)
    kept.start()
    await until(lambda: kept.quick_ends == 1)
    await asyncio.sleep(0.3)
    assert lines.texts == ["up"]
    await asyncio.wait_for(kept.stop(), 1)


async def test_told_to_stop_it_is_not_started_again() -> None:
    lines = Lines()
    kept = Kept(program(WAIT), lines.write)
    kept.start()
    await until(lambda: lines.texts == ["up"])
    await kept.stop()
    assert kept.pid is None
    await asyncio.sleep(0.2)
    assert lines.texts == ["up"]


async def test_one_that_does_not_listen_is_killed() -> None:
    lines = Lines()
    kept = Kept(program(DEAF, stop_seconds=0.2), lines.write)
    kept.start()
    await until(lambda: lines.texts == ["up"])
    await asyncio.wait_for(kept.stop(), 5)
    assert kept.pid is None


async def test_stop_before_start_is_nothing() -> None:
    await Kept(program(WAIT), Lines().write).stop()


async def test_a_child_that_outlives_it_holds_nobody_up() -> None:
    lines = Lines()
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)'])"
    kept = Kept(program(f"{code}; print('up')", pauses=(0.0, 60.0)), lines.write)
    kept.start()
    await until(lambda: kept.quick_ends == 1)
    await kept.stop()


async def test_every_line_arrives_however_long_and_the_last_without_an_end() -> None:
    lines = Lines()
    code = "import sys; print('a' * 300_000); print('b', file=sys.stderr); print('c', end='')"
    kept = Kept(program(code, pauses=(0.0, 60.0)), lines.write)
    kept.start()
    await until(lambda: kept.quick_ends == 1)
    await kept.stop()
    assert sum(text.count("a") for text in lines.texts) == 300_000
    assert {"b", "c"} <= set(lines.texts)


async def test_the_other_stream_is_left_alone_where_it_is_for_people() -> None:
    lines = Lines()
    raw = Program(
        "one",
        [sys.executable, "-c", "import sys; print('mail'); print('log', file=sys.stderr)"],
        {},
        raw_output=True,
        pauses=(0.0, 60.0),
    )
    kept = Kept(raw, lines.write)
    kept.start()
    await until(lambda: kept.quick_ends == 1)
    await kept.stop()
    assert lines.texts == ["log"]
