"""What was suspended, proposed once more: in force again, with what was wrong put right, only if two people
sign it and its entry is public (P3, P5). It is a restriction of its own that renews the suspended one,
reaches no further and lasts no longer; nobody has to demand it again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.ledger import queries as ledger
from bailiwick.ledger.entries import Entry, encode
from bailiwick.ledger.vocabulary import second
from bailiwick.orders.desk_queries import is_altered
from bailiwick.orders.errors import BeyondTerritory, InvalidOrder, NotPossibleNow
from bailiwick.orders.models import Demand, DemandState, LaterKind, Restriction
from bailiwick.orders.permissions import Act, check_may
from bailiwick.orders.published import is_as_logged
from bailiwick.orders.queries import narrowed, taken_by
from bailiwick.rules.territory import Code, Territory

from .drafting import Plan, draft
from .intake import locked
from .later import held

STATES = (DemandState.UNDER_REVIEW, DemandState.GRANTED, DemandState.NARROWED)
"""Of a demand of which something was granted."""


@dataclass(frozen=True, slots=True)
class Left:
    """How far a suspended restriction would still reach."""

    territories: Territory
    begins: datetime
    until: datetime


def left_of(row: Restriction) -> Left:
    """What corrections left, by rows and by the log."""
    away = narrowed(row)
    for entry in _logged(row, "restriction.corrected"):
        found = taken_by(encode(entry))
        away = away if found is None else away.also(found[1])
    codes = frozenset(map(Code, row.territories))
    if away.territories is not None:
        codes &= frozenset(map(Code, away.territories))
    return Left(codes, row.effective_from, min(row.expires_at, away.until or row.expires_at))


def _logged(row: Restriction, kind: str) -> Iterator[Entry]:
    """Entries of this type about it: a row taken away by hand brings nothing back."""
    found = (entry for _, entry in ledger.entries_of(kind))
    return (entry for entry in found if getattr(entry, "restriction", "") == row.pk.hex)


def can_resume(row: Restriction, now: datetime) -> bool:
    """Whether it is suspended and not withdrawn, is what the log says, and nothing was approved that follows
    it."""
    kinds = set(row.later.values_list("kind", flat=True))
    if row.meeting_id is None or LaterKind.SUSPENDED not in kinds or LaterKind.WITHDRAWN in kinds:
        return False
    if any(_logged(row, "restriction.withdrawn")):
        return False
    if row.renewals.filter(outbox_id__isnull=False).exists() or is_altered(row):
        return False
    left = left_of(row)
    return bool(left.territories) and now < left.until


def any_of(demand: Demand, now: datetime) -> bool:
    """Whether something that was granted of it can be proposed again."""
    return any(can_resume(row, now) for row in demand.restrictions.filter(outbox_id__isnull=False))


def propose_again(actor: UUID, restriction_id: UUID, plan: Plan, now: datetime) -> Restriction:
    """What was suspended, from now on (or its old beginning) and until its old end at most; without effect
    until two people signed it. `plan.law`, `plan.reasons` and the review may be others than before: so a
    mistake is put right.

    Raises:
        RoleNeeded, NoSuchRestriction; NotPossibleNow: it is not suspended, or is proposed again already;
        BeyondTerritory: nothing is left of it; InvalidOrder: law, reasons or dates.
    """
    check_may(actor, Act.PROPOSE)
    with transaction.atomic():
        old = held(restriction_id)
        demand = locked(old.demand_id, *STATES)
        if old.meeting_id is None or not can_resume(old, now) or old.renewals.filter(demand=demand).exists():
            raise NotPossibleNow
        if demand.authority is None or not is_as_logged(demand.authority):
            raise NotPossibleNow
        left = left_of(old)
        granted = left.territories if plan.only is None else left.territories & plan.only
        if not granted:
            raise BeyondTerritory
        plan = replace(plan, begins=max(plan.begins, second(now), left.begins))
        if not plan.begins < plan.until <= left.until:
            raise InvalidOrder("until")
        row = draft(actor, demand, old.meeting_id, plan, granted, old, now)
        audit(actor, Act.PROPOSE, f"restriction:{row.pk}", now)
    return row


def resumes(row: Restriction) -> bool:
    """Whether it is a suspended restriction proposed again, and not one of another demand."""
    return row.renews is not None and row.renews.demand_id == row.demand_id


def check_still_resumes(row: Restriction, now: datetime) -> None:
    """In the caller's transaction: that the old one is still suspended, and this reaches no further.
    NotPossibleNow."""
    if row.renews_id is None:
        raise NotPossibleNow
    old = held(row.renews_id)
    left = left_of(old)
    inside = left.begins <= row.effective_from and row.expires_at <= left.until
    if not can_resume(old, now) or not inside or not set(row.territories) <= left.territories:
        raise NotPossibleNow


def take_objections_along(row: Restriction) -> None:
    """In the caller's transaction: whoever objects to the suspended one objects to what now keeps people
    out."""
    if row.renews is not None:
        row.renews.appeals.filter(decided_at__isnull=True).update(restriction=row)
