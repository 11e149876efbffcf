"""Setting the log's tables back to how they were: what restoring a backup does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model

from bailiwick.ledger import store, triggers
from bailiwick.ledger.models import Document, Entry, Head, Outbox, Published, Salt, Tile
from bailiwick.tlog.errors import NotStored
from bailiwick.tlog.tiles import bundles_of
from tests.ledger.kit import Log

MODELS: tuple[type[Model], ...] = (Outbox, Entry, Tile, Head, Published, Document, Salt)


class Snapshot:
    """All rows of the log, what is remembered outside the database, and the keys."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._rows: list[list[Model]] = [list(model._default_manager.all()) for model in MODELS]
        memory = log.configuration.memory
        self._memory = memory.read_bytes() if memory.exists() else None
        self._keys = log.configuration.key_file.read_bytes()

    def restore(self, *, everything: bool = False) -> None:
        """Put the rows back. `everything`: the files outside the database too, as of a whole machine."""
        _run(triggers.drop(connection.vendor))
        for model, rows in zip(MODELS, self._rows, strict=True):
            model._default_manager.all().delete()
            model._default_manager.bulk_create(rows)
        _run(triggers.create(connection.vendor))
        memory = self._log.configuration.memory
        if everything and self._memory is None:
            memory.unlink(missing_ok=True)
        elif everything and self._memory is not None:
            memory.write_bytes(self._memory)
        if everything:
            self._log.configuration.key_file.write_bytes(self._keys)


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


@contextmanager
def restored(log: Log, *, everything: bool = False) -> Iterator[None]:
    """What happens inside is lost."""
    before = Snapshot(log)
    yield
    before.restore(everything=everything)


@contextmanager
def behind_its_back() -> Iterator[Any]:
    """Somebody with the database's own rights: no trigger stops them."""
    _run(triggers.drop(connection.vendor))
    with connection.cursor() as cursor:
        yield cursor
    _run(triggers.create(connection.vendor))


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
