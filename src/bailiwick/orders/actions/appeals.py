"""Objecting: without an account, by a token that is told once and of which the digest is kept; decided by
somebody who took no part; with effect at once (P7)."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.accounts.models import Audit
from bailiwick.meetings.actions.change import changed
from bailiwick.meetings.presences import Person
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand, NoSuchRestriction, TookPart
from bailiwick.orders.models import Appeal, Exemption, Outcome, Restriction, Review
from bailiwick.orders.permissions import Act, check_may
from bailiwick.rules.territory import Territory

from .appeal_ending import close_all, decided
from .later import held, is_withdrawn, narrow_now, withdraw_now

DUE: Final = timedelta(days=7)
_TEXT: Final = 10_000
_NO_PART: Final = frozenset({Act.DECIDE_APPEAL, Act.READ_ORIGINAL, Act.TAKE_ORIGINAL})
"""Whoever reads, or decided on other objections, may still decide."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """How an appeal is decided. `territories`, `until`: of a correction, what is left."""

    outcome: Outcome
    answer: str = field(repr=False)
    territories: Territory | None = None
    until: datetime | None = None


def file(
    restriction_id: UUID, text: str, person: Person, now: datetime, *, not_here: bool = False,
    evidence: str = "",
) -> tuple[Appeal, str]:  # fmt: skip
    """An appeal, and the token by which whoever has it follows it up. The token is for a form or a header,
    never for a URL. `person`: whom an exemption would be for; who that is, nobody asks. `evidence`: what a
    receipt says, kept until it is decided (P9).

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
        evidence=evidence,
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


def took_part(account_id: UUID, restriction: Restriction) -> bool:
    """Whether somebody received, examined, reviewed, proposed, signed, approved or changed it, refused a part
    of its demand, or added its authority: by the rows, and by the audit trail, which knows more. To have
    changed it by deciding on somebody else's objection is no part: who did so decides on the others, too."""
    demand, authority = restriction.demand, restriction.authority
    involved = {
        demand.received_by_id,
        restriction.proposed_by_id,
        authority.proposed_by_id,
        authority.approved_by_id,
        *restriction.approvals.values_list("account_id", flat=True),
        *restriction.later.filter(appeal__isnull=True).values_list("by_id", flat=True),
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
        nobody to exempt; NotNarrower; NoSuchRestriction: it was withdrawn meanwhile, so that only this can be
        the answer.
    """
    check_may(actor, Act.DECIDE_APPEAL)
    if len(ruling.answer.strip()) < 20:
        raise InvalidOrder("answer")
    with transaction.atomic():
        restriction = _restriction_of(appeal_id)
        row = _open(appeal_id)
        if took_part(actor, restriction):
            raise TookPart
        _carry_out(row, restriction, ruling, actor, now)
        decided(row, ruling.outcome, ruling.answer.strip(), actor, now)
        if ruling.outcome is Outcome.WITHDRAWN:
            close_all(restriction.pk, actor, now)
        audit(actor, Act.DECIDE_APPEAL, f"appeal:{row.pk}", now)
    return row


def _restriction_of(appeal_id: UUID) -> Restriction:
    """Held before any of its appeals, as a withdrawal does, which closes them all."""
    found = Appeal.objects.filter(pk=appeal_id).values_list("restriction_id", flat=True).first()
    if found is None:
        raise NoSuchDemand
    return held(found)


def _open(appeal_id: UUID) -> Appeal:
    rows = Appeal.objects.select_for_update(of=("self",)).filter(pk=appeal_id, decided_at__isnull=True)
    row = rows.first()
    if row is None:
        raise NoSuchDemand
    return row


def _carry_out(row: Appeal, restriction: Restriction, ruling: Ruling, actor: UUID, now: datetime) -> None:
    if is_withdrawn(restriction):
        if ruling.outcome is not Outcome.WITHDRAWN:
            raise NoSuchRestriction
        return
    match ruling.outcome:
        case Outcome.WITHDRAWN:
            withdraw_now(restriction.pk, "appeal", now, by=actor, appeal=row)
        case Outcome.CORRECTED:
            narrow_now(
                restriction.pk, now, territories=ruling.territories, until=ruling.until, by=actor, appeal=row
            )
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


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
