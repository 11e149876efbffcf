"""The loops of a web process: awake at once, within a second at the latest, never silent about trouble."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from bailiwick.config.log_loops import LogLoops
from bailiwick.ledger import events, queries
from bailiwick.ledger.models import Published
from bailiwick.ledger.witnesses import Answer
from tests.ledger.kit import Log, append, new_log

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def log(transactional_db: None, tmp_path: Path, settings: Any) -> AsyncIterator[Log]:
    made = new_log(tmp_path)
    settings.LEDGER = made.configuration
    await sync_to_async(made.begin)()
    yield made
    await sync_to_async(connections.close_all)()


class Running:
    def __init__(self, log: Log) -> None:
        self.alarms: list[str] = []
        process = log.process()
        self.loops = LogLoops(lambda: None, process.sequencer, process.publisher, self.alarms.append)


@pytest.fixture
async def running(log: Log) -> AsyncIterator[Running]:
    found = Running(log)
    await found.loops.start()
    yield found
    await found.loops.stop()


async def until(ready: Callable[[], bool], seconds: float = 30.0) -> float:
    started = time.monotonic()
    while not await sync_to_async(ready)():
        assert time.monotonic() - started < seconds
        await asyncio.sleep(0.01)
    return time.monotonic() - started


def published(size: int) -> Callable[[], bool]:
    return lambda: Published.objects.filter(size=size).exists()


async def test_an_append_of_this_process_is_published_at_once(log: Log, running: Running) -> None:
    await sync_to_async(append)(1)
    await until(published(1))
    times = []
    for number in range(1, 6):
        await sync_to_async(append)(1, number)
        times.append(await until(published(number + 1)))
    assert min(times) < 0.5  # the poll alone would take a second twice: for appending, for publishing


async def test_an_append_of_another_process_is_found_by_looking(log: Log, running: Running) -> None:
    here = events._listeners[:]
    events._listeners.clear()  # as if it came from elsewhere
    await sync_to_async(append)(1)
    events._listeners.extend(here)
    await until(published(1))


async def test_a_slow_witness_holds_up_neither_the_event_loop_nor_appending(log: Log) -> None:
    await sync_to_async(log.with_witnesses)("w", quorum="none")
    real = log.post
    slow = False
    asked, answers = threading.Event(), threading.Event()

    def post(url: str, body: bytes) -> Answer:
        if slow:
            asked.set()
            answers.wait(60)
        return real(url, body)

    log.post = post  # type: ignore[method-assign]  # the network
    running = Running(log)
    await running.loops.start()
    try:
        await sync_to_async(append)(1)
        await until(published(1))
        slow = True
        await sync_to_async(append)(1, 1)
        await until(asked.is_set)
        await sync_to_async(append)(1, 2)
        await until(lambda: queries.sequenced_size() == 3)
        answers.set()
        await until(published(3))
    finally:
        answers.set()
        await running.loops.stop()


@pytest.mark.parametrize("down", [False, True])
async def test_p8_whoever_waits_for_witnesses_waits_until_they_confirm_the_log_and_no_longer_than_asked(
    log: Log, *, down: bool
) -> None:
    await sync_to_async(log.with_witnesses)("w")
    log.witnesses["w"].down = down
    running = Running(log)
    await sync_to_async(append)(1)
    started = time.monotonic()
    await running.loops.start()
    try:
        await running.loops.looked(0.5 if down else 30.0)
        assert running.loops._publisher.cleared() is not down
        assert time.monotonic() - started < 20
    finally:
        await running.loops.stop()


async def test_what_stands_in_the_way_is_an_alarm_and_is_tried_again(log: Log, running: Running) -> None:
    log.configuration.key_file.chmod(0o644)
    await sync_to_async(append)(1)
    await until(lambda: "log_key_exposed" in running.alarms)
    log.configuration.key_file.chmod(0o600)
    await until(published(1))
    assert running.alarms.count("log_key_exposed") == 1  # said once a minute, not every second


async def test_what_nobody_expected_is_an_alarm_too(log: Log) -> None:
    running = Running(log)

    def broken() -> int:
        raise ZeroDivisionError

    running.loops._sequencer.step = broken  # type: ignore[method-assign]  # a mistake of ours
    await running.loops.start()
    try:
        await until(lambda: "log_sequence_failed" in running.alarms)
    finally:
        await running.loops.stop()
