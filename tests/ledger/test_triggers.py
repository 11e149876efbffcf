"""The database itself refuses to forget. The same tests run on PostgreSQL (tests/contracts)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bailiwick.ledger import actions, triggers
from bailiwick.ledger.models import Document, Entry, Head, Outbox, Published, Tile
from tests.ledger.kit import NOW, Log, append

Act = Callable[[], object]


@pytest.fixture
def full(log: Log) -> Log:
    """With a full tile, a document, and one entry that waits."""
    append(257)
    log.process().step()
    append(1, 257)
    actions.publish_document(b"redacted", NOW)
    return log


REFUSED: dict[str, Act] = {
    "an entry is changed": lambda: Entry.objects.filter(index=3).update(data=b"other"),
    "an entry moves": lambda: Entry.objects.filter(index=3).update(index=999),
    "an entry goes": lambda: Entry.objects.filter(index=256).delete(),
    "a tile is changed": lambda: Tile.objects.filter(level=0).update(data=b"other"),
    "a bundle goes": lambda: Tile.objects.filter(level=Tile.BUNDLE).delete(),
    "a waiting entry is changed": lambda: Outbox.objects.filter(index=None).update(entry=b"{}"),
    "a waiting entry goes": lambda: Outbox.objects.filter(index=None).delete(),
    "an entry gets another index": lambda: Outbox.objects.filter(index=0).update(index=999),
    "an entry loses its index": lambda: Outbox.objects.filter(index=0).update(index=None),
    "the head shrinks": lambda: Head.objects.update(size=5),
    "the head gets another root": lambda: Head.objects.update(root=b"\x01" * 32),
    "the log gets another name": lambda: Head.objects.update(origin="other.example.org/log"),
    "the head goes": lambda: Head.objects.all().delete(),
    "what is published shrinks": lambda: Published.objects.update(size=5),
    "what is published goes": lambda: Published.objects.all().delete(),
    "a document is changed": lambda: Document.objects.update(data=b"other"),
}


def replaced(table: str, columns: str, values: str) -> str:
    return f"INSERT OR REPLACE INTO ledger_{table} ({columns}) VALUES ({values})"  # noqa: S608 - a test's own


REPLACED = {
    "an entry": replaced("entry", '"index", data, leaf', "3, 'other', 'other'"),
    "a tile": replaced("tile", "level, number, data, root", "0, 0, 'other', 'other'"),
    "a tile by its row": replaced("tile", "id, level, number, data, root", "1, 7, 0, 'other', 'other'"),
    "what an index was given to": replaced("outbox", 'type, entry, "index"', "'key.rotated', 'other', 0"),
    "a row of the outbox": replaced("outbox", "id, type, entry", "1, 'key.rotated', 'other'"),
    "whose index it is": 'UPDATE OR REPLACE ledger_outbox SET "index" = 0 WHERE "index" IS NULL',
    "the head": replaced(
        "head",
        "id, origin, vkeys, size, root, checkpoint, refused, asking_until",
        "1, '', '', 0, '', '', '', 0",
    ),
    "what is published": replaced("published", "id, size, checkpoint, at", "1, 0, '', '2026-01-01'"),
    "a document": (
        "INSERT OR REPLACE INTO ledger_document SELECT sha256, 'other', published_at FROM ledger_document"
    ),
}


@pytest.mark.parametrize("act", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_when(act: Act, full: Log) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        act()


@pytest.mark.parametrize("statement", REPLACED.values(), ids=REPLACED)
def test_sqlite_does_not_replace(statement: str, full: Log) -> None:
    """Such a statement deletes what is in its way, and triggers on DELETE do not see that."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no OR REPLACE; its upsert is an UPDATE, refused above")
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_document_that_is_there_is_published_again_unchanged(full: Log) -> None:
    before = Document.objects.get()
    assert actions.publish_document(b"redacted", NOW + timedelta(days=1)) == before.sha256
    assert Document.objects.get().published_at == before.published_at


def test_a_document_can_be_removed_and_a_salt_too(full: Log) -> None:
    committed = actions.commit_to(b"meeting")
    assert actions.erase(committed)
    assert not actions.erase(committed)
    assert actions.remove_document(Document.objects.values_list("sha256", flat=True).get())


def test_emptying_a_table_is_refused_on_postgresql(full: Log) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE; its DELETE is refused above")
    for table in triggers.KEPT_WHOLE:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")
