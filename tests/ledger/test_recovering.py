"""A restored database gets back what it lost, from a copy that is not believed."""

from collections.abc import Sequence

import pytest

from bailiwick.ledger import checking, queries, store
from bailiwick.ledger.errors import LogForked, LogRewound
from bailiwick.ledger.models import Head, Outbox, Published
from bailiwick.ledger.recovering import CopyUnusable, recover
from bailiwick.tlog.errors import NotStored
from bailiwick.tlog.tiles import bundles_of
from tests.ledger.kit import Log, append
from tests.ledger.snapshots import Snapshot


def nothing(_entries: Sequence[bytes]) -> None:
    pass


class Copy:
    """What a mirror has: all bundles, and the checkpoint."""

    def __init__(self) -> None:
        row = Published.objects.get()
        self.checkpoint = bytes(row.checkpoint)
        self.files = {bundle.path: store.fetch(bundle.path) for bundle in bundles_of(row.size)}

    def fetch(self, path: str) -> bytes:
        if path not in self.files:
            raise NotStored("not in the copy")
        return self.files[path]


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
