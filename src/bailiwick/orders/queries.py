"""Reading orders: what the gate and the desk ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bailiwick.ledger import queries as ledger
from bailiwick.ledger.actions import OutboxId
from bailiwick.ledger.entries import RestrictionCorrected, RestrictionSuspended, RestrictionWithdrawn
from bailiwick.meetings.presences import Person
from bailiwick.rules.restriction import RestrictionId

from .models import Approval, Exemption, Later, LaterKind, Restriction

__all__ = ["Approval", "Exemption", "Later", "Row"]

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


def narrowed_in_log() -> dict[str, Narrowed]:
    """The same by restriction, as the log itself says it: a row taken away by hand brings nothing back."""
    found: dict[str, Narrowed] = {}
    for kind in ("restriction.suspended", "restriction.withdrawn", "restriction.corrected"):
        for _, entry in ledger.entries_of(kind):
            if isinstance(entry, RestrictionSuspended | RestrictionWithdrawn):
                taken = Narrowed(ended=True)
            elif isinstance(entry, RestrictionCorrected):
                codes = None if entry.territories is None else frozenset(entry.territories)
                taken = Narrowed(territories=codes, until=entry.until)
            else:
                continue
            found[entry.restriction] = found.get(entry.restriction, Narrowed()).also(taken)
    return found


def exemptions(restriction_ids: Iterable[UUID]) -> tuple[Exemption, ...]:
    """Who is exempt from these."""
    return tuple(Exemption.objects.filter(restriction_id__in=list(restriction_ids)).order_by("id"))


def exempt_from(rows: Iterable[Exemption], person: Person) -> frozenset[RestrictionId]:
    """Which restrictions do not reach this person, among these rows."""
    return frozenset(RestrictionId(row.restriction_id.hex) for row in rows if _names(row, person))


def _names(row: Exemption, person: Person) -> bool:
    return bool(
        (row.account_id and row.account_id == person.account_id)
        or (row.invitation_id and row.invitation_id == person.invitation_id)
        or (row.device_digest and row.device_digest == person.device_digest)
    )


def awaiting_proof(now: datetime) -> list[Restriction]:
    """Logged, not over, and without a proof."""
    rows = Restriction.objects.filter(outbox_id__isnull=False, proof__isnull=True, expires_at__gt=now)
    over = Later.objects.exclude(kind=LaterKind.CORRECTED).values("restriction_id")
    return list(rows.exclude(id__in=over).order_by("stated_at", "id"))


def fresh_proof(restriction_id: UUID) -> bytes | None:
    """A proof of the restriction's entry against what is published now; None while there is none."""
    outbox = Restriction.objects.values_list("outbox_id", flat=True).filter(id=restriction_id).first()
    index = None if outbox is None else ledger.sequenced(OutboxId(outbox))
    return None if index is None else ledger.proof_file(index)


def proof_of(restriction_id: UUID) -> bytes | None:
    """The proof kept with a restriction."""
    proof = Restriction.objects.values_list("proof", flat=True).filter(id=restriction_id).first()
    return None if proof is None else bytes(proof)
