"""What ends or narrows a restriction before its time: at once, with the row and not with a proof (P7)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.ledger import actions as ledger
from bailiwick.ledger.actions import OutboxId
from bailiwick.ledger.entries import RestrictionCorrected, RestrictionSuspended, RestrictionWithdrawn
from bailiwick.ledger.vocabulary import second
from bailiwick.meetings.actions.change import changed
from bailiwick.orders.errors import NoSuchRestriction, NotNarrower
from bailiwick.orders.models import Appeal, Later, LaterKind, Restriction
from bailiwick.orders.permissions import Act, check_may
from bailiwick.orders.queries import narrowed
from bailiwick.rules.territory import Territory

from .appeal_ending import close_all

Why = Literal["appeal", "authority_request", "court_order", "error_found", "review"]
Taking = RestrictionSuspended | RestrictionWithdrawn | RestrictionCorrected


def suspend(actor: UUID, restriction_id: UUID, reason: Why, now: datetime) -> Later:
    """No longer enforced, until something is approved anew. One person is enough to undo (P7).

    Raises:
        RoleNeeded, NoSuchRestriction.
    """
    check_may(actor, Act.SUSPEND)
    with transaction.atomic():
        made = suspend_now(restriction_id, reason, now, by=actor)
        audit(actor, Act.SUSPEND, f"restriction:{restriction_id}", now)
    return made


def withdraw(actor: UUID, restriction_id: UUID, reason: Why, now: datetime) -> Later:
    """Ended for good, and objections to it with it. RoleNeeded, NoSuchRestriction."""
    check_may(actor, Act.WITHDRAW)
    with transaction.atomic():
        made = withdraw_now(restriction_id, reason, now, by=actor)
        close_all(restriction_id, actor, now)
        audit(actor, Act.WITHDRAW, f"restriction:{restriction_id}", now)
    return made


def narrow(
    actor: UUID,
    restriction_id: UUID,
    now: datetime,
    *,
    territories: Territory | None = None,
    until: datetime | None = None,
) -> Later:
    """Fewer codes, or an earlier end. RoleNeeded, NoSuchRestriction, NotNarrower."""
    check_may(actor, Act.NARROW)
    with transaction.atomic():
        made = narrow_now(restriction_id, now, territories=territories, until=until, by=actor)
        audit(actor, Act.NARROW, f"restriction:{restriction_id}", now)
    return made


# ---------------------------------------------------------------- for `appeals` too, which checks who may


def suspend_now(restriction_id: UUID, reason: str, now: datetime, by: UUID | None = None) -> Later:
    """No longer enforced. Whatever should hold again is approved again. Raises NoSuchRestriction."""
    entry = {"at": second(now), "restriction": restriction_id.hex, "reason": reason}
    with transaction.atomic():
        row = _locked(restriction_id, LaterKind.SUSPENDED, LaterKind.WITHDRAWN)
        outbox_id = ledger.append(RestrictionSuspended.model_validate(entry))
        return _later(row, LaterKind.SUSPENDED, now, outbox_id, reason=reason, by_id=by)


def withdraw_now(
    restriction_id: UUID, reason: str, now: datetime, by: UUID | None = None, appeal: Appeal | None = None
) -> Later:
    """Ended for good. `appeal`: that was upheld by it. Raises NoSuchRestriction."""
    entry = {"at": second(now), "restriction": restriction_id.hex, "reason": reason}
    with transaction.atomic():
        row = _locked(restriction_id, LaterKind.WITHDRAWN)
        outbox_id = ledger.append(RestrictionWithdrawn.model_validate(entry))
        return _later(row, LaterKind.WITHDRAWN, now, outbox_id, reason=reason, by_id=by, appeal=appeal)


def narrow_now(
    restriction_id: UUID,
    now: datetime,
    *,
    territories: Territory | None = None,
    until: datetime | None = None,
    by: UUID | None = None,
    appeal: Appeal | None = None,
) -> Later:
    """Fewer codes, or an earlier end. `appeal`: that was upheld by it.

    Raises:
        NotNarrower: it would reach further than before, or takes nothing away. NoSuchRestriction.
    """
    entry: dict[str, object] = {"at": second(now), "restriction": restriction_id.hex}
    with transaction.atomic():
        row = _locked(restriction_id, LaterKind.WITHDRAWN)
        _check_narrower(row, territories, until, now)
        if territories is not None:
            entry["territories"] = tuple(sorted(territories))
        if until is not None:
            entry["until"] = until
        outbox_id = ledger.append(RestrictionCorrected.model_validate(entry))
        codes = None if territories is None else sorted(territories)
        return _later(
            row, LaterKind.CORRECTED, now, outbox_id, territories=codes, expires_at=until, by_id=by,
            appeal=appeal,
        )  # fmt: skip


def note_logged(entry: Taking, outbox_id: OutboxId) -> Later | None:
    """The row of an entry that is in the log already, whoever decided it; None where there is one, or the
    restriction is not in this database."""
    row = Restriction.objects.filter(id=UUID(entry.restriction), outbox_id__isnull=False).first()
    if row is None or Later.objects.filter(outbox_id=outbox_id).exists():
        return None
    if isinstance(entry, RestrictionCorrected):
        codes = None if entry.territories is None else list(entry.territories)
        fields: dict[str, object] = {"territories": codes, "expires_at": entry.until}
        return _later(row, LaterKind.CORRECTED, entry.at, outbox_id, **fields)
    suspended = isinstance(entry, RestrictionSuspended)
    kind = LaterKind.SUSPENDED if suspended else LaterKind.WITHDRAWN
    return _later(row, kind, entry.at, outbox_id, reason=entry.reason)


def _check_narrower(
    row: Restriction, territories: Territory | None, until: datetime | None, now: datetime
) -> None:
    """Less than what earlier corrections left, or the log would say more than is enforced; from now on."""
    away = narrowed(row)
    left = set(row.territories) if away.territories is None else set(row.territories) & away.territories
    ends = min(row.expires_at, away.until or row.expires_at)
    if (territories is None and until is None) or ends <= now:
        raise NotNarrower
    if territories is not None and not (territories and territories < left):
        raise NotNarrower
    if until is not None and not max(row.effective_from, now) < until < ends:
        raise NotNarrower


def held(restriction_id: UUID) -> Restriction:
    """An approved restriction, held until the caller's transaction ends. NoSuchRestriction."""
    rows = Restriction.objects.select_for_update(of=("self",)).select_related("demand", "authority")
    row = rows.filter(id=restriction_id, outbox_id__isnull=False).first()
    if row is None:
        raise NoSuchRestriction
    return row


def is_withdrawn(row: Restriction) -> bool:
    """Whether it was ended for good."""
    return row.later.filter(kind=LaterKind.WITHDRAWN).exists()


def _locked(restriction_id: UUID, *before: LaterKind) -> Restriction:
    """The same, if none of these happened to it before."""
    row = held(restriction_id)
    if row.later.filter(kind__in=before).exists():
        raise NoSuchRestriction
    return row


def _later(row: Restriction, kind: LaterKind, now: datetime, outbox_id: int, **fields: object) -> Later:
    made = Later.objects.create(restriction=row, kind=kind, at=now, outbox_id=outbox_id, **fields)
    if row.meeting_id is not None:
        changed(row.meeting_id)
    return made
