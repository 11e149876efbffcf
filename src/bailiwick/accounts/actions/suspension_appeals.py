"""Appeals against suspensions: one each, for six months, whether or not the suspension is still in force; all
of them are answered, by somebody who took no part."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from bailiwick.accounts.errors import (
    AlreadyAppealed,
    AppealTooLate,
    IncompleteStatement,
    NoSuchSuspension,
    NotYourCase,
)
from bailiwick.accounts.models import APPEAL_DUE, APPEAL_TIME, Outcome, Suspension, SuspensionAppeal
from bailiwick.accounts.queries import require
from bailiwick.accounts.roles import Role
from bailiwick.notices.actions import raise_alarm

from . import suspension_mail as mail
from .audit import audit
from .suspensions import open_again, subject

__all__ = ["APPEAL_DUE", "APPEAL_TIME", "Outcome", "appeal", "decide"]

SHORTEST: Final = 20
AT_A_TIME: Final = 50


def appeal(suspension_id: UUID, text: str, now: datetime) -> None:
    """What the suspended person says against it, while it is in force or afterwards. The caller has made sure
    that it is they.

    Raises:
        NoSuchSuspension, AlreadyAppealed, AppealTooLate, IncompleteStatement (no reasons).
    """
    _check_length(text, "text")
    with transaction.atomic():
        row = _locked(suspension_id)
        if row.appeal_until is None or now > row.appeal_until:
            raise AppealTooLate
        if SuspensionAppeal.objects.filter(suspension=row).exists():
            raise AlreadyAppealed
        SuspensionAppeal.objects.create(suspension=row, text=text.strip(), filed_at=now)
        audit(None, "suspension.appealed", subject(row), now)


def decide(actor: UUID, suspension_id: UUID, outcome: Outcome, answer: str, now: datetime) -> None:
    """Answer an appeal, with reasons. Reinstated: a suspension in force ends at once (P7); of one that is
    over, it is said that it was wrong.

    Raises:
        RoleNeeded, NoSuchSuspension, NotYourCase (took part, or is concerned), IncompleteStatement.
    """
    require(actor, Role.APPEALS)
    _check_length(answer, "answer")
    with transaction.atomic():
        row = _locked(suspension_id, appeal__decided_at__isnull=True, appeal__isnull=False)
        if actor in {row.proposed_by_id, row.approved_by_id, row.account_id}:
            raise NotYourCase
        SuspensionAppeal.objects.filter(suspension=row, decided_at__isnull=True).update(
            decided_by_id=actor, decided_at=now, outcome=outcome, answer=answer.strip()
        )
        audit(actor, f"suspension.appeal_{outcome}", subject(row), now)
        if outcome is Outcome.REINSTATED and row.ended_at is None:
            open_again(row, actor, now)
        mail.decided(row, answer.strip())


def alarm_late(now: datetime) -> int:
    """An alarm for each appeal that has become overdue, once; how many. Any process may run it."""
    late = SuspensionAppeal.objects.filter(
        decided_at__isnull=True, filed_at__lte=now - APPEAL_DUE, late_alarm_at__isnull=True
    )
    return sum(_alarm(late, pk, now) for pk in late.values_list("pk", flat=True)[:AT_A_TIME])


def _alarm(late: QuerySet[SuspensionAppeal], appeal_id: int, now: datetime) -> int:
    with transaction.atomic():
        if late.filter(pk=appeal_id).update(late_alarm_at=now) != 1:
            return 0
        about = SuspensionAppeal.objects.values_list("suspension_id", flat=True).get(pk=appeal_id)
        raise_alarm("suspension_appeal_late", f"suspension:{about}", now)
    return 1


def _check_length(text: str, field: str) -> None:
    if not SHORTEST <= len(text.strip()) <= 4000:
        raise IncompleteStatement("say why, in 20 to 4000 characters", field=field)


def _locked(suspension_id: UUID, **condition: object) -> Suspension:
    """One that two people decided on, over or not, its row locked until the transaction ends."""
    rows = Suspension.objects.select_for_update(of=("self",)).select_related("account")
    row = rows.filter(pk=suspension_id, approved_at__isnull=False, **condition).first()
    if row is None:
        raise NoSuchSuspension
    return row
