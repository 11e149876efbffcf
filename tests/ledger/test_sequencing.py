"""From an append to a published checkpoint and a proof that anybody verifies."""

import pytest
from django.db import transaction

from bailiwick.ledger import actions, checking, queries, store
from bailiwick.ledger.errors import MalformedEntry, OutsideTransaction
from bailiwick.ledger.models import Entry, Head, Outbox, Tile
from bailiwick.tlog.checkpoints import open_checkpoint
from bailiwick.tlog.proof_files import parse_log_proof
from bailiwick.tlog.reading import rebuild
from bailiwick.tlog.tiles import parse_path
from tests.ledger.kit import Log, append, check_whole, switched


def append_and_fail() -> None:
    with transaction.atomic():
        actions.append(switched(0))
        raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused(db: None) -> None:
    with pytest.raises(OutsideTransaction):
        actions.append(switched(0))


def test_an_entry_of_a_transaction_that_fails_is_not_logged(log: Log) -> None:
    with pytest.raises(ZeroDivisionError):
        append_and_fail()
    log.process().step()
    assert queries.checkpoint() is None
    assert not Outbox.objects.exists()


def test_an_entry_made_around_the_model_is_refused(log: Log) -> None:
    bad = switched(0).model_construct(type="demands.switched", at=switched(0).at, on="Ada")
    with pytest.raises(MalformedEntry), transaction.atomic():
        actions.append(bad)


def test_an_appended_entry_gets_an_index_a_checkpoint_and_a_proof(log: Log) -> None:
    first, second = append(2)
    assert queries.sequenced(first) is None
    assert queries.proof_file(0) is None
    log.process().step()
    assert [queries.sequenced(row) for row in (first, second)] == [0, 1]
    proof, entry = queries.proof_file(1), queries.entry(1)
    assert proof is not None
    assert entry is not None
    witnessed = parse_log_proof(proof).verify(entry, log.policy())
    assert witnessed.checkpoint.size == 2
    assert queries.proof_file(2) is None


def test_tiles_bundles_and_roots_are_those_of_the_library_at_every_size(log: Log) -> None:
    process, entries = log.process(), list[bytes]()
    for count in (1, 2, 252, 1, 1, 300, 500, 1024):
        append(count, len(entries))
        process.step()
        entries = store.entries(0, 10_000)
        data = queries.checkpoint()
        assert data is not None
        checkpoint, _ = open_checkpoint(data, log.keys())
        assert checkpoint.size == len(entries)
        for resource, expected in rebuild(entries):
            assert queries.tile(resource.path) == expected
        assert check_whole(checkpoint.size, checkpoint.root) > 0
    assert sum(checking.check_stored()) > 0


def test_a_partial_tile_is_served_the_same_at_every_later_size(log: Log) -> None:
    process = log.process()
    append(3)
    process.step()
    early = queries.tile("tile/0/000.p/2"), queries.tile("tile/entries/000.p/2")
    append(600, 3)
    process.step()
    assert (queries.tile("tile/0/000.p/2"), queries.tile("tile/entries/000.p/2")) == early
    assert None not in early


@pytest.mark.parametrize(
    "path", ["tile/0/001", "tile/0/000.p/4", "tile/1/000.p/1", "tile/entries/000.p/4", "tile/8/000", "x", ""]
)
def test_what_is_not_published_is_not_there(log: Log, path: str) -> None:
    append(3)
    process = log.process()
    process.step()
    append(400, 3)
    process.sequencer.step()  # and not yet published
    assert queries.tile(path) is None


def test_nothing_happens_while_nothing_waits(log: Log) -> None:
    process = log.process()
    append(1)
    process.step()
    before = Head.objects.values().get(id=1)
    process.step()
    assert Head.objects.values().get(id=1) == before
    assert (Entry.objects.count(), Tile.objects.count()) == (1, 0)


def test_the_latest_of_a_type_counts_before_it_is_sequenced(log: Log) -> None:
    assert queries.latest("demands.switched") is None
    append(2)
    assert queries.latest("demands.switched") == switched(1)
    assert list(queries.entries_of("demands.switched")) == []
    log.process().step()
    assert list(queries.entries_of("demands.switched")) == [(0, switched(0)), (1, switched(1))]


def test_every_path_is_parsed_strictly() -> None:
    assert parse_path("tile/0/000.p/1").width == 1
