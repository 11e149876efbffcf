"""Suspensions as the desk shows them."""

from collections.abc import Sequence
from uuid import UUID

from .models import Suspension

_PEOPLE = ("account", "proposed_by", "approved_by", "ended_by", "appeal", "appeal__decided_by")


def open_suspensions() -> Sequence[Suspension]:
    """Proposed and in force, newest first (one query)."""
    return list(Suspension.objects.filter(ended_at__isnull=True).select_related(*_PEOPLE))


def past_suspensions(limit: int = 50) -> Sequence[Suspension]:
    """Discarded and ended ones (one query)."""
    rows = Suspension.objects.filter(ended_at__isnull=False).select_related(*_PEOPLE)
    return list(rows.order_by("-ended_at")[:limit])


def suspension(suspension_id: UUID) -> Suspension | None:
    """One of them with its people and its appeal (one query)."""
    return Suspension.objects.filter(pk=suspension_id).select_related(*_PEOPLE).first()


def to_decide() -> int:
    """How many proposals and appeals wait for somebody (one query)."""
    proposed = Suspension.objects.filter(ended_at__isnull=True, approved_at__isnull=True)
    appealed = Suspension.objects.filter(
        ended_at__isnull=True, appeal__isnull=False, appeal__decided_at__isnull=True
    )
    return (proposed | appealed).count()
