"""What is granted of a demand: reviewed in writing, cut to its authority's territory, signed by two people.

A demand to end a meeting, or anything else, becomes a restriction of that meeting or is refused; nothing here
ends a meeting or touches an account (P2).
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import transaction

from bailiwick.accounts.actions.audit import audit
from bailiwick.accounts.queries import require
from bailiwick.accounts.roles import Role
from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import statement
from bailiwick.ledger.vocabulary import Refusal
from bailiwick.meetings.actions.change import changed
from bailiwick.orders.entries import approved_entry, statement_of
from bailiwick.orders.errors import (
    BadApproval,
    BeyondTerritory,
    InvalidOrder,
    NoSuchDemand,
    NoSuchRestriction,
    NotPossibleNow,
    SamePerson,
    UnknownPasskey,
)
from bailiwick.orders.models import (
    Answer,
    Approval,
    Asked,
    Authority,
    Demand,
    DemandState,
    Restriction,
    Review,
    Target,
)
from bailiwick.orders.papers.kinds import looked_at
from bailiwick.orders.permissions import Act, check_may
from bailiwick.orders.published import is_as_logged
from bailiwick.orders.registered import check_signs, signed_with
from bailiwick.rules.restriction import LONGEST
from bailiwick.rules.territory import Code, Territory
from bailiwick.signing.assertions import Assertion

from . import chain, redacted_copies, resuming
from .drafting import Plan, cut, decision, draft, is_shorter
from .intake import locked, refuse_now
from .proposals import drop
from .steps import log_answered, log_target_refused

_ANSWER: Final = 20
"""Characters in which no question of law can be answered."""


def review(
    actor: UUID, demand_id: UUID, *, legality: str, necessity: str, proportionality: str,
    redacted: bytes, now: datetime,
) -> Review:  # fmt: skip
    """Answer in writing whether the demand is lawful, necessary and proportionate, with the copy of it that
    everybody may read: text, or a file that is turned into pictures. Also once something that was granted is
    suspended, so that it can be proposed again for better reasons. RoleNeeded, NoSuchDemand,
    NotPossibleNow, InvalidOrder, PaperError."""
    check_may(actor, Act.REVIEW)
    answers = {"legality": legality, "necessity": necessity, "proportionality": proportionality}
    for name, text in answers.items():
        if not _ANSWER <= len(text.strip()) <= 5000:
            raise InvalidOrder(name)
    paper = looked_at(redacted)
    with transaction.atomic():
        row = locked(demand_id, *resuming.STATES)
        if row.status != DemandState.UNDER_REVIEW and not resuming.any_of(row, now):
            raise NotPossibleNow
        values = redacted_copies.publish(row, paper, now) | {"written_at": now}
        made, _ = Review.objects.update_or_create(
            demand=row, defaults=answers | values | {"written_by_id": actor}
        )
        audit(actor, Act.REVIEW, f"demand:{row.pk}", now)
    return made


def propose(actor: UUID, target_id: int, plan: Plan, now: datetime) -> Restriction:
    """A restriction, without effect until it is signed by whoever proposes it and approved by somebody else.

    Raises:
        RoleNeeded, NoSuchDemand; BeyondTerritory: nothing is left of it; NotPossibleNow: not reviewed in
        writing, or the target is answered or no meeting; InvalidOrder: law, reasons or dates.
    """
    check_may(actor, Act.PROPOSE)
    with transaction.atomic():
        target = _target(target_id)
        demand = locked(target.demand_id, DemandState.UNDER_REVIEW)
        meeting_id = _check_ready(demand, target)
        granted = _granted(demand, plan)
        chain.check_dates(demand, plan.begins, plan.until, now)
        renews = chain.renewed(plan.renews, demand, meeting_id, now)
        row = draft(actor, demand, meeting_id, plan, granted, renews, now)
        audit(actor, Act.PROPOSE, f"restriction:{row.pk}", now)
    return row


def _target(target_id: int) -> Target:
    found = Target.objects.select_for_update(of=("self",)).filter(pk=target_id).first()
    if found is None:
        raise NoSuchDemand
    return found


def _check_ready(demand: Demand, target: Target) -> UUID:
    """The meeting."""
    authority = demand.authority
    if authority is None or not is_as_logged(authority) or not Review.objects.filter(demand=demand).exists():
        raise NotPossibleNow
    if target.answer != Answer.OPEN or target.meeting_id is None or target.account_id is not None:
        raise NotPossibleNow
    if demand.restrictions.filter(meeting_id=target.meeting_id).exists():
        raise NotPossibleNow
    return target.meeting_id


def _granted(demand: Demand, plan: Plan) -> Territory:
    allowed = cut(demand, plan.begins, plan.until)[0]
    granted = allowed if plan.only is None else allowed & plan.only
    if not granted:
        raise BeyondTerritory
    return granted


# ---------------------------------------------------------------- two people, two passkeys


def sign(actor: UUID, restriction_id: UUID, assertion: Assertion, now: datetime) -> None:
    """Whoever proposed it signs it, as the first of two.

    Raises:
        RoleNeeded, NoSuchRestriction, SamePerson (somebody else's), UnknownPasskey, NoSigner,
        BadApproval.
    """
    check_may(actor, Act.SIGN)
    with transaction.atomic():
        row = _proposed(restriction_id)
        if row.proposed_by_id != actor:
            raise SamePerson
        check_signs(actor, assertion, statement(statement_of(row)))
        row.approvals.filter(position=0).delete()
        _keep(row, 0, actor, assertion, now)
        audit(actor, Act.SIGN, f"restriction:{row.pk}", now)


def approve(actor: UUID, restriction_id: UUID, assertion: Assertion, now: datetime) -> Restriction:
    """A second person signs; the entry goes to the log in this transaction. All is checked again.

    Raises:
        RoleNeeded: also if whoever proposed it is no reviewer any more. SamePerson: the one who proposed it,
        or one passkey twice. NoSuchRestriction, NotPossibleNow, UnknownPasskey, NoSigner (either of the two),
        BadApproval, BeyondTerritory, InvalidOrder.
    """
    check_may(actor, Act.APPROVE)
    with transaction.atomic():
        row = _proposed(restriction_id)
        first = row.approvals.filter(position=0).first()
        if row.proposed_by_id is None or first is None:
            raise NotPossibleNow
        if actor in {row.proposed_by_id, first.account_id} or first.key == assertion.key:
            raise SamePerson
        require(row.proposed_by_id, Role.REVIEWER)
        _check_again(row, first, now)
        check_signs(actor, assertion, statement(statement_of(row)))
        second_one = _keep(row, 1, actor, assertion, now)
        _into_log(row, [first, second_one])
        audit(actor, Act.APPROVE, f"restriction:{row.pk}", now)
        if resuming.resumes(row):
            resuming.take_objections_along(row)
        else:
            _answered(row, now)
    return row


def _check_again(row: Restriction, first: Approval, now: datetime) -> None:
    """What was proposed still holds: demand, authority, territory, dates, what it renews, the published
    decision, the first signature. Holds the authority's row: two of its restrictions follow one another."""
    again = resuming.resumes(row)
    demand = locked(row.demand_id, *(resuming.STATES if again else (DemandState.UNDER_REVIEW,)))
    authority = Authority.objects.select_for_update().get(pk=row.authority_id)
    if demand.authority_id != authority.pk or not is_as_logged(authority):
        raise NotPossibleNow
    if row.meeting_id is None or row.expires_at <= now:
        raise NotPossibleNow
    if (authority.state, authority.kind) != (row.state, row.kind):
        raise NotPossibleNow
    if row.expires_at - row.effective_from > LONGEST:
        raise InvalidOrder("until")
    chain.check_end(demand, row.expires_at)
    if again:
        resuming.check_still_resumes(row, now)
    else:
        chain.check_still_renews(row, demand)
    allowed, beyond = cut(demand, row.effective_from, row.expires_at)
    granted = frozenset(map(Code, row.territories))
    if not granted <= allowed:
        raise BeyondTerritory
    if sha256(decision(demand, granted, beyond, row.expires_at)).hexdigest() != row.document:
        raise NotPossibleNow
    _check_first(row, first)


def _check_first(row: Restriction, first: Approval) -> None:
    """Made by whoever proposed it, with a passkey that is theirs and may sign still. NotPossibleNow,
    NoSigner, BadApproval."""
    if row.proposed_by_id is None or first.account_id != row.proposed_by_id:
        raise NotPossibleNow
    try:
        check_signs(row.proposed_by_id, signed_with(first), statement(statement_of(row)))
    except UnknownPasskey:
        raise NotPossibleNow from None


def _into_log(row: Restriction, approvals: Sequence[Approval]) -> None:
    row.outbox_id = ledger.append(approved_entry(row, approvals))
    row.save(update_fields=["outbox_id"])
    if row.meeting_id is not None:
        changed(row.meeting_id)


def _proposed(restriction_id: UUID) -> Restriction:
    rows = Restriction.objects.select_for_update(of=("self",))
    row = rows.filter(pk=restriction_id, outbox_id__isnull=True).first()
    if row is None:
        raise NoSuchRestriction
    return row


def _keep(row: Restriction, position: int, actor: UUID, made: Assertion, now: datetime) -> Approval:
    if row.approvals.filter(key=made.key).exists():
        raise BadApproval("one passkey signs once")
    return Approval.objects.create(
        restriction=row,
        position=position,
        account_id=actor,
        public_key=made.public_key,
        key=made.key,
        authenticator_data=made.authenticator_data,
        client_data=made.client_data,
        signature=made.signature,
        at=now,
    )


# ---------------------------------------------------------------- no, in part or in the end


def discard(actor: UUID, restriction_id: UUID, now: datetime) -> None:
    """Drop a proposal; nothing was granted, so one person is enough. RoleNeeded, NoSuchRestriction."""
    check_may(actor, Act.DISCARD)
    with transaction.atomic():
        row = _proposed(restriction_id)
        audit(actor, Act.DISCARD, f"restriction:{row.pk}", now)
        drop([row])


def refuse_target(actor: UUID, target_id: int, reasons: Sequence[Refusal], now: datetime) -> Demand:
    """Refuse one of the things a demand names. RoleNeeded, NoSuchDemand, NotPossibleNow, InvalidOrder."""
    check_may(actor, Act.REFUSE)
    if not reasons:
        raise InvalidOrder("reasons")
    with transaction.atomic():
        target = _target(target_id)
        demand = locked(target.demand_id, DemandState.UNDER_REVIEW)
        if target.answer != Answer.OPEN:
            raise NotPossibleNow
        if target.meeting_id is not None:
            drop(demand.restrictions.filter(meeting_id=target.meeting_id, outbox_id__isnull=True))
        target.answer, target.refusals = Answer.REFUSED, sorted(set(reasons))
        target.save(update_fields=["answer", "refusals"])
        log_target_refused(target, now)
        audit(actor, Act.REFUSE, f"demand:{demand.pk}", now)
        _conclude(demand, now)
    return demand


def _answered(row: Restriction, now: datetime) -> None:
    demand = row.demand
    if row.meeting_id is not None:
        same = demand.targets.filter(meeting_id=row.meeting_id, answer=Answer.OPEN, account__isnull=True)
        same.update(answer=Answer.RESTRICTED)
    _conclude(demand, now)


def _conclude(demand: Demand, now: datetime) -> None:
    """Once everything named is answered, the demand is."""
    targets = list(demand.targets.all())
    if any(target.answer == Answer.OPEN for target in targets):
        return
    if all(target.answer == Answer.REFUSED for target in targets):
        refuse_now(demand, [reason for target in targets for reason in target.refusals], now)
        return
    full = _in_full(demand, targets)
    demand.status = DemandState.GRANTED if full else DemandState.NARROWED
    demand.decided_at = now
    demand.save(update_fields=["status", "decided_at"])
    log_answered(demand, "granted" if full else "narrowed", now)


def _in_full(demand: Demand, targets: Sequence[Target]) -> bool:
    whole = all(target.answer == Answer.RESTRICTED and target.asked == Asked.WITHHOLD for target in targets)
    asked, granted = sorted(demand.territories), demand.restrictions.all()
    return whole and all(row.territories == asked and not is_shorter(demand, row) for row in granted)
