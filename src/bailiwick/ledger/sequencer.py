"""From the outbox into the tree: one step stages entries and tiles, moves the head, and remembers it.

Any number of processes on any hosts may run steps; one conditional update of the head decides who appends.
What a crash leaves at any line is what the next step begins with, in any process: nothing else recovers.

1. The head is compared with its own checkpoint, with the tiles, and with what is remembered outside the
   database. What does not fit ends the step with a refusal, before anything is signed.
2. In one transaction: the head moves from exactly the tree that was read to the new one, then come entries,
   tiles, and the outbox rows' indices. A crash inside leaves nothing; a loser of a race nothing either.
3. The new checkpoint is remembered in a file, before any outsider is shown it (`publishing`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from bailiwick.ledger import keyfile, store
from bailiwick.ledger.configuration import Configuration
from bailiwick.ledger.errors import (
    LogDamaged,
    LogForked,
    LogKeyDiffers,
    LogNotBegun,
    LogOriginDiffers,
    LogRefuses,
    LogRewound,
)
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.models import Entry, Head, Outbox, Tile
from bailiwick.tlog.checkpoints import Checkpoint, open_checkpoint
from bailiwick.tlog.errors import TlogError
from bailiwick.tlog.hashing import Hash, leaf_hash, root_of
from bailiwick.tlog.keys import SigningKey, VerifierKey, parse_vkey
from bailiwick.tlog.notes import sign_note
from bailiwick.tlog.tiles import WIDTH, decode_tile, encode_bundle
from bailiwick.tlog.tiles import Tile as TilePlace

BATCH: Final = 4096
"""Entries taken in one step at most."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The head as read: its tree, the note that says so, and the keys it may be signed with."""

    origin: str
    size: int
    root: Hash
    note: bytes
    vkeys: str

    @property
    def verifiers(self) -> list[VerifierKey]:
        """The log's keys, the one in use first."""
        return [parse_vkey(line) for line in self.vkeys.split("\n")]


def head_now() -> Signed:
    """The head, after a look that its checkpoint says what its row says.

    Raises:
        LogNotBegun, LogDamaged: there is none; or it contradicts itself.
    """
    row = Head.objects.filter(id=1).first()
    if row is None:
        raise LogNotBegun("There is no log in this database yet. Run: bailiwick migrate")
    head = Signed(row.origin, row.size, bytes(row.root), bytes(row.checkpoint), row.vkeys)
    try:
        checkpoint, _ = open_checkpoint(head.note, head.verifiers)
    except TlogError as error:
        raise LogDamaged("the head's checkpoint", error.code) from error
    if checkpoint != Checkpoint(head.origin, head.size, head.root):
        raise LogDamaged("the head", "its checkpoint is of another tree")
    return head


def refusal() -> str:
    """The code a witness's contradiction left on the head; empty while there is none."""
    return Head.objects.filter(id=1).values_list("refused", flat=True).first() or ""


def check_uncontradicted() -> None:
    """Nothing, unless a witness has contradicted, whichever process asked: then what that makes of the log.

    Raises:
        LogRewound, LogForked; LogRefuses for any other code.
    """
    if code := refusal():
        kinds: dict[str, type[LogRefuses]] = {kind.code: kind for kind in (LogRewound, LogForked)}
        raise kinds.get(code, LogRefuses)(f"A witness contradicts this log: {code}.")


def going_on(memory: Memory) -> Signed:
    """The head, if it continues what is remembered and no witness contradicts. LogRefuses and its kinds."""
    head = continued(memory)
    check_uncontradicted()
    return head


