"""Renewals (P6): a new demand about a meeting that the same authority had restricted before renews that
restriction, whether or not anybody says so, and is not decided long before that one ends."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from bailiwick.ledger.vocabulary import second
from bailiwick.orders.errors import InvalidOrder, NotPossibleNow
from bailiwick.orders.models import Authority, Demand, Restriction
from bailiwick.orders.queries import narrowed
from bailiwick.rules.restriction import LONGEST

BEFORE_ITS_END: Final = timedelta(days=30)
"""So long before the end of what it renews a renewal is decided at the earliest: else 90 days, each from a
demand of its own, could be piled up on one morning."""


def check_dates(demand: Demand, begins: datetime, until: datetime, now: datetime) -> None:
    """Not in the past, 90 days at most (P6), and no longer than asked. InvalidOrder."""
    if not second(now) <= begins < until or until - begins > LONGEST:
        raise InvalidOrder("until")
    check_end(demand, until)


def check_end(demand: Demand, until: datetime) -> None:
    """No longer than asked. InvalidOrder."""
    if demand.ends_at is not None and until > demand.ends_at:
        raise InvalidOrder("until")


def renewed(named: UUID | None, demand: Demand, meeting_id: UUID, now: datetime) -> Restriction | None:
    """What a restriction of this meeting renews: the last one of the same authority, of another demand.
    `named`: what somebody says it is.

    Raises:
        InvalidOrder: it is not that one, or that one has long to go yet.
    """
    before = _before(demand, meeting_id)
    if named is not None and (before is None or before.pk != named):
        raise InvalidOrder("renews")
    if before is not None and _end(before, now) - now > BEFORE_ITS_END:
        raise InvalidOrder("renews")
    return before


def check_still_renews(row: Restriction, demand: Demand) -> None:
    """That nothing was approved meanwhile which it would have to renew. NotPossibleNow."""
    before = None if row.meeting_id is None else _before(demand, row.meeting_id)
    if row.renews_id != (before.pk if before else None):
        raise NotPossibleNow


def _before(demand: Demand, meeting_id: UUID) -> Restriction | None:
    if demand.authority is None:
        return None
    rows = Restriction.objects.filter(meeting_id=meeting_id, outbox_id__isnull=False)
    same = same_authority(demand.authority)
    return rows.filter(same).exclude(demand_id=demand.pk).order_by("outbox_id").last()


def same_authority(row: Authority) -> Q:
    """Restrictions of an authority, and of one of the same name and state that ended: whoever adds it anew
    begins no new chain."""
    found = Q(authority=row)
    if row.normalised:
        found |= Q(authority__state=row.state, authority__normalised=row.normalised)
    return found


def _end(row: Restriction, now: datetime) -> datetime:
    """When it ends, as far as is known now."""
    away = narrowed(row)
    return now if away.ended else min(row.expires_at, away.until or row.expires_at)
