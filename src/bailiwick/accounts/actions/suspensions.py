"""Suspending accounts for breach of terms: two people, reasons in writing, never an authority's wish.

Nothing here reaches a meeting (P2): those that run go on with everybody in them, the account's own among
them, and can be joined; the account keeps its meetings, invitations, co-hosts, passkeys and roles for the day
it is reinstated. What ends is signing in.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from bailiwick.accounts.errors import (
    AlreadySuspended,
    AuthorityBehindIt,
    IncompleteStatement,
    NoConfirmedAccount,
    NoSuchSuspension,
    NotYourCase,
    SaidAuthority,
    SamePerson,
)
from bailiwick.accounts.models import Account, Ground, Source, Suspension, SuspensionAppeal
from bailiwick.accounts.queries import require, roles_of
from bailiwick.accounts.roles import Role
from bailiwick.accounts.suspended import digest
from bailiwick.accounts.suspension_queries import PROMPTED, said_prompted
from bailiwick.accounts.terms import terms
from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import AccountReinstated, AccountSuspended, SuspensionRefused
from bailiwick.ledger.vocabulary import second
from bailiwick.notices.actions import raise_alarm

from . import suspension_mail as mail
from .audit import audit
from .roles import check_enough_without, hold_administrators

__all__ = [
    "Ground",
    "Source",
    "Statement",
    "approve",
    "discard",
    "lapse",
    "open_again",
    "propose",
    "reinstate",
]

SHORTEST: Final = 20


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of reasons (DSA Art. 17(3)). `section`: of the terms in force, `terms`: why it breaks them;
    `until`: None, until further notice."""

    ground: Ground
    source: Source
    facts: str
    section: str
    terms: str
    automated: bool
    until: datetime | None


def propose(
    actor: UUID, email: str, statement: Statement, *, authority_prompted: bool, now: datetime
) -> UUID:
    """A suspension, without effect until somebody else approves it; its id.

    Raises:
        AuthorityBehindIt: it is a demand. Only that the question was answered so is kept, logged and counted.
        SaidAuthority: they answered so themselves, about this account.
        RoleNeeded, NoConfirmedAccount (no such account), IncompleteStatement, AlreadySuspended, NotYourCase.
    """
    require(actor, Role.REVIEWER)
    account = Account.objects.filter(email__iexact=email.strip()).first()
    if account is None:
        raise NoConfirmedAccount(field="email")
    if account.pk == actor:
        raise NotYourCase
    if authority_prompted:
        with transaction.atomic():
            _record_prompted(actor, account.pk, now)
        raise AuthorityBehindIt
    _check_said(actor, account.pk)
    _check_statement(statement, now)
    version = terms()
    if statement.section not in version.sections:
        raise IncompleteStatement("name a section of the terms in force", field="section")
    lapse(account.pk, now)
    with transaction.atomic():
        row = _create(account, actor, statement, version.document, now)
        audit(actor, "suspension.proposed", subject(row), now)
    return row.pk


def approve(actor: UUID, suspension_id: UUID, *, authority_prompted: bool, now: datetime) -> None:
    """The second person: the account cannot sign in from now on, and is told why. All is checked again.

    Raises:
        AuthorityBehindIt: it is a demand, and the proposal is dropped: else a third person is asked.
        SaidAuthority: they answered so themselves, about this account.
        RoleNeeded, NoSuchSuspension, SamePerson, NotYourCase; IncompleteStatement: it would be over already;
        TooFewAdministrators: nobody could take the suspending people's roles away any more.
    """
    require(actor, Role.APPROVER)
    if authority_prompted:
        _drop_as_demand(actor, suspension_id, now)
        raise AuthorityBehindIt
    with transaction.atomic():
        hold_administrators()
        row = _locked(suspension_id, approved_at__isnull=True)
        _check_second_person(actor, row)
        _check_said(actor, row.account_id)
        _check_statement(_statement(row), now)
        if Role.ADMINISTRATOR in roles_of(row.account_id):
            check_enough_without(row.account_id)
        row.approved_by_id, row.approved_at = actor, now
        row.committed = ledger.commit_to(row.account_id.bytes)
        key = secrets.token_urlsafe(32)
        row.appeal_key_digest = digest(key)
        row.save(update_fields=["approved_by", "approved_at", "committed", "appeal_key_digest"])
        Account.objects.filter(pk=row.account_id).update(is_active=False)
        _log_suspended(row, now)
        audit(actor, "suspension.approved", subject(row), now)
        mail.suspended(row, key, said_prompted(row.account_id))


def discard(actor: UUID, suspension_id: UUID, now: datetime) -> None:
    """Drop a proposal; one person is enough, for nothing happened. RoleNeeded, NoSuchSuspension; NotYourCase:
    it is against them."""
    require(actor, Role.REVIEWER, Role.APPROVER)
    with transaction.atomic():
        row = _proposed(actor, suspension_id)
        _end(row, actor, now)
        audit(actor, "suspension.discarded", subject(row), now)


