"""Objecting: without an account, by a token that is told once and of which the digest is kept; decided by
somebody who took no part; with effect at once (P7)."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate

from bailiwick.accounts.actions.audit import audit
from bailiwick.accounts.models import Audit
from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import AppealDecided, AppealFiled
from bailiwick.ledger.vocabulary import second
from bailiwick.meetings.actions.change import changed
from bailiwick.meetings.presences import Person
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand, NoSuchRestriction, TookPart
from bailiwick.orders.models import Appeal, Exemption, Outcome, Restriction, Review
from bailiwick.orders.permissions import Act, check_may
from bailiwick.rules.territory import Territory

from .later import narrow_now, withdraw_now

DUE: Final = timedelta(days=7)
_TEXT: Final = 10_000
_NO_PART: Final = frozenset({Act.DECIDE_APPEAL, Act.READ_ORIGINAL, Act.TAKE_ORIGINAL})
"""Whoever reads, or decided on other objections, may still decide."""
MOST_LOGGED: Final = 100
"""Objections to one restriction that a day puts into the log by itself. The log is for ever, and anybody may
object without an account: whoever floods it gets no further. The others are logged when they are decided."""
_LOGGED_WITHIN: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Ruling:
    """How an appeal is decided. `territories`, `until`: of a correction, what is left."""

    outcome: Outcome
    answer: str = field(repr=False)
    territories: Territory | None = None
    until: datetime | None = None


def file(
    restriction_id: UUID, text: str, person: Person, now: datetime, *, not_here: bool = False
) -> tuple[Appeal, str]:
    """An appeal, and the token by which whoever has it follows it up. The token is for a form or a header,
    never for a URL. `person`: whom an exemption would be for; who that is, nobody asks.

    Raises:
        NoSuchRestriction; InvalidOrder: no text, or too much.
    """
    if not 1 <= len(text.strip()) <= _TEXT:
        raise InvalidOrder("text")
    row = Restriction.objects.filter(pk=restriction_id, outbox_id__isnull=False).first()
    if row is None:
        raise NoSuchRestriction
    token = secrets.token_urlsafe(32)
    made = Appeal.objects.create(
        restriction=row,
        token_digest=_digest(token),
        text=text.strip(),
        not_here=not_here,
        account_id=person.account_id,
        invitation_id=person.invitation_id,
        device_digest=person.device_digest,
        filed_at=now,
        due_at=now + DUE,
    )
    return made, token


def by_token(token: str) -> Appeal | None:
    """The appeal of whoever has this token."""
    return Appeal.objects.filter(token_digest=_digest(token)).select_related("restriction").first()


def log_filed(now: datetime) -> int:
    """Log the appeals of the days that are over, together, so that none can be matched with a moment; how
    many. Any process may run it: rows are claimed one by one."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    over = Appeal.objects.filter(filed_at__gte=today - _LOGGED_WITHIN, filed_at__lt=today)
    waiting = over.filter(filed_outbox_id__isnull=True).order_by()
    days = waiting.values_list("restriction_id", TruncDate("filed_at", tzinfo=UTC)).distinct()
    return sum(_log_day(over.filter(restriction_id=each, filed_at__date=day)) for each, day in days)


def _log_day(filed: QuerySet[Appeal]) -> int:
    """Of one restriction and one day, as many as there is room for."""
    room = MOST_LOGGED - filed.filter(filed_outbox_id__isnull=False).count()
    if room <= 0:
        return 0
    waiting = filed.filter(filed_outbox_id__isnull=True).order_by("id")
    return sum(_log_filed(pk) for pk in waiting.values_list("pk", flat=True)[:room])


def _log_filed(appeal_id: UUID) -> int:
    with transaction.atomic():
        rows = Appeal.objects.select_for_update(of=("self",)).filter(
            pk=appeal_id, filed_outbox_id__isnull=True
        )
        row = rows.first()
        if row is None:
            return 0
        entry = {
            "day": row.filed_at.date(),
            "appeal": row.pk.hex,
            "restriction": row.restriction_id.hex,
        }
        row.filed_outbox_id = ledger.append(AppealFiled.model_validate(entry))
        row.save(update_fields=["filed_outbox_id"])
    return 1


