"""Reading orders: what the gate and the desk ask."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from bailiwick.ledger import queries as ledger
from bailiwick.ledger.actions import OutboxId
from bailiwick.ledger.entries import (
    RestrictionCorrected,
    RestrictionSuspended,
    RestrictionWithdrawn,
    parse,
)
from bailiwick.meetings.presences import Person
from bailiwick.rules.restriction import RestrictionId

from .models import Approval, Exemption, Later, LaterKind, Restriction

__all__ = ["Approval", "Exempted", "Exemption", "Later", "Row"]

_MARKS: Final = (b'"restriction.suspended"', b'"restriction.withdrawn"', b'"restriction.corrected"')

Row = Restriction
"""A restriction as its row has it: not to be believed before the gate has verified it."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What later entries took away of one restriction: all of it (`ended`), codes, or time."""

    ended: bool = False
    territories: frozenset[str] | None = None
    until: datetime | None = None

    def also(self, other: "Narrowed") -> "Narrowed":
        """Both together: each only takes away."""
        sets = [each for each in (self.territories, other.territories) if each is not None]
        times = [each for each in (self.until, other.until) if each is not None]
        return Narrowed(
            self.ended or other.ended,
            frozenset.intersection(*sets) if sets else None,
            min(times) if times else None,
        )


def touching(meeting_id: UUID) -> list[Restriction]:
    """All restrictions ever logged for a meeting, with approvals and later entries. One query if there are
    none."""
    rows = Restriction.objects.filter(meeting_id=meeting_id, outbox_id__isnull=False)
    return list(
        rows.select_related("authority").prefetch_related("approvals", "later").order_by("stated_at", "id")
    )


def narrowed(row: Restriction) -> Narrowed:
    """What the rows of later entries took away (prefetched by `touching`)."""
    found = Narrowed()
    for later in row.later.all():
        found = found.also(_taken(later))
    return found


def _taken(later: Later) -> Narrowed:
    if later.kind != LaterKind.CORRECTED:
        return Narrowed(ended=True)
    codes = None if later.territories is None else frozenset(later.territories)
    return Narrowed(territories=codes, until=later.expires_at)


def takes_away(data: bytes) -> bool:
    """Whether an entry may be one that `taken_by` reads: a look that costs little, for many."""
    return any(mark in data for mark in _MARKS)


def taken_by(data: bytes) -> tuple[str, Narrowed] | None:
    """Which restriction an entry of the log takes something away from, and what; None: from none.

    The entry itself counts: a row of `Later`, or of the outbox, taken away by hand brings nothing back.
    """
    entry = parse(data)
    if isinstance(entry, RestrictionSuspended | RestrictionWithdrawn):
        return entry.restriction, Narrowed(ended=True)
    if isinstance(entry, RestrictionCorrected):
        codes = None if entry.territories is None else frozenset(entry.territories)
        return entry.restriction, Narrowed(territories=codes, until=entry.until)
    return None


@dataclass(frozen=True, slots=True)
class Exempted:
    """Somebody whom a restriction does not reach."""

    restriction: RestrictionId
    won: Exemption


def exemptions(holding: Iterable[UUID], rows: Iterable[Restriction]) -> tuple[Exempted, ...]:
    """Who is exempt from those that hold, of all `rows` there ever were of a meeting: an exemption from what
    one of them renews goes on, for nothing about that person has changed (P7). One query."""
    known = {row.pk: row.renews_id for row in rows}
    chains = {pk: set(_chain(pk, known)) for pk in holding}
    won = list(Exemption.objects.filter(restriction_id__in=set().union(*chains.values())).order_by("id"))
    return tuple(
        Exempted(RestrictionId(pk.hex), each)
        for pk, chain in chains.items()
        for each in won
        if each.restriction_id in chain
    )


def _chain(pk: UUID | None, renews: Mapping[UUID, UUID | None]) -> Iterator[UUID]:
    """Itself, what it renews, and so on; each once, whatever rows say."""
    seen: set[UUID] = set()
    while pk is not None and pk not in seen:
        seen.add(pk)
        yield pk
        pk = renews.get(pk)


def exempt_from(rows: Iterable[Exempted], person: Person) -> frozenset[RestrictionId]:
    """Which restrictions do not reach this person, among these."""
    return frozenset(row.restriction for row in rows if _names(row.won, person))


def _names(row: Exemption, person: Person) -> bool:
    return bool(
        (row.account_id and row.account_id == person.account_id)
        or (row.invitation_id and row.invitation_id == person.invitation_id)
        or (row.device_digest and row.device_digest == person.device_digest)
    )


def awaiting_proof(now: datetime) -> list[Restriction]:
    """Logged, not over, and without a proof; with approvals. Two queries."""
    rows = Restriction.objects.filter(outbox_id__isnull=False, proof__isnull=True, expires_at__gt=now)
    over = Later.objects.exclude(kind=LaterKind.CORRECTED).values("restriction_id")
    return list(rows.exclude(id__in=over).prefetch_related("approvals").order_by("stated_at", "id"))


def approved_at(row: Restriction) -> datetime:
    """When the second person signed: from then on it waits for its proof. Two people take days over it."""
    return max((each.at for each in row.approvals.all()), default=row.stated_at)


def fresh_proof(restriction_id: UUID) -> bytes | None:
    """A proof of the restriction's entry against what is published now; None while there is none."""
    outbox = Restriction.objects.values_list("outbox_id", flat=True).filter(id=restriction_id).first()
    index = None if outbox is None else ledger.sequenced(OutboxId(outbox))
    return None if index is None else ledger.proof_file(index)


def proof_of(restriction_id: UUID) -> bytes | None:
    """The proof kept with a restriction."""
    proof = Restriction.objects.values_list("proof", flat=True).filter(id=restriction_id).first()
    return None if proof is None else bytes(proof)
