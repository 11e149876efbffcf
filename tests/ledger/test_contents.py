"""What the log says, read on from checkpoint to checkpoint."""

import pytest

from bailiwick.ledger.contents import Reader
from bailiwick.ledger.entries import DemandsSwitched
from bailiwick.ledger.errors import LogDamaged
from bailiwick.ledger.models import Entry, Outbox
from bailiwick.tlog.checkpoints import Checkpoint
from tests.ledger.kit import Log, append, switched
from tests.ledger.snapshots import behind_its_back


def grown(log: Log, count: int) -> Checkpoint:
    """The head, once so many entries more are in it."""
    from bailiwick.ledger.sequencer import head_now

    append(count, head_now().size)
    log.process().step()
    head = head_now()
    return Checkpoint(head.origin, head.size, head.root)


def said(reader: Reader, checkpoint: Checkpoint) -> list[int]:
    found = reader.read(checkpoint).every(DemandsSwitched)
    assert [entry for _, entry in found] == [switched(index) for index, _ in found]
    return [index for index, _ in found]


def test_each_checkpoint_covers_its_own_entries_whichever_was_read_first(log: Log) -> None:
    first, second = grown(log, 3), grown(log, 300)
    reader = Reader()
    assert said(reader, second) == list(range(303))
    assert said(reader, first) == [0, 1, 2]
    assert said(reader, second) == list(range(303))
    assert said(reader, first) == [0, 1, 2]


def test_an_entry_that_says_nothing_we_know_hides_no_other(log: Log) -> None:
    append(1)
    Outbox.objects.create(type="by.hand", entry=b"no entry at all")
    log.process().step()
    assert said(Reader(), grown(log, 1)) == [0, 2]


def test_entries_of_another_history_are_not_told(log: Log) -> None:
    checkpoint = grown(log, 3)
    reader = Reader()
    with behind_its_back():
        Entry.objects.filter(index=1).delete()
    with pytest.raises(LogDamaged):
        reader.read(checkpoint)
