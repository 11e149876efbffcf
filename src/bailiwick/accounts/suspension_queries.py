"""Suspensions as the desk shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from .models import APPEAL_DUE, Account, Audit, Suspension

PROMPTED: Final = "suspension.refused_as_demand"
"""How the audit trail calls the answer that an authority prompted a suspension."""
_PEOPLE = ("account", "proposed_by", "approved_by", "ended_by", "appeal", "appeal__decided_by")


def open_suspensions() -> Sequence[Suspension]:
    """Proposed and in force, newest first (one query)."""
    return list(Suspension.objects.filter(ended_at__isnull=True).select_related(*_PEOPLE))


def past_suspensions(start: int, count: int) -> Sequence[Suspension]:
    """Discarded and ended ones, the last first (one query)."""
    rows = Suspension.objects.filter(ended_at__isnull=False).select_related(*_PEOPLE)
    return list(rows.order_by("-ended_at", "pk")[start : start + count])


def appealed() -> Sequence[Suspension]:
    """Those with an appeal without an answer, in force or not, the longest waiting first (one query)."""
    rows = _appealed(Suspension.objects.all()).select_related(*_PEOPLE)
    return list(rows.order_by("appeal__filed_at"))


def suspension(suspension_id: UUID) -> Suspension | None:
    """One of them with its people and its appeal (one query)."""
    return Suspension.objects.filter(pk=suspension_id).select_related(*_PEOPLE).first()


@dataclass(frozen=True, slots=True)
class Said:
    """That somebody answered that an authority prompted a suspension of an account, which was not made then.
    `email`: empty where their own account is gone."""

    at: datetime
    by: UUID | None
    email: str


def said_prompted(account_id: UUID) -> Sequence[Said]:
    """Every such answer about the account, the oldest first (two queries): asked again, the question may get
    another answer, but not without whoever decides, and whoever is suspended, knowing of the first."""
    rows = list(Audit.objects.filter(code=PROMPTED, subject=f"account:{account_id}").order_by("id"))
    known = dict(Account.objects.filter(pk__in={row.actor for row in rows}).values_list("pk", "email"))
    return [Said(row.at, row.actor, known.get(row.actor, "") if row.actor else "") for row in rows]


def to_decide() -> int:
    """How many proposals and appeals wait for somebody (one query)."""
    proposed = Suspension.objects.filter(ended_at__isnull=True, approved_at__isnull=True)
    return (proposed | _appealed(Suspension.objects.all())).count()


def late_appeals(now: datetime) -> int:
    """How many appeals should have been answered by now (one query)."""
    return _appealed(Suspension.objects.filter(appeal__filed_at__lte=now - APPEAL_DUE)).count()


def _appealed(rows: QuerySet[Suspension]) -> QuerySet[Suspension]:
    return rows.filter(appeal__isnull=False, appeal__decided_at__isnull=True)
