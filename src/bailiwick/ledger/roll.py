"""Whose passkeys count, as this server's log says or, with what waits to be logged, is about to say. For the
desk and the register, which want a clear word early: the gate believes nothing of it and looks for itself."""

from collections.abc import Iterable
from typing import Final

from django.db.models import Exists, F, OuterRef, Q

from bailiwick.ledger.models import Entry, Head, Outbox
from bailiwick.signing.roll import KINDS, Roll, roll
from bailiwick.tlog.keys import parse_vkey

WAITING: Final = 2**62
"""Added to an entry's number in the outbox while it has no index: it will get one in that order."""


def roll_now() -> Roll:
    """With the entries that wait; their indices are from `WAITING` on. Two queries."""
    same = Exists(Entry.objects.filter(index=OuterRef("index"), data=OuterRef("entry")))
    rows = Outbox.objects.filter(Q(index__isnull=True) | same, type__in=KINDS)
    rows = rows.order_by(F("index").asc(nulls_last=True), "id")
    said = [
        (WAITING + number if index is None else index, bytes(data))
        for number, index, data in rows.values_list("id", "index", "entry")
    ]
    return roll(said, _log_keys())


def roll_of(said: Iterable[tuple[int, bytes]]) -> Roll:
    """As these entries of this server's log say (`contents.Contents.of_signers`). One query."""
    return roll(said, _log_keys())


def _log_keys() -> frozenset[bytes]:
    vkeys = Head.objects.filter(id=1).values_list("vkeys", flat=True).first() or ""
    return frozenset(parse_vkey(line).public for line in vkeys.split("\n") if line)
