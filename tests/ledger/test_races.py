"""Two sequencers at once, in threads with connections of their own: one history, nothing lost or twice."""

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from bailiwick.ledger import checking, queries, store
from bailiwick.ledger.models import Head, Outbox, Published
from bailiwick.tlog.checkpoints import Checkpoint, parse_checkpoint
from bailiwick.tlog.notes import parse_note
from bailiwick.tlog.proofs import verify_consistency
from tests.ledger.kit import Log, Process, append, new_log

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def log(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[Log]:
    made = new_log(tmp_path)
    settings.LEDGER = made.configuration
    made.begin()
    yield made
    connections.close_all()


def in_threads(*works: Callable[[], None]) -> None:
    """Run all at once; what one raises is raised here."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(works))

    def guarded(work: Callable[[], None]) -> None:
        try:
            start.wait()
            work()
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def watch(shown: list[Checkpoint], done: threading.Event) -> None:
    """Somebody who fetches the checkpoint all the time."""
    while not done.is_set():
        data = queries.checkpoint()
        if data is not None:
            found = parse_checkpoint(parse_note(data).text)
            if not shown or shown[-1] != found:
                shown.append(found)


def check_history(shown: list[Checkpoint]) -> None:
    for before, after in pairwise(shown):
        assert before.size <= after.size, "what is published went back"
        proof = store.consistency(before.size, after.size)
        verify_consistency(before.size, after.size, before.root, after.root, proof)


@pytest.mark.parametrize("witnessed", [False, True], ids=["alone", "witnessed"])
def test_any_two_sequencers_that_race_make_one_history(log: Log, witnessed: bool) -> None:
    if witnessed:
        log.with_witnesses("w")
    done, shown, appended = threading.Event(), list[Checkpoint](), 60

    def appends(first: int) -> None:
        for number in range(0, appended, 3):
            append(3, first + number)

    def steps(process: Process) -> None:
        while not done.is_set() or queries.waiting() or queries.behind():
            process.step()

    def finish() -> None:
        in_threads(lambda: appends(0), lambda: appends(1000))
        done.set()

    in_threads(finish, lambda: steps(log.process()), lambda: steps(log.process()), lambda: watch(shown, done))
    head = Head.objects.get()
    assert head.size == 2 * appended == Published.objects.get().size
    assert sorted(Outbox.objects.values_list("index", flat=True)) == list(range(head.size))  # type: ignore[type-var]
    assert list(checking.check_stored()) == [head.size]
    check_history(shown)
    assert log.troubles == []
    assert head.refused == ""
    for witness in log.witnesses.values():
        asked = {each.size: each for each in witness.shown if each.size}
        check_history([asked[size] for size in sorted(asked)])


def test_the_loser_of_a_race_leaves_nothing_and_tries_again(log: Log) -> None:
    one, two = log.process(), log.process()
    append(3)
    sign = two.sequencer._sign

    def overtaken(*arguments: Any) -> Any:
        in_threads(one.step)
        return sign(*arguments)

    two.sequencer._sign = overtaken  # type: ignore[method-assign]  # a process that is slow at this line
    assert two.sequencer.step() == 0
    two.sequencer._sign = sign  # type: ignore[method-assign]
    append(1, 3)
    assert two.sequencer.step() == 1
    assert list(checking.check_stored()) == [4]
