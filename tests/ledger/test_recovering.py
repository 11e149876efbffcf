"""A restored database gets back what it lost, from a copy that is not believed."""

from collections.abc import Sequence

import pytest

from bailiwick.ledger import checking, queries
from bailiwick.ledger.errors import LogForked, LogKeyDiffers, LogRewound
from bailiwick.ledger.models import Head, Outbox, Published
from bailiwick.ledger.recovering import CopyUnusable, recover
from bailiwick.ledger.rotating import retire, rotate
from bailiwick.tlog.checkpoints import open_checkpoint
from tests.ledger.kit import NOW, Log, append
from tests.ledger.snapshots import Copy, Snapshot


def nothing(_entries: Sequence[bytes]) -> None:
    pass


@pytest.fixture
def lost(log: Log) -> tuple[Log, Copy]:
    """600 entries were signed; the database is that of 10 entries, with two more waiting."""
    process = log.process()
    append(10)
    process.step()
    append(2, 10)
    before = Snapshot(log)
    append(588, 12)
    process.step()
    copy = Copy()
    before.restore()
    with pytest.raises(LogRewound):
        log.process().step()
    return log, copy


def test_what_was_lost_is_brought_back_and_the_log_goes_on(lost: tuple[Log, Copy]) -> None:
    log, copy = lost
    assert recover(log.configuration, copy.fetch, copy.checkpoint, nothing) == 590
    assert Outbox.objects.filter(index=None).count() == 0  # those that waited had their places
    append(1, 600)
    log.process().step()
    assert queries.checkpoint() is not None
    assert Published.objects.get().size == 601
    assert list(checking.check_stored())[-1] == 601


def test_bytes_that_say_nothing_come_back_with_the_rest(log: Log) -> None:
    """Put there by hand, they are in the signed tree, and nothing that was signed may be missing."""
    before = Snapshot(log)
    append(1)
    Outbox.objects.create(type="", entry=b"no entry at all")
    append(1, 1)
    log.process().step()
    copy = Copy()
    before.restore()
    assert recover(log.configuration, copy.fetch, copy.checkpoint, nothing) == 3
    assert list(checking.check_stored())[-1] == 3


def test_a_copy_with_another_entry_changes_nothing(lost: tuple[Log, Copy]) -> None:
    log, copy = lost
    path = "tile/entries/001"
    copy.files[path] = copy.files[path].replace(b"true", b"null", 1)
    with pytest.raises(LogForked):
        recover(log.configuration, copy.fetch, copy.checkpoint, nothing)
    assert Head.objects.get().size == 10


def test_a_copy_that_is_too_short_changes_nothing(lost: tuple[Log, Copy]) -> None:
    log, _ = lost
    short = Copy()
    with pytest.raises(CopyUnusable, match="10 entries"):
        recover(log.configuration, short.fetch, short.checkpoint, nothing)
    assert Head.objects.get().size == 10


def test_a_copy_that_is_incomplete_or_another_logs_changes_nothing(lost: tuple[Log, Copy]) -> None:
    log, copy = lost
    with pytest.raises(CopyUnusable, match="not signed"):
        recover(log.configuration, copy.fetch, copy.checkpoint.replace(b"meet.", b"more."), nothing)
    del copy.files["tile/entries/001"]
    with pytest.raises(CopyUnusable, match="from 256 on"):
        recover(log.configuration, copy.fetch, copy.checkpoint, nothing)
    assert Head.objects.get().size == 10


@pytest.mark.parametrize("old_one", ["still signs", "is retired"])
def test_a_log_that_was_given_another_key_since_the_backup_goes_on_with_that_one(
    old_one: str, log: Log
) -> None:
    """Whoever follows the log knows the key that its last `key.rotated` names, and perhaps no other."""
    process = log.process()
    append(1)
    process.step()
    before = Snapshot(log)
    new = rotate(log.configuration, NOW).verifier
    process.step()
    if old_one == "is retired":
        retire(log.configuration)
    append(1, 1)
    process.step()
    copy, known = Copy(), log.keys()
    before.restore()
    assert recover(log.configuration, copy.fetch, copy.checkpoint, nothing) == 2
    assert log.keys() == known
    append(1, 2)
    log.process().step()
    checkpoint, _ = open_checkpoint(bytes(Published.objects.get().checkpoint), [new])
    assert checkpoint.size == 4


def test_a_log_whose_last_key_is_not_on_this_machine_is_not_recovered_with_an_older_one(log: Log) -> None:
    append(1)
    log.process().step()
    before = Snapshot(log)
    held = log.configuration.key_file.read_bytes()
    rotate(log.configuration, NOW)
    log.process().step()
    copy = Copy()
    before.restore()
    log.configuration.key_file.write_bytes(held)
    with pytest.raises(LogKeyDiffers):
        recover(log.configuration, copy.fetch, copy.checkpoint, nothing)
    assert Head.objects.get().size == 1
