"""Reading the log: what is served to everybody, and what the gate and the desk ask."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from bailiwick.ledger import keyfile, store
from bailiwick.ledger.actions import OutboxId
from bailiwick.ledger.configuration import configured
from bailiwick.ledger.entries import Entry, parse
from bailiwick.ledger.errors import LogDamaged, LogNotBegun, LogRefuses
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.models import Document, Head, Outbox, Published, Salt
from bailiwick.ledger.models import Entry as EntryRow
from bailiwick.ledger.sequencer import going_on
from bailiwick.tlog import tiles
from bailiwick.tlog.checkpoints import Checkpoint, open_checkpoint
from bailiwick.tlog.errors import MalformedPath, NotStored, TlogError
from bailiwick.tlog.proof_files import LogProof

_SAME: Final = EntryRow.objects.filter(index=OuterRef("index"), data=OuterRef("entry"))
"""Of an outbox row: the entry that it is."""


def sequenced(outbox_id: OutboxId) -> int | None:
    """The entry's index in the log; None while it waits. One query."""
    index: int | None = Outbox.objects.values_list("index", flat=True).get(pk=outbox_id)
    return index


def outbox_id(entry: bytes) -> OutboxId | None:
    """The outbox row of an entry that is in the log, the last of its bytes; None where there is none."""
    rows = Outbox.objects.filter(Exists(_SAME), entry=entry).order_by("-index")
    found: int | None = rows.values_list("pk", flat=True).first()
    return None if found is None else OutboxId(found)


def published() -> Published | None:
    """The row of the published checkpoint; None before the first. One query."""
    return Published.objects.filter(id=1).first()


def signed_here(note: bytes) -> Checkpoint:
    """The checkpoint of a note that a key in this machine's key file signed: whoever has the database alone
    cannot make one.

    Raises:
        LogDamaged: none of them did. LogKeyMissing, LogKeyExposed: see `keyfile`.
    """
    keys = [key.verifier for key in keyfile.read(configured().key_file)]
    try:
        return open_checkpoint(note, keys)[0]
    except TlogError as error:
        raise LogDamaged("the published checkpoint", error.code) from error


def checkpoint() -> bytes | None:
    """The published checkpoint with its cosignatures; None before the first.

    Raises:
        LogRefuses: the log does not go on, so what is published may be behind what was shown before.
    """
    check_goes_on()
    row = published()
    return None if row is None else bytes(row.checkpoint)


def check_goes_on() -> None:
    """Nothing if the log goes on. What is remembered is read each time: it is a small file.

    Raises:
        LogRefuses: one of its kinds says why not. Then nothing new may be enforced (P3).
    """
    going_on(Memory(configured().memory))


def proof_file(index: int) -> bytes | None:
    """A `.tlog-proof` of entry `index` against the published checkpoint (c2sp.org/tlog-proof).

    None until a checkpoint that the quorum cosigned covers it, and while the log refuses to go on. Nothing in
    it is verified here: whoever relies on it verifies it (`bailiwick.tlog.proof_files`).

    Raises:
        LogDamaged: the tiles it would be made of are not there.
    """
    try:
        check_goes_on()
    except LogRefuses:
        return None
    row = published()
    if row is None or not 0 <= index < row.size:
        return None
    try:
        hashes = tuple(store.inclusion(index, row.size))
    except TlogError as error:
        raise LogDamaged(f"the proof of entry {index}", error.code) from error
    return LogProof(index, hashes, bytes(row.checkpoint)).encode()


def policy_text() -> bytes:
    """The tlog-policy file outsiders verify with: our log's keys, the witnesses, the quorum.

    Raises:
        LogNotBegun, LogPolicyUnusable.
    """
    vkeys = Head.objects.filter(id=1).values_list("vkeys", flat=True).first()
    if vkeys is None:
        raise LogNotBegun("There is no log in this database yet.")
    return configured().whole_policy(vkeys).encode()


def entry(index: int) -> bytes | None:
    """The bytes of an entry; None if there is none of that index. One query."""
    data = EntryRow.objects.filter(index=index).values_list("data", flat=True).first()
    return None if data is None else bytes(data)


def tile(path: str) -> bytes | None:
    """A tile or bundle by its path below the log's prefix, as far as it is published; None otherwise."""
    try:
        resource = tiles.parse_path(path)
    except MalformedPath:
        return None
    row = published()
    if row is None or _end(resource) > row.size:
        return None
    try:
        return store.fetch(path)
    except NotStored:
        return None


def _end(resource: tiles.Resource) -> int:
    """How many entries there must be for it."""
    level = resource.level if isinstance(resource, tiles.Tile) else 0
    return (resource.index * tiles.WIDTH + resource.width) << (tiles.HEIGHT * level)


def document(name: str) -> tuple[bytes, datetime] | None:
    """A published document by its SHA-256, and since when it is published; None where it is not there, or was
    changed by hand: then it is not that document any more, and nobody is shown it."""
    row = Document.objects.filter(sha256=name).first()
    if row is None or sha256(bytes(row.data)).hexdigest() != name:
        return None
    return bytes(row.data), row.published_at


def salt(commitment: str) -> bytes | None:
    """What opens a commitment; None once it is erased."""
    found = Salt.objects.filter(commitment=commitment).values_list("salt", flat=True).first()
    return None if found is None else bytes(found)


def said(kind: str) -> QuerySet[Outbox]:
    """Rows of what the log says, or will say: those that wait, and those that are the entry of their index.
    One put there by hand with an index of its own would never come into the log, and says nothing."""
    return Outbox.objects.filter(Q(index__isnull=True) | Exists(_SAME), type=kind)


def latest(kind: str) -> Entry | None:
    """The last entry of a type that was appended, sequenced or not: what the log says, or will say."""
    row = said(kind).order_by("-id").values_list("entry", flat=True).first()
    return None if row is None else parse(bytes(row))


def appended(outbox_id: OutboxId) -> tuple[int | None, Entry] | None:
    """An entry by its row of the outbox, and its index once it is in the tree; None where there is none. One
    query."""
    row = Outbox.objects.filter(pk=outbox_id).values_list("index", "entry").first()
    return None if row is None else (row[0], parse(bytes(row[1])))


def entries_of(kind: str) -> Iterator[tuple[int, Entry]]:
    """All sequenced entries of a type with their indices, in order. A row of the outbox that says something
    else than the log in that place was put there by hand, and is none of them."""
    rows = Outbox.objects.filter(Exists(_SAME), type=kind, index__gte=0).order_by("index")
    for index, data in rows.values_list("index", "entry").iterator(chunk_size=256):
        entry = parse(bytes(data))
        if index is not None and entry.type == kind:
            yield index, entry


def sequenced_size() -> int:
    """How many entries the tree has, published or not."""
    return Head.objects.filter(id=1).values_list("size", flat=True).first() or 0


def waiting() -> int:
    """How many entries have no index yet."""
    return Outbox.objects.filter(index__isnull=True).count()


def behind() -> int:
    """How many entries are in the tree but not covered by what is published."""
    row = published()
    return sequenced_size() - (0 if row is None else row.size)