def reinstate(actor: UUID, suspension_id: UUID, now: datetime) -> None:
    """Open the account again at once, with everything it had (P7); one person is enough to undo.

    Raises:
        RoleNeeded, NoSuchSuspension; NotYourCase: their own.
    """
    require(actor, Role.REVIEWER, Role.APPROVER, Role.APPEALS)
    with transaction.atomic():
        row = _locked(suspension_id, approved_at__isnull=False)
        open_again(row, actor, now)
        audit(actor, "suspension.ended", subject(row), now)


def lapse(account_id: UUID, now: datetime) -> bool:
    """Open the account if its suspension has run out; whether it had. Asked whenever somebody signs in."""
    with transaction.atomic():
        row = (
            Suspension.objects.select_for_update()
            .filter(account_id=account_id, ended_at__isnull=True, approved_at__isnull=False, until__lte=now)
            .first()
        )
        if row is None:
            return False
        open_again(row, None, now)
        audit(None, "suspension.ended", subject(row), now)
        return True


def _check_said(actor: UUID, account_id: UUID) -> None:
    """A no a minute after a yes is a pretext."""
    if any(said.by == actor for said in said_prompted(account_id)):
        raise SaidAuthority


def _check_statement(statement: Statement, now: datetime) -> None:
    for name, most in (("facts", 4000), ("terms", 2000)):
        if not SHORTEST <= len(getattr(statement, name).strip()) <= most:
            raise IncompleteStatement(f"say it in {SHORTEST} to {most} characters", field=name)
    if statement.until is not None and statement.until <= now:
        raise IncompleteStatement("it would be over already", field="until")


def _check_second_person(actor: UUID, row: Suspension) -> None:
    if row.proposed_by_id == actor:
        raise SamePerson
    if row.account_id == actor:
        raise NotYourCase
    if Role.REVIEWER not in roles_of(row.proposed_by_id):
        raise NoSuchSuspension


def _create(
    account: Account, actor: UUID, statement: Statement, terms_document: str, now: datetime
) -> Suspension:
    try:
        with transaction.atomic():
            return Suspension.objects.create(
                account=account,
                ground=statement.ground,
                source=statement.source,
                facts=statement.facts.strip(),
                section=statement.section,
                terms_document=terms_document,
                terms=statement.terms.strip(),
                automated=statement.automated,
                until=statement.until,
                proposed_by_id=actor,
                proposed_at=now,
            )
    except IntegrityError:
        raise AlreadySuspended(field="email") from None


def _statement(row: Suspension) -> Statement:
    return Statement(
        Ground(row.ground), Source(row.source), row.facts, row.section, row.terms, row.automated, row.until
    )


def _locked(suspension_id: UUID, **condition: object) -> Suspension:
    """The open suspension, its row locked until the transaction ends."""
    rows = Suspension.objects.select_for_update(of=("self",)).select_related("account")
    row = rows.filter(pk=suspension_id, ended_at__isnull=True, **condition).first()
    if row is None:
        raise NoSuchSuspension
    return row


def _proposed(actor: UUID, suspension_id: UUID) -> Suspension:
    """A proposal for somebody other than the account it is about."""
    row = _locked(suspension_id, approved_at__isnull=True)
    if row.account_id == actor:
        raise NotYourCase
    return row


def _drop_as_demand(actor: UUID, suspension_id: UUID, now: datetime) -> None:
    with transaction.atomic():
        row = _proposed(actor, suspension_id)
        _end(row, actor, now)
        _record_prompted(actor, row.account_id, now)


def _record_prompted(actor: UUID, account_id: UUID, now: datetime) -> None:
    """In the audit trail whose account it was, in the log that it happened, and an alarm, so that somebody
    sees to it that it is registered as the demand it is."""
    audit(actor, PROMPTED, f"account:{account_id}", now)
    ledger.append(SuspensionRefused(day=now.astimezone(UTC).date()))
    raise_alarm("suspension_prompted", f"account:{account_id}", now)


def open_again(row: Suspension, actor: UUID | None, now: datetime) -> None:
    """What ends a suspension in force, its row locked: the account, the log, the mail. NotYourCase."""
    if row.account_id == actor:
        raise NotYourCase
    _end(row, actor, now)
    Account.objects.filter(pk=row.account_id).update(is_active=True)
    ledger.append(AccountReinstated(at=second(now), account=row.committed))
    mail.reinstated(row, SuspensionAppeal.objects.filter(suspension=row).first())


def _end(row: Suspension, actor: UUID | None, now: datetime) -> None:
    row.ended_by_id, row.ended_at = actor, now
    row.save(update_fields=["ended_by", "ended_at"])


def _log_suspended(row: Suspension, now: datetime) -> None:
    """Say so in the public log, in the transaction that does it: whom, only as a commitment."""
    until = None if row.until is None else second(row.until)
    ledger.append(
        AccountSuspended.model_validate(
            {"at": second(now), "account": row.committed, "ground": row.ground, "until": until}
        )
    )


def subject(row: Suspension) -> str:
    """What the audit trail calls it."""
    return f"suspension:{row.pk}/account:{row.account_id}"
