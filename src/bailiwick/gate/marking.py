"""Marking people out: the first step of every eject, and what is counted with it. Runs in the hop."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bailiwick.meetings import presences
from bailiwick.orders.actions.enforcement import count_effects, hold

from .ending import Ending


def mark(presence_ids: Sequence[UUID], ending: Ending, now: datetime) -> set[UUID]:
    """End these presences; those that this call ended. A restriction's effect is counted in the same
    transaction, and nowhere is said on whom."""
    with transaction.atomic():
        if ending.restrictions:
            hold(ending.restrictions)
        won = presences.end(
            presence_ids, ending.reason, now, refusals=ending.is_refusal, withheld=ending.is_withheld
        )
        if won and ending.restrictions:
            count_effects(ending.restrictions, len(won))
    return won


def refused(meeting_id: UUID, ending: Ending) -> None:
    """Somebody was kept out at the door, before there was a presence. Restrictions first: see `hold`."""
    with transaction.atomic():
        if ending.restrictions:
            count_effects(ending.restrictions, 1)
        presences.refused(meeting_id, withheld=ending.is_withheld)
