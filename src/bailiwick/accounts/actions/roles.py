"""Giving and taking roles: proposed by one administrator, confirmed by another (P5), superusers included."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from bailiwick.accounts.errors import (
    NoConfirmedAccount,
    NoSuchGrant,
    OwnRole,
    ProposerLeft,
    RoleConflict,
    RoleHeld,
    SamePerson,
    TooFewAdministrators,
)
from bailiwick.accounts.models import Account, RoleGrant
from bailiwick.accounts.queries import by_confirmed_email, holders, require, roles_of
from bailiwick.accounts.roles import Role, conflict

from .audit import audit

FEWEST: Final = 2
"""Administrators there must be for a role to be given or taken at all."""


def propose(actor: UUID, email: str, role: Role, now: datetime) -> int:
    """A role for the account with this confirmed address, without effect until another administrator
    confirms it; the grant's id.

    Raises:
        RoleNeeded, NoConfirmedAccount, OwnRole, RoleHeld, RoleConflict.
    """
    require(actor, Role.ADMINISTRATOR)
    account = by_confirmed_email(email)
    if account is None:
        raise NoConfirmedAccount(field="email")
    if account.pk == actor:
        raise OwnRole
    with transaction.atomic():
        _check_fits(account.pk, role)
        grant = _create(account, role, now, proposed_by_id=actor)
        audit(actor, f"role.proposed_{role}", _subject(grant), now)
    return grant.pk


def confirm(actor: UUID, grant_id: int, now: datetime) -> None:
    """Another administrator agrees: the role is held from now on. All is checked again.

    Raises:
        RoleNeeded, NoSuchGrant, SamePerson, OwnRole, ProposerLeft, RoleConflict.
    """
    require(actor, Role.ADMINISTRATOR)
    with transaction.atomic():
        grant = _locked(grant_id, confirmed_at__isnull=True)
        if grant.account_id == actor:
            raise OwnRole
        if grant.proposed_by_id == actor:
            raise SamePerson
        _check_proposer(grant.proposed_by_id)
        if not grant.account.is_active or conflict(Role(grant.role), roles_of(grant.account_id)):
            raise RoleConflict
        grant.confirmed_by_id, grant.confirmed_at = actor, now
        grant.save(update_fields=["confirmed_by", "confirmed_at"])
        audit(actor, f"role.confirmed_{grant.role}", _subject(grant), now)


def discard(actor: UUID, grant_id: int, now: datetime) -> None:
    """Drop a proposal; one administrator is enough, for nothing was given. RoleNeeded, NoSuchGrant."""
    require(actor, Role.ADMINISTRATOR)
    with transaction.atomic():
        grant = _locked(grant_id, confirmed_at__isnull=True)
        grant.discarded_at = now
        grant.save(update_fields=["discarded_at"])
        audit(actor, f"role.discarded_{grant.role}", _subject(grant), now)


def propose_removal(actor: UUID, grant_id: int, now: datetime) -> None:
    """Propose to take a role away; one's own too, which is how somebody resigns.

    Raises:
        RoleNeeded, NoSuchGrant; RoleHeld: its removal is proposed already.
    """
    require(actor, Role.ADMINISTRATOR)
    with transaction.atomic():
        grant = _locked(grant_id, confirmed_at__isnull=False)
        if grant.removal_proposed_by_id is not None:
            raise RoleHeld
        grant.removal_proposed_by_id, grant.removal_proposed_at = actor, now
        grant.save(update_fields=["removal_proposed_by", "removal_proposed_at"])
        audit(actor, f"role.removal_proposed_{grant.role}", _subject(grant), now)


def confirm_removal(actor: UUID, grant_id: int, now: datetime) -> None:
    """Another administrator agrees: the role ends at once.

    Raises:
        RoleNeeded, NoSuchGrant, SamePerson, ProposerLeft, TooFewAdministrators.
    """
    require(actor, Role.ADMINISTRATOR)
    with transaction.atomic():
        hold_administrators()
        grant = _locked(grant_id, removal_proposed_by__isnull=False)
        if grant.removal_proposed_by_id == actor:
            raise SamePerson
        _check_proposer(grant.removal_proposed_by_id)
        _check_enough(grant)
        grant.ended_by_id, grant.ended_at = actor, now
        grant.save(update_fields=["ended_by", "ended_at"])
        audit(actor, f"role.ended_{grant.role}", _subject(grant), now)


def discard_removal(actor: UUID, grant_id: int, now: datetime) -> None:
    """The role stays. RoleNeeded, NoSuchGrant."""
    require(actor, Role.ADMINISTRATOR)
    with transaction.atomic():
        grant = _locked(grant_id, removal_proposed_by__isnull=False)
        grant.removal_proposed_by_id = grant.removal_proposed_at = None
        grant.save(update_fields=["removal_proposed_by", "removal_proposed_at"])
        audit(actor, f"role.removal_discarded_{grant.role}", _subject(grant), now)


def grant_by_command_line(account_id: UUID, now: datetime) -> None:
    """Make a first administrator: the one grant without two people, and the trail says so.

    Raises:
        RoleHeld, RoleConflict.
    """
    with transaction.atomic():
        _check_fits(account_id, Role.ADMINISTRATOR)
        account = Account.objects.get(pk=account_id)
        grant = _create(account, Role.ADMINISTRATOR, now, by_command_line=True, confirmed_at=now)
        audit(None, "role.given_by_command_line", _subject(grant), now)


def _create(account: Account, role: Role, now: datetime, **fields: object) -> RoleGrant:
    try:
        with transaction.atomic():
            return RoleGrant.objects.create(account=account, role=role, proposed_at=now, **fields)
    except IntegrityError:  # the same was proposed in this moment
        raise RoleHeld from None


def _locked(grant_id: int, **condition: object) -> RoleGrant:
    """The open grant, locked until the transaction ends."""
    rows = RoleGrant.objects.select_for_update(of=("self",)).select_related("account")
    grant = rows.filter(pk=grant_id, discarded_at__isnull=True, ended_at__isnull=True, **condition).first()
    if grant is None:
        raise NoSuchGrant
    return grant


def _check_fits(account_id: UUID, role: Role) -> None:
    if RoleGrant.objects.filter(
        account_id=account_id, role=role, discarded_at__isnull=True, ended_at__isnull=True
    ).exists():
        raise RoleHeld
    if conflict(role, roles_of(account_id)):
        raise RoleConflict


def _check_proposer(proposer: UUID | None) -> None:
    """What was proposed by somebody who is administrator no longer is no administrator's proposal."""
    if proposer is None or Role.ADMINISTRATOR not in roles_of(proposer):
        raise ProposerLeft


def _check_enough(grant: RoleGrant) -> None:
    if grant.role == Role.ADMINISTRATOR:
        check_enough_without(grant.account_id)


def check_enough_without(account_id: UUID) -> None:
    """That enough administrators are left without this account; under `hold_administrators`.
    TooFewAdministrators."""
    if len(holders(Role.ADMINISTRATOR) - {account_id}) < FEWEST:
        raise TooFewAdministrators


def hold_administrators() -> None:
    """Two removals at once would each still count the other's administrator."""
    held = RoleGrant.objects.filter(role=Role.ADMINISTRATOR, ended_at__isnull=True).order_by("pk")
    list(held.select_for_update(of=("self",)).values_list("pk"))


def _subject(grant: RoleGrant) -> str:
    return f"account:{grant.account_id}"
