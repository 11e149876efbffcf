"""Suspensions as the desk shows them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from .models import APPEAL_DUE, Suspension

_PEOPLE = ("account", "proposed_by", "approved_by", "ended_by", "appeal", "appeal__decided_by")


def open_suspensions() -> Sequence[Suspension]:
    """Proposed and in force, newest first (one query)."""
    return list(Suspension.objects.filter(ended_at__isnull=True).select_related(*_PEOPLE))


def past_suspensions(limit: int = 50) -> Sequence[Suspension]:
    """Discarded and ended ones (one query)."""
    rows = Suspension.objects.filter(ended_at__isnull=False).select_related(*_PEOPLE)
    return list(rows.order_by("-ended_at")[:limit])


def appealed() -> Sequence[Suspension]:
    """Those with an appeal without an answer, in force or not, the longest waiting first (one query)."""
    rows = _appealed(Suspension.objects.all()).select_related(*_PEOPLE)
    return list(rows.order_by("appeal__filed_at"))


def suspension(suspension_id: UUID) -> Suspension | None:
    """One of them with its people and its appeal (one query)."""
    return Suspension.objects.filter(pk=suspension_id).select_related(*_PEOPLE).first()


def to_decide() -> int:
    """How many proposals and appeals wait for somebody (one query)."""
    proposed = Suspension.objects.filter(ended_at__isnull=True, approved_at__isnull=True)
    return (proposed | _appealed(Suspension.objects.all())).count()


def late_appeals(now: datetime) -> int:
    """How many appeals should have been answered by now (one query)."""
    return _appealed(Suspension.objects.filter(appeal__filed_at__lte=now - APPEAL_DUE)).count()


def _appealed(rows: QuerySet[Suspension]) -> QuerySet[Suspension]:
    return rows.filter(appeal__isnull=False, appeal__decided_at__isnull=True)
