"""Bringing back what a restored database has lost: the very entries, from any copy, to a signed checkpoint.

Nothing in the copy is believed: the entries must lead to a root that this log's own key signed, and through
the one that is remembered.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from django.db import transaction

from bailiwick.ledger import keyfile, store
from bailiwick.ledger.configuration import Configuration
from bailiwick.ledger.entries import KeyRotated, understood
from bailiwick.ledger.errors import LogForked, LogKeyDiffers, LogRefuses
from bailiwick.ledger.memory import Memory
from bailiwick.ledger.models import Head, Outbox
from bailiwick.ledger.sequencer import Signed, head_now, rows_of, write
from bailiwick.tlog.checkpoints import Checkpoint, open_checkpoint
from bailiwick.tlog.errors import TlogError
from bailiwick.tlog.hashing import leaf_hash
from bailiwick.tlog.keys import SigningKey, VerifierKey
from bailiwick.tlog.notes import sign_note
from bailiwick.tlog.reading import Fetch, TileBuilder, read_bundle
from bailiwick.tlog.tiles import WIDTH, Bundle, Tile


class CopyUnusable(LogRefuses):
    """The copy is not of this log, or does not reach far enough."""

    code = "copy_unusable"


Then: TypeAlias = Callable[[Sequence[bytes]], None]
"""What else has to be done with the entries that were lost: in the transaction that brings them back."""


def recover(configuration: Configuration, fetch: Fetch, checkpoint: bytes, then: Then) -> int:
    """Append what is missing up to the copy's checkpoint; how many entries that were.

    `fetch` reads the copy's bundles. Run it while no server runs; one that runs makes it fail, harmlessly.

    Raises:
        CopyUnusable: nothing was changed. LogForked: the copy has another history than we signed.
        LogKeyDiffers: the log has another key by then, and this machine has not.
    """
    head = head_now()
    held = [key for key in keyfile.read(configuration.key_file) if key.name == head.origin]
    target = _target(checkpoint, [*head.verifiers, *(key.verifier for key in held)])
    if target.size < head.size:
        raise CopyUnusable("The copy has fewer entries than the database: nothing is missing that it has.")
    remembered = Memory(configuration.memory).highest()
    if remembered is not None and target.size < remembered.size:
        raise CopyUnusable(
            f"The copy has {target.size} entries, and {remembered.size} were signed. Find a newer copy."
        )
    entries = list(_entries(head.size, target.size, fetch))
    builder = store.builder(head.size)
    full: list[tuple[Tile, bytes]] = []
    for data in entries:
        _compare(builder, remembered)
        full += builder.add(leaf_hash(data))
    _compare(builder, remembered)
    _compare(builder, target)
    keys = _keys(held, head, entries)
    with transaction.atomic():
        _append(keys, head, target, entries, full)
        then(entries)
    return len(entries)


def _target(checkpoint: bytes, known: Iterable[VerifierKey]) -> Checkpoint:
    """`known`: keys in the database's head, and those in this machine's file, which may be newer."""
    try:
        target, _ = open_checkpoint(checkpoint, known)
    except TlogError as error:
        raise CopyUnusable(f"The copy's checkpoint is not signed by this log: {error.code}.") from error
    return target


def _entries(start: int, end: int, fetch: Fetch) -> Iterator[bytes]:
    """The copy's entries from `start` to before `end`, each in the form this version knows."""
    for place in range(start // WIDTH, -(-end // WIDTH)):
        first = place * WIDTH
        try:
            found = read_bundle(Bundle(place, min(WIDTH, end - first)), fetch)
        except TlogError as error:
            raise CopyUnusable(f"The copy's entries from {first} on cannot be read: {error.code}.") from error
        yield from found[max(0, start - first) :]


def _compare(builder: TileBuilder, signed: Checkpoint | None) -> None:
    if signed is not None and builder.size == signed.size and builder.root() != signed.root:
        raise LogForked(f"The copy's first {signed.size} entries are not those that were signed.")


def _keys(held: Sequence[SigningKey], head: Signed, entries: Iterable[bytes]) -> list[SigningKey]:
    """What the log signs with once it has these entries: as before, but first with the key that the last
    `key.rotated` among them names. Whoever followed the log may know no other."""
    order = [key.public.hex() for key in head.verifiers]
    for entry in map(understood, entries):
        if isinstance(entry, KeyRotated):
            order = [entry.new, *(each for each in order if each != entry.new)]
    here = {key.verifier.public.hex(): key for key in held}
    if order[0] not in here:
        raise LogKeyDiffers("The log's key was changed after the backup. Put back the key file from then.")
    return [here[each] for each in order if each in here]


def _append(
    keys: Sequence[SigningKey],
    head: Signed,
    target: Checkpoint,
    entries: list[bytes],
    full: list[tuple[Tile, bytes]],
) -> None:
    note = sign_note(Checkpoint(head.origin, target.size, target.root).text, *keys).encode()
    vkeys = "\n".join(key.verifier.vkey for key in keys)
    same = Head.objects.filter(id=1, size=head.size, root=head.root, vkeys=head.vkeys)
    if same.update(size=target.size, root=target.root, checkpoint=note, vkeys=vkeys) != 1:
        raise CopyUnusable("The log moved meanwhile. Stop the server and try again.")
    write(rows_of(entries, head.size), full)
    for index, data in enumerate(entries, head.size):
        _note(index, data)


def _note(index: int, data: bytes) -> None:
    """Its outbox row: one that waits with the same bytes was this entry, before the backup was restored."""
    waiting = Outbox.objects.filter(index__isnull=True, entry=data).order_by("id").first()
    if waiting is None:
        said = understood(data)
        Outbox.objects.create(type="" if said is None else said.type, entry=data, index=index)
    else:
        Outbox.objects.filter(pk=waiting.pk, index__isnull=True).update(index=index)