class Sequencer:
    """Appends what waits in the outbox. `cleared`: whether witnesses were asked since the start
    (`publishing`); until then nothing is appended."""

    def __init__(
        self, configuration: Configuration, memory: Memory, cleared: Callable[[], bool] = lambda: True
    ) -> None:
        self._configuration = configuration
        self._memory = memory
        self._cleared = cleared

    def step(self) -> int:
        """Append what waits, as many as go into one step; how many that were. LogRefuses and its kinds."""
        head = continued(self._memory)
        self._check(head)
        waiting = self._waiting()
        moved = self._append(head, waiting) if waiting else None
        self._remember(moved or head)
        return len(waiting) if moved else 0

    def _waiting(self) -> list[Outbox]:
        if not self._cleared():
            return []
        return list(Outbox.objects.filter(index__isnull=True).order_by("id")[:BATCH])

    # ------------------------------------------------------------ before anything is signed

    def _check(self, head: Signed) -> None:
        """Refuse where this is another log, or a witness contradicts."""
        if self._configuration.origin_given and self._configuration.origin != head.origin:
            raise LogOriginDiffers(f"The log in this database is {head.origin}.")
        check_uncontradicted()

    def _keys(self, head: Signed) -> list[SigningKey]:
        return signing_keys(self._configuration, head.vkeys)

    # ------------------------------------------------------------ one transaction

    def _append(self, head: Signed, waiting: Sequence[Outbox]) -> Signed | None:
        """The head with these entries in it; None where another process was first."""
        builder = store.builder(head.size)
        if builder.root() != head.root:
            raise LogDamaged("the tiles at the right edge", "their root is not the head's")
        rows = rows_of([bytes(row.entry) for row in waiting], head.size)
        full = [made for row in rows for made in builder.add(bytes(row.leaf))]
        grown = self._sign(head, builder.size, builder.root())
        with transaction.atomic():
            if not self._move(head, grown):
                return None
            self._write(rows, full)
            self._number(waiting, head.size)
        return grown

    def _sign(self, head: Signed, size: int, root: Hash) -> Signed:
        """Never shown to anybody unless `_move` and its transaction succeed: only then is it the log's."""
        text = Checkpoint(head.origin, size, root).text
        note = sign_note(text, *self._keys(head)).encode()
        return Signed(head.origin, size, root, note, head.vkeys)

    def _move(self, head: Signed, grown: Signed) -> bool:
        """Compare and swap. It comes first: the row's lock makes a second process wait, then lose."""
        same = Head.objects.filter(id=1, size=head.size, root=head.root, vkeys=head.vkeys, refused="")
        return same.update(size=grown.size, root=grown.root, checkpoint=grown.note) == 1

    def _write(self, rows: list[Entry], full: list[tuple[TilePlace, bytes]]) -> None:
        write(rows, full)

    def _number(self, waiting: Sequence[Outbox], first: int) -> None:
        """Say in the outbox where each entry is."""
        places = [(first + place, row.pk) for place, row in enumerate(waiting)]
        with connection.cursor() as cursor:
            cursor.executemany('UPDATE ledger_outbox SET "index" = %s WHERE id = %s', places)

    # ------------------------------------------------------------ after it

    def _remember(self, head: Signed) -> None:
        remember(head, self._memory)


def rows_of(entries: Sequence[bytes], first: int) -> list[Entry]:
    """The rows of entries from index `first` on."""
    return [Entry(index=first + at, data=data, leaf=leaf_hash(data)) for at, data in enumerate(entries)]


def write(rows: list[Entry], full: list[tuple[TilePlace, bytes]]) -> None:
    """The entries, the tiles they completed, and the bundles of the same places as level 0's. In the
    transaction that moves the head."""
    Entry.objects.bulk_create(rows, batch_size=500)
    Tile.objects.bulk_create([_tile(tile, data) for tile, data in full], batch_size=100)
    places = [tile.index for tile, _ in full if tile.level == 0]
    Tile.objects.bulk_create([_bundle(place) for place in places], batch_size=16)


def continued(memory: Memory) -> Signed:
    """The head, after a look that it continues what is remembered.

    What is remembered is read first: it was remembered after its head was committed, so that the head, read
    later, is behind it only if it was set back.

    Raises:
        LogNotBegun, LogRewound, LogForked, LogOriginDiffers, LogMemoryUnreadable, LogDamaged.
    """
    before = memory.highest()
    head = head_now()
    if before is not None:
        _compare(head, before)
    return head


def _compare(head: Signed, before: Checkpoint) -> None:
    if before.origin != head.origin:
        raise LogOriginDiffers(f"The data folder remembers a log called {before.origin}, not {head.origin}.")
    if before.size > head.size:
        raise LogRewound(
            f"The database holds {head.size} entries of the log, and {before.size} were signed already: an "
            "older backup was restored."
        )
    known = head.root if before.size == head.size else store.root_at(before.size)
    if known != before.root:
        raise LogForked(f"The first {before.size} entries are not those that were signed before.")


def remember(head: Signed, memory: Memory) -> bool:
    """Remember the head, after a look that it continues what is remembered and still is the head.

    False: another process went further meanwhile. LogRewound and the like: see `continued`.
    """
    before = memory.highest()
    if before is not None and (before.size, before.root) == (head.size, head.root):
        return True
    now = continued(memory)
    if (now.size, now.root) != (head.size, head.root):
        return False
    return memory.advance(now.note)


def signing_keys(configuration: Configuration, vkeys: str) -> list[SigningKey]:
    """The private keys of the log's public ones, the one in use first.

    Raises:
        LogKeyMissing, LogKeyExposed: see `keyfile`. LogKeyDiffers: the one in use is not in the file.
    """
    held = {key.verifier.vkey: key for key in keyfile.read(configuration.key_file)}
    names = vkeys.split("\n")
    if names[0] not in held:
        raise LogKeyDiffers(
            f"The key in {configuration.key_file} is not the one this log signs with. Use the same key "
            "file on every machine: the one from before, or after a rotation the new one."
        )
    return [held[name] for name in names if name in held]


def _tile(tile: TilePlace, data: bytes) -> Tile:
    return Tile(level=tile.level, number=tile.index, data=data, root=root_of(decode_tile(tile, data)))


def _bundle(place: int) -> Tile:
    found = store.entries(place * WIDTH, (place + 1) * WIDTH)
    return Tile(level=Tile.BUNDLE, number=place, data=encode_bundle(found), root=b"")
