"""The server-wide access rule: two people, in writing, never at an authority's wish, at the door only.

Whoever answers that an authority prompted one is not asked again soon: a no right after a yes is a pretext.
"""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from bailiwick.accounts import queries as accounts
from bailiwick.accounts.actions.audit import audit
from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import ServerRuleChanged, ServerRuleRefused
from bailiwick.ledger.vocabulary import second
from bailiwick.meetings.access import fields_of, server_rule
from bailiwick.meetings.errors import (
    AuthorityPrompted,
    InvalidField,
    NoSuchRule,
    ProposerLeft,
    SaidPrompted,
    SamePerson,
    StaffOnly,
)
from bailiwick.meetings.models import ServerRule, ServerState
from bailiwick.meetings.queries import PROMPTED, said_prompted
from bailiwick.notices.actions import raise_alarm
from bailiwick.rules.access import AccessRule

from .rule import check_rule

_OPEN = Q(approved_at__isnull=True, withdrawn_at__isnull=True)


def _in_force() -> QuerySet[ServerRule]:
    return ServerRule.objects.filter(approved_at__isnull=False, withdrawn_at__isnull=True)


def propose(
    account_id: UUID, rule: AccessRule, *, statement: str, authority_prompted: bool, now: datetime
) -> ServerRule:
    """A proposal, without effect until another member of staff approves it.

    Raises:
        AuthorityPrompted: it is a demand, which never becomes an access rule. Only that the question was
        answered so is kept and logged. SaidPrompted: they answered so themselves, not long ago.
        StaffOnly, InvalidField, EmptyAllowList: the account may not, or the proposal is incomplete.
    """
    _check_staff(account_id)
    if authority_prompted:
        with transaction.atomic():
            _record_prompted(account_id, now)
        raise AuthorityPrompted
    _check_said(account_id, now)
    check_rule(rule)
    if not 20 <= len(statement.strip()) <= 2000:
        raise InvalidField("say why, in 20 to 2000 characters; it is published", field="statement")
    with transaction.atomic():
        proposal = ServerRule.objects.create(
            **fields_of(rule),
            statement=statement.strip(),
            authority_prompted=False,
            proposed_by_id=account_id,
            proposed_at=now,
        )
        audit(account_id, "server_rule.proposed", f"server_rule:{proposal.pk}", now)
    return proposal


def approve(account_id: UUID, rule_id: int, *, authority_prompted: bool, now: datetime) -> None:
    """Put a proposal in force, in place of the one before.

    Raises:
        AuthorityPrompted: it is a demand, and the proposal is dropped: else a third person is asked.
        SaidPrompted: they, or whoever proposed it, answered so themselves, not long ago.
        SamePerson: nobody approves what they proposed (P5); the database holds that too.
        NoSuchRule: it is decided or withdrawn already. ProposerLeft, StaffOnly, EmptyAllowList.
    """
    _check_staff(account_id)
    if authority_prompted:
        _drop_as_demand(account_id, rule_id, now)
        raise AuthorityPrompted
    with transaction.atomic():
        rule = _proposed(rule_id)
        if rule.proposed_by_id == account_id:
            raise SamePerson
        if rule.proposed_by_id not in accounts.holders(accounts.Role.ADMINISTRATOR):
            raise ProposerLeft
        for each in (account_id, rule.proposed_by_id):
            _check_said(each, now)
        check_rule(server_rule(rule))
        for before in _in_force().select_for_update():
            _log(before, "ended", now)
        _in_force().update(withdrawn_at=now)
        rule.approved_by_id, rule.approved_at = account_id, now
        rule.save(update_fields=["approved_by", "approved_at"])
        _log(rule, "in_force", now)
        audit(account_id, "server_rule.approved", f"server_rule:{rule.pk}", now)
        _changed()


def withdraw(account_id: UUID, rule_id: int, now: datetime) -> None:
    """End a rule or a proposal at once; one person is enough to take a rule away (P7)."""
    _check_staff(account_id)
    with transaction.atomic():
        rule = ServerRule.objects.select_for_update().filter(pk=rule_id, withdrawn_at__isnull=True).first()
        if rule is None:
            raise NoSuchRule
        rule.withdrawn_at = now
        rule.save(update_fields=["withdrawn_at"])
        if rule.approved_at is not None:
            _log(rule, "ended", now)
        audit(account_id, "server_rule.withdrawn", f"server_rule:{rule.pk}", now)
        _changed()


def _proposed(rule_id: int) -> ServerRule:
    """An open proposal, held until the caller's transaction ends."""
    rule = ServerRule.objects.select_for_update().filter(_OPEN, pk=rule_id).first()
    if rule is None:
        raise NoSuchRule
    return rule


def _drop_as_demand(account_id: UUID, rule_id: int, now: datetime) -> None:
    with transaction.atomic():
        rule = _proposed(rule_id)
        rule.withdrawn_at = now
        rule.save(update_fields=["withdrawn_at"])
        _record_prompted(account_id, now)


def _record_prompted(account_id: UUID, now: datetime) -> None:
    """In the audit trail and the log that it happened, and an alarm, so that somebody sees to it that it is
    registered as the demand it is. Of the rule itself, nothing."""
    audit(account_id, PROMPTED, "", now)
    ledger.append(ServerRuleRefused(day=now.astimezone(UTC).date()))
    raise_alarm("server_rule_prompted", "", now)


def _check_said(account_id: UUID, now: datetime) -> None:
    if any(by == account_id for _, by in said_prompted(now)):
        raise SaidPrompted


def _log(rule: ServerRule, change: Literal["in_force", "ended"], now: datetime) -> None:
    """Say so in the public log, in the transaction that does it; the statement is published beside it."""
    entry = {
        "at": second(now),
        "rule": rule.pk,
        "change": change,
        "mode": rule.mode,
        "territories": sorted(rule.territories),
        "undetermined": rule.undetermined,
        "document": ledger.publish_document(rule.statement.encode(), now),
    }
    ledger.append(ServerRuleChanged.model_validate(entry))


def _check_staff(account_id: UUID) -> None:
    if accounts.Role.ADMINISTRATOR not in accounts.roles_of(account_id):
        raise StaffOnly


def _changed() -> None:
    """Raise the server's revision: every node reads the rule anew for its next decision at the door."""
    ServerState.objects.get_or_create(id=1)
    ServerState.objects.filter(id=1).update(revision=F("revision") + 1)
