"""Real processes, killed (SIGKILL) wherever they happen to be: the next ones finish what they left."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from django.db import connection, connections

from bailiwick.ledger import checking, queries
from bailiwick.ledger.actions import OutboxId
from bailiwick.ledger.models import Head, Outbox, Published
from tests.ledger.kit import Log, check_whole, new_log

ROOT = Path(__file__).parents[2]
KILLS = 4


@pytest.fixture
def log(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[Log]:
    made = new_log(tmp_path)
    settings.LEDGER = made.configuration
    made.begin()
    yield made
    connections.close_all()


@contextmanager
def racer(folder: Path, number: int, output: IO[str]) -> Iterator[subprocess.Popen[str]]:
    environ = {**os.environ, "RACER_DATABASE": str(connection.settings_dict["NAME"])}
    words = [sys.executable, "-m", "tests.ledger.racer", str(folder), str(number)]
    with subprocess.Popen(words, cwd=ROOT, env=environ, stdout=output, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_ready(path: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while "ready" not in path.read_text():
        assert process.poll() is None, "the racer ended by itself"
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_killed_anywhere_leaves_what_the_next_one_finishes(log: Log, tmp_path: Path) -> None:
    dice = random.Random(7)
    committed: set[int] = set()
    for number in range(KILLS):
        paths = [tmp_path / f"{number}-{which}" for which in range(2)]
        with (
            paths[0].open("w") as first,
            paths[1].open("w") as second,
            racer(tmp_path, 2 * number, first) as one,
            racer(tmp_path, 2 * number + 1, second) as two,
        ):
            wait_until_ready(paths[0], one)
            wait_until_ready(paths[1], two)
            time.sleep(dice.uniform(0.0, 0.4))
            one.kill()
            time.sleep(dice.uniform(0.0, 0.2))
        for path in paths:
            committed |= {int(line) for line in path.read_text().splitlines()[1:] if line.isdecimal()}
    log.process().step()
    head = Head.objects.get()
    assert all(queries.sequenced(OutboxId(row)) is not None for row in committed)
    assert sorted(Outbox.objects.values_list("index", flat=True)) == list(range(head.size))
    assert Published.objects.get().size == head.size >= len(committed) > KILLS
    check_whole(head.size, bytes(head.root))
    assert list(checking.check_stored())[-1] == head.size
