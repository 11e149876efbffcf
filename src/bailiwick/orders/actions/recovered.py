"""What becomes of restrictions when a restored database gets the log's lost entries back.

What the log says of restrictions and authorities that the database has, it says again to the desk: the gate
follows the log by itself, and staff must not read that something is in force which keeps nobody out.

The log says that somebody was exempted, and never who: that was lost with the database. Nobody may be kept
out again by what they won an appeal against (P7), so what they are exempt from is suspended for everybody.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bailiwick.ledger import queries as ledger
from bailiwick.ledger.entries import (
    AppealDecided,
    AppealFiled,
    AuthorityEnded,
    RestrictionCorrected,
    RestrictionSuspended,
    RestrictionWithdrawn,
    parse,
    understood,
)
from bailiwick.orders.models import Appeal, Authority, AuthorityChange, LaterKind, Restriction
from bailiwick.orders.queries import taken_by

from .later import Taking, note_logged, suspend_now


def take_over(entries: Sequence[bytes], now: datetime) -> list[UUID]:
    """In the transaction that brings these entries back: what they say of rows that are there is written to
    them. Which restrictions were suspended because whoever is exempt from them is lost."""
    entries = [data for data in entries if understood(data) is not None]
    with transaction.atomic():
        for data in entries:
            entry = parse(data)
            if isinstance(entry, RestrictionSuspended | RestrictionWithdrawn | RestrictionCorrected):
                _take_away(entry, data)
            elif isinstance(entry, AuthorityEnded):
                _end(entry, data)
        return suspend_where_exemptions_are_lost(entries, now)


def _take_away(entry: Taking, data: bytes) -> None:
    outbox_id = ledger.outbox_id(data)
    if outbox_id is not None:
        note_logged(entry, outbox_id)


def _end(entry: AuthorityEnded, data: bytes) -> None:
    """As two people had decided; what else was proposed of it is void."""
    running = Authority.objects.filter(
        pk=UUID(entry.authority), approved_at__isnull=False, ended_at__isnull=True
    )
    if running.update(ended_at=entry.at, ended_outbox_id=ledger.outbox_id(data)):
        AuthorityChange.objects.filter(authority=UUID(entry.authority), approved_at__isnull=True).delete()


def suspend_where_exemptions_are_lost(entries: Sequence[bytes], now: datetime) -> list[UUID]:
    """In the transaction that brings these entries back; which restrictions that were.

    Decisions are logged when their day is over. So an appeal that was filed, and of whose decision nothing is
    known, may have been won as well: its restriction is suspended too, and so is what renews one of these.
    """
    ended = {found[0] for found in map(taken_by, entries) if found is not None and found[1].ended}
    touched = _with_renewals(_exempting(entries) | _undecided(entries))
    rows = Restriction.objects.filter(pk__in=touched, outbox_id__isnull=False, expires_at__gt=now)
    rows = rows.exclude(later__kind__in=(LaterKind.SUSPENDED, LaterKind.WITHDRAWN)).order_by("pk").distinct()
    found = [pk for pk in rows.values_list("pk", flat=True) if pk.hex not in ended]
    for pk in found:
        suspend_now(pk, "appeal", now)
    return found


def _exempting(entries: Sequence[bytes]) -> set[UUID]:
    """Whose exemption is in the log, and whose row is not: not decided in the database."""
    won = {UUID(each.appeal): UUID(each.restriction) for each in _decided(entries) if _is_won(each)}
    known = Appeal.objects.filter(pk__in=won, decided_at__isnull=False).values_list("pk", flat=True)
    return {won[appeal] for appeal in won.keys() - set(known)}


def _undecided(entries: Sequence[bytes]) -> set[UUID]:
    """Filed, in the database or in what it had lost, and not decided in either."""
    rows = Appeal.objects.filter(decided_at__isnull=True)
    filed = dict(rows.values_list("pk", "restriction_id"))
    for entry in map(parse, entries):
        if isinstance(entry, AppealFiled):
            filed[UUID(entry.appeal)] = UUID(entry.restriction)
    closed = {UUID(each.appeal) for each in _decided(entries)}
    closed |= set(Appeal.objects.filter(decided_at__isnull=False, pk__in=filed).values_list("pk", flat=True))
    return {restriction for appeal, restriction in filed.items() if appeal not in closed}


def _decided(entries: Iterable[bytes]) -> Iterator[AppealDecided]:
    return (entry for entry in map(parse, entries) if isinstance(entry, AppealDecided))


def _is_won(entry: AppealDecided) -> bool:
    return entry.outcome == "exemption_granted"


def _with_renewals(found: set[UUID]) -> set[UUID]:
    """An exemption goes on when its restriction is renewed."""
    new = found
    while new:
        new = set(Restriction.objects.filter(renews__in=new).values_list("pk", flat=True)) - found
        found = found | new
    return found
