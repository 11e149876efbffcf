"""The database itself refuses to forget. The same tests run on PostgreSQL (tests/contracts)."""

from collections.abc import Callable

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


@pytest.mark.parametrize("act", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_when(act: Act, full: Log) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        act()


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
