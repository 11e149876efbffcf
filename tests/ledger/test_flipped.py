"""Whatever is changed behind the application's back is found, and said where."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.ledger import actions, checking, queries, store
from bailiwick.ledger.beginning import look
from bailiwick.ledger.errors import LogDamaged, LogRefuses
from bailiwick.ledger.models import Document, Entry, Head, Outbox, Published, Tile
from bailiwick.tlog.errors import LogMismatch, TlogError
from bailiwick.tlog.proof_files import parse_log_proof
from bailiwick.tlog.reading import check_log
from tests.ledger.kit import NOW, Log, append
from tests.ledger.snapshots import behind_its_back

SIZE = 530


@pytest.fixture
def full(log: Log) -> Log:
    """Two full tiles, a partial one, one tile above them, a document."""
    append(SIZE)
    log.process().step()
    actions.publish_document(b"redacted", NOW)
    return log


def check_all() -> None:
    list(checking.check_stored())
    list(checking.check_documents())


def test_what_nobody_changed_is_right(full: Log) -> None:
    check_all()
    look(full.configuration)


ROWS: dict[str, tuple[Any, str, dict[str, int], str]] = {
    "an entry": (Entry, "data", {"index": 300}, "entry 300"),
    "an entry of a partial tile": (Entry, "data", {"index": 529}, "entry 529"),
    "a leaf hash": (Entry, "leaf", {"index": 5}, "entry 5"),
    "a tile": (Tile, "data", {"level": 0, "number": 1}, "tile/0/001"),
    "a tile's root": (Tile, "root", {"level": 0, "number": 0}, "tile/0/000"),
    "a bundle": (Tile, "data", {"level": -1, "number": 1}, "tile/entries/001"),
    "the head's root": (Head, "root", {}, "the head"),
    "the head's checkpoint": (Head, "checkpoint", {}, "the head"),
    "the published checkpoint": (Published, "checkpoint", {}, "the published checkpoint"),
    "an outbox row": (Outbox, "entry", {"index": 7}, "outbox row"),
    "a document": (Document, "data", {}, "document"),
}


@pytest.mark.parametrize(("model", "field", "where", "named"), ROWS.values(), ids=ROWS)
def test_a_flipped_bit_of_any_stored_bytes_is_found_where_it_is(
    model: Any, field: str, where: dict[str, int], named: str, full: Log
) -> None:
    original = bytes(getattr(model.objects.get(**where), field))

    @given(st.integers(0, len(original) * 8 - 1))
    @settings(max_examples=12, database=None)
    def flip(bit: int) -> None:
        changed = bytearray(original)
        changed[bit // 8] ^= 1 << bit % 8
        with transaction.atomic():
            with behind_its_back():
                model.objects.filter(**where).update(**{field: bytes(changed)})
            with pytest.raises(LogDamaged) as caught:
                check_all()
            transaction.set_rollback(True)
        assert caught.value.where.startswith(named), caught.value.where

    flip()


GONE: dict[str, tuple[Callable[[], object], str]] = {
    "an entry in the middle": (lambda: Entry.objects.filter(index=300).delete(), "entry 300"),
    "the last entry": (lambda: Entry.objects.filter(index=529).delete(), "entry 529"),
    "a tile": (lambda: Tile.objects.filter(level=0, number=1).delete(), "tile/0/001"),
    "a bundle": (lambda: Tile.objects.filter(level=-1, number=0).delete(), "tile/entries/000"),
    "an entry too many": (lambda: Entry.objects.create(index=530, data=b"{}", leaf=bytes(32)), "entry 530"),
    "an outbox row": (lambda: Outbox.objects.filter(index=300).delete(), "the outbox row of entry 300"),
    "the last outbox row": (lambda: Outbox.objects.filter(index=529).delete(), "the outbox row of entry 529"),
    "an outbox row's type": (
        lambda: Outbox.objects.filter(index=7).update(type="restriction.expired"),
        "outbox row",
    ),
    "an outbox row too many": (
        lambda: Outbox.objects.create(type="demands.switched", entry=b"{}", index=10**6),
        "outbox row",
    ),
    "a tile too many": (
        lambda: Tile.objects.create(level=2, number=0, data=b"", root=b""),
        "the tiles",
    ),
    "the head moved on": (lambda: Head.objects.update(size=531), "the head"),
    "another size published": (lambda: Published.objects.update(size=529), "the published checkpoint"),
}


@pytest.mark.parametrize(("act", "named"), GONE.values(), ids=GONE)
def test_what_is_gone_or_too_much_is_found(act: Callable[[], object], named: str, full: Log) -> None:
    with behind_its_back():
        act()
    with pytest.raises(LogDamaged) as caught:
        check_all()
    assert caught.value.where.startswith(named), caught.value.where


def test_a_damaged_edge_stops_the_start_and_the_sequencer(full: Log) -> None:
    with behind_its_back():
        Entry.objects.filter(index=529).update(leaf=b"\0" * 32)
    with pytest.raises(LogDamaged, match="right edge"):
        look(full.configuration)
    append(1, SIZE)
    with pytest.raises(LogDamaged):
        full.process().step()
    assert Head.objects.get().size == SIZE


def test_a_row_rewritten_with_all_its_hashes_is_found_by_what_is_remembered(full: Log) -> None:
    """Somebody who has the key too: a whole other history, consistent in itself."""
    remembered = full.configuration.memory.read_bytes()
    full.configuration.memory.unlink()
    with behind_its_back():
        for model in (Outbox, Entry, Tile, Published, Head):
            model.objects.all().delete()
    full.begin()
    append(SIZE, 1000)
    full.process().step()
    check_all()
    full.configuration.memory.write_bytes(remembered)
    with pytest.raises(LogRefuses) as caught:
        full.process().step()
    assert caught.value.code == "log_forked"
    with pytest.raises(LogRefuses):
        queries.checkpoint()


@pytest.mark.parametrize("path", ["tile/0/001", "tile/1/000.p/2", "tile/0/002.p/18", "tile/entries/000"])
def test_an_outsider_finds_a_flipped_bit_of_any_tile_or_bundle(path: str, full: Log) -> None:
    head = Head.objects.get()
    stored = {path: store.fetch(path) for path in _paths()}

    @given(st.integers(0, len(stored[path]) * 8 - 1))
    @settings(max_examples=25, database=None)
    def flip(bit: int) -> None:
        changed = bytearray(stored[path])
        changed[bit // 8] ^= 1 << bit % 8
        served = {**stored, path: bytes(changed)}
        with pytest.raises(LogMismatch) as caught:
            list(check_log(head.size, bytes(head.root), served.__getitem__))
        # a bundle that reads well shows in the tile above it
        assert caught.value.path in {path, path.replace("entries", "0")}

    flip()


def _paths() -> list[str]:
    from bailiwick.tlog.tiles import bundles_of, tiles_of

    return [each.path for each in (*tiles_of(SIZE), *bundles_of(SIZE))]


def test_a_flipped_bit_of_a_proof_or_of_its_entry_is_found(full: Log) -> None:
    proof, entry = queries.proof_file(300), queries.entry(300)
    assert proof is not None
    assert entry is not None
    policy = full.policy()
    parse_log_proof(proof).verify(entry, policy)
    for bit in range(0, len(proof) * 8, 5):
        changed = bytearray(proof)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(TlogError):
            parse_log_proof(bytes(changed)).verify(entry, policy)
    for bit in range(len(entry) * 8):
        other = bytearray(entry)
        other[bit // 8] ^= 1 << bit % 8
        with pytest.raises(TlogError):
            parse_log_proof(proof).verify(bytes(other), policy)