def took_part(account_id: UUID, restriction: Restriction) -> bool:
    """Whether somebody received, examined, reviewed, proposed, signed, approved or changed it, refused a part
    of its demand, or added its authority: by the rows, and by the audit trail, which knows more."""
    demand, authority = restriction.demand, restriction.authority
    involved = {
        demand.received_by_id,
        restriction.proposed_by_id,
        authority.proposed_by_id,
        authority.approved_by_id,
        *restriction.approvals.values_list("account_id", flat=True),
        *restriction.later.values_list("by_id", flat=True),
        *Review.objects.filter(demand=demand).values_list("written_by_id", flat=True),
    }
    return account_id in involved or _acted(account_id, restriction)


def _acted(account_id: UUID, restriction: Restriction) -> bool:
    subjects = (
        f"demand:{restriction.demand_id}", f"restriction:{restriction.pk}",
        f"authority:{restriction.authority_id}",
    )  # fmt: skip
    acts = Audit.objects.filter(actor=account_id, subject__in=subjects)
    return acts.filter(code__in=[act for act in Act if act not in _NO_PART]).exists()


def decide(actor: UUID, appeal_id: UUID, ruling: Ruling, now: datetime) -> Appeal:
    """Answer an appeal, with reasons. Whatever it changes holds when this returns.

    Raises:
        RoleNeeded, TookPart; NoSuchDemand: there is none, or it is decided; InvalidOrder: no reasons, or
        nobody to exempt; NotNarrower; NoSuchRestriction: it was ended meanwhile.
    """
    check_may(actor, Act.DECIDE_APPEAL)
    if len(ruling.answer.strip()) < 20:
        raise InvalidOrder("answer")
    with transaction.atomic():
        row = _open(appeal_id)
        restriction = Restriction.objects.select_related("demand", "authority").get(pk=row.restriction_id)
        if took_part(actor, restriction):
            raise TookPart
        _carry_out(row, restriction, ruling, actor, now)
        if row.filed_outbox_id is None:
            _log_filed(row.pk)
        _record(row, ruling, actor, now)
        audit(actor, Act.DECIDE_APPEAL, f"appeal:{row.pk}", now)
    row.refresh_from_db()
    return row


def _open(appeal_id: UUID) -> Appeal:
    rows = Appeal.objects.select_for_update(of=("self",)).filter(pk=appeal_id, decided_at__isnull=True)
    row = rows.first()
    if row is None:
        raise NoSuchDemand
    return row


def _carry_out(row: Appeal, restriction: Restriction, ruling: Ruling, actor: UUID, now: datetime) -> None:
    match ruling.outcome:
        case Outcome.WITHDRAWN:
            withdraw_now(restriction.pk, "appeal", now, by=actor)
        case Outcome.CORRECTED:
            narrow_now(restriction.pk, now, territories=ruling.territories, until=ruling.until, by=actor)
        case Outcome.EXEMPTED:
            _exempt(row, restriction, now)


def _exempt(row: Appeal, restriction: Restriction, now: datetime) -> None:
    """By the strongest there is: an account before an invitation before a browser."""
    keys = ({"account_id": row.account_id}, {"invitation_id": row.invitation_id})
    binding = next((each for each in keys if any(each.values())), {"device_digest": row.device_digest})
    if not any(binding.values()):
        raise InvalidOrder("outcome")
    Exemption.objects.create(restriction=restriction, granted_at=now, **binding)
    if restriction.meeting_id is not None:
        changed(restriction.meeting_id)


def _record(row: Appeal, ruling: Ruling, actor: UUID, now: datetime) -> None:
    entry = {
        "at": second(now),
        "appeal": row.pk.hex,
        "restriction": row.restriction_id.hex,
        "outcome": ruling.outcome.value,
    }
    decided = Appeal.objects.filter(Q(pk=row.pk, decided_at__isnull=True))
    decided.update(
        outcome=ruling.outcome,
        answer=ruling.answer.strip(),
        decided_at=now,
        decided_by_id=actor,
        decided_outbox_id=ledger.append(AppealDecided.model_validate(entry)),
        account=None,
        invitation=None,
        device_digest="",
    )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
