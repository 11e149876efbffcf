"""Roles: two different administrators give one and take one, superusers included (P5)."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from bailiwick.accounts.actions import roles
from bailiwick.accounts.actions.audit import audit
from bailiwick.accounts.errors import (
    AccountError,
    MalformedAudit,
    NoConfirmedAccount,
    NoSuchGrant,
    OwnRole,
    ProposerLeft,
    RoleConflict,
    RoleHeld,
    RoleNeeded,
    SamePerson,
    TooFewAdministrators,
)
from bailiwick.accounts.models import Account, Audit, RoleGrant
from bailiwick.accounts.queries import administrators, holders, is_staff, require, roles_of
from bailiwick.accounts.roles import Role
from bailiwick.ledger.errors import OutsideTransaction
from tests.apps.conftest import NOW, account, administrator

pytestmark = pytest.mark.django_db
NONE: frozenset[Role] = frozenset()


def give(role: Role, to: Account, by: Account, then: Account) -> int:
    grant = roles.propose(by.pk, to.email, role, NOW)
    roles.confirm(then.pk, grant, NOW)
    return grant


def trail() -> list[str]:
    return list(Audit.objects.order_by("id").values_list("code", flat=True))


@pytest.mark.parametrize("role", Role)
def test_p5_two_administrators_give_a_role(
    role: Role, staff: Account, superuser: Account, other: Account
) -> None:
    grant = roles.propose(staff.pk, other.email, role, NOW)
    assert roles_of(other.pk) == NONE
    roles.confirm(superuser.pk, grant, NOW)
    assert roles_of(other.pk) == {role}
    require(other.pk, role)


def test_p5_nobody_confirms_what_they_proposed_superusers_included(
    superuser: Account, other: Account
) -> None:
    grant = roles.propose(superuser.pk, other.email, Role.APPROVER, NOW)
    with pytest.raises(SamePerson):
        roles.confirm(superuser.pk, grant, NOW)
    assert roles_of(other.pk) == NONE


def test_p5_nobody_proposes_a_role_for_themselves(superuser: Account) -> None:
    with pytest.raises(OwnRole):
        roles.propose(superuser.pk, superuser.email, Role.APPROVER, NOW)


def test_p5_nobody_confirms_a_role_of_their_own(staff: Account, superuser: Account) -> None:
    grant = roles.propose(staff.pk, superuser.email, Role.APPROVER, NOW)
    with pytest.raises(OwnRole):
        roles.confirm(superuser.pk, grant, NOW)


def test_p5_the_database_holds_two_people_too(staff: Account, other: Account) -> None:
    grant = roles.propose(staff.pk, other.email, Role.APPROVER, NOW)
    for who in (staff, other, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleGrant.objects.filter(pk=grant).update(confirmed_by=who, confirmed_at=NOW)


Act = Callable[[Account, int], object]
ACTS: dict[str, Act] = {
    "propose": lambda who, _: roles.propose(who.pk, "other@example.org", Role.INTAKE, NOW),
    "confirm": lambda who, grant: roles.confirm(who.pk, grant, NOW),
    "discard": lambda who, grant: roles.discard(who.pk, grant, NOW),
    "propose_removal": lambda who, grant: roles.propose_removal(who.pk, grant, NOW),
    "confirm_removal": lambda who, grant: roles.confirm_removal(who.pk, grant, NOW),
    "discard_removal": lambda who, grant: roles.discard_removal(who.pk, grant, NOW),
}


@pytest.mark.parametrize("role", [*sorted(set(Role) - {Role.ADMINISTRATOR}), "nobody", "root", "suspended"])
@pytest.mark.parametrize("act", ACTS)
def test_only_an_administrator_may(
    act: str, role: str, staff: Account, superuser: Account, other: Account
) -> None:
    if role == "suspended":
        who = administrator("Who", is_active=False)
    else:
        who = account("Who", is_superuser=role == "root")
        if role in set(Role):
            give(Role(role), who, staff, superuser)
    before = list(RoleGrant.objects.values())
    with pytest.raises(RoleNeeded):
        ACTS[act](who, 1)
    assert list(RoleGrant.objects.values()) == before


def test_p5_two_administrators_take_a_role_away(staff: Account, superuser: Account, other: Account) -> None:
    grant = give(Role.REVIEWER, other, staff, superuser)
    roles.propose_removal(superuser.pk, grant, NOW)
    assert roles_of(other.pk) == {Role.REVIEWER}
    with pytest.raises(SamePerson):
        roles.confirm_removal(superuser.pk, grant, NOW)
    roles.confirm_removal(staff.pk, grant, NOW)
    assert roles_of(other.pk) == NONE
    with pytest.raises(RoleNeeded):
        require(other.pk, Role.REVIEWER)


def test_a_removal_that_nobody_proposed_is_not_confirmed(
    staff: Account, superuser: Account, other: Account
) -> None:
    grant = give(Role.REVIEWER, other, staff, superuser)
    with pytest.raises(NoSuchGrant):
        roles.confirm_removal(staff.pk, grant, NOW)


def test_an_administrator_resigns_with_anothers_consent(staff: Account, superuser: Account) -> None:
    third = administrator("Third")
    grant = RoleGrant.objects.get(account=third).pk
    roles.propose_removal(third.pk, grant, NOW)
    roles.confirm_removal(staff.pk, grant, NOW)
    assert administrators() == sorted([staff.email, superuser.email])


def test_two_administrators_are_the_fewest(staff: Account, superuser: Account) -> None:
    grant = RoleGrant.objects.get(account=superuser).pk
    roles.propose_removal(superuser.pk, grant, NOW)
    with pytest.raises(TooFewAdministrators):
        roles.confirm_removal(staff.pk, grant, NOW)


def test_a_role_can_be_given_again(staff: Account, superuser: Account, other: Account) -> None:
    grant = give(Role.INTAKE, other, staff, superuser)
    roles.propose_removal(staff.pk, grant, NOW)
    roles.confirm_removal(superuser.pk, grant, NOW)
    give(Role.INTAKE, other, superuser, staff)
    assert roles_of(other.pk) == {Role.INTAKE}


def test_a_discarded_proposal_is_not_confirmed(staff: Account, superuser: Account, other: Account) -> None:
    grant = roles.propose(staff.pk, other.email, Role.INTAKE, NOW)
    roles.discard(superuser.pk, grant, NOW)
    with pytest.raises(NoSuchGrant):
        roles.confirm(superuser.pk, grant, NOW)


def test_a_discarded_removal_leaves_the_role(staff: Account, superuser: Account, other: Account) -> None:
    grant = give(Role.INTAKE, other, staff, superuser)
    roles.propose_removal(staff.pk, grant, NOW)
    with pytest.raises(RoleHeld):
        roles.propose_removal(superuser.pk, grant, NOW)
    roles.discard_removal(superuser.pk, grant, NOW)
    with pytest.raises(NoSuchGrant):
        roles.confirm_removal(superuser.pk, grant, NOW)
    assert roles_of(other.pk) == {Role.INTAKE}


def test_the_same_role_is_not_proposed_twice(staff: Account, superuser: Account, other: Account) -> None:
    roles.propose(staff.pk, other.email, Role.INTAKE, NOW)
    with pytest.raises(RoleHeld):
        roles.propose(superuser.pk, other.email, Role.INTAKE, NOW)


@pytest.mark.parametrize("held", sorted(set(Role) - {Role.AUDITOR}))
def test_an_auditor_holds_no_other_role(
    held: Role, staff: Account, superuser: Account, other: Account
) -> None:
    give(held, other, staff, superuser)
    with pytest.raises(RoleConflict):
        roles.propose(staff.pk, other.email, Role.AUDITOR, NOW)
    auditor = account("Auditor")
    give(Role.AUDITOR, auditor, staff, superuser)
    with pytest.raises(RoleConflict):
        roles.propose(staff.pk, auditor.email, held, NOW)


def test_two_proposals_that_conflict_are_not_both_confirmed(
    staff: Account, superuser: Account, other: Account
) -> None:
    first = roles.propose(staff.pk, other.email, Role.AUDITOR, NOW)
    second = roles.propose(staff.pk, other.email, Role.APPROVER, NOW)
    roles.confirm(superuser.pk, first, NOW)
    with pytest.raises(RoleConflict):
        roles.confirm(superuser.pk, second, NOW)
    assert roles_of(other.pk) == {Role.AUDITOR}


def test_what_a_former_administrator_proposed_is_not_confirmed(
    staff: Account, superuser: Account, other: Account
) -> None:
    third = administrator("Third")
    grant = roles.propose(third.pk, other.email, Role.APPROVER, NOW)
    ours = RoleGrant.objects.get(account=third).pk
    roles.propose_removal(staff.pk, ours, NOW)
    roles.confirm_removal(superuser.pk, ours, NOW)
    with pytest.raises(ProposerLeft):
        roles.confirm(superuser.pk, grant, NOW)


@pytest.mark.parametrize("email", ["nobody@example.org", "unconfirmed@example.org", "gone@example.org"])
def test_a_role_is_proposed_only_for_who_confirmed_the_address(email: str, staff: Account) -> None:
    account("Unconfirmed", confirmed=False)
    account("Gone", is_active=False)
    with pytest.raises(NoConfirmedAccount):
        roles.propose(staff.pk, email, Role.INTAKE, NOW)


def test_a_suspended_member_of_staff_has_no_role_and_has_it_again_later(
    staff: Account, superuser: Account
) -> None:
    Account.objects.filter(pk=staff.pk).update(is_active=False)
    assert not is_staff(staff.pk)
    assert administrators() == [superuser.email]
    Account.objects.filter(pk=staff.pk).update(is_active=True)
    assert holders(Role.ADMINISTRATOR) == {staff.pk, superuser.pk}


def test_being_superuser_is_no_role(other: Account) -> None:
    root = account("OtherRoot", is_superuser=True)
    for role in Role:
        with pytest.raises(RoleNeeded):
            require(root.pk, role)


def test_every_step_is_in_the_audit_trail(staff: Account, superuser: Account, other: Account) -> None:
    grant = give(Role.INTAKE, other, staff, superuser)
    roles.propose_removal(staff.pk, grant, NOW)
    roles.confirm_removal(superuser.pk, grant, NOW)
    assert trail() == [
        "role.given_by_command_line",
        "role.given_by_command_line",
        "role.proposed_intake",
        "role.confirmed_intake",
        "role.removal_proposed_intake",
        "role.ended_intake",
    ]
    last = Audit.objects.first()
    assert last is not None
    assert (last.actor, last.subject) == (superuser.pk, f"account:{other.pk}")


def test_what_is_refused_leaves_no_trace(staff: Account, other: Account) -> None:
    before = trail()
    with pytest.raises(AccountError):
        roles.confirm(staff.pk, roles.propose(staff.pk, other.email, Role.INTAKE, NOW), NOW)
    assert trail() == [*before, "role.proposed_intake"]


@pytest.mark.parametrize(
    ("code", "subject"),
    [
        ("Looked", ""),
        ("looked", ""),
        ("page.looked at", ""),
        ("page.looked", "account:ada@example.org"),
        ("page.looked", "Ada Lovelace"),
        ("page." + "x" * 44, ""),
        ("page.looked", "x" * 121),
    ],
)
def test_the_trail_takes_codes_and_identifiers_only(code: str, subject: str, db: None) -> None:
    with pytest.raises(MalformedAudit):
        audit(uuid4(), code, subject, NOW)


@pytest.mark.django_db(transaction=True)
def test_an_act_is_recorded_in_its_transaction_or_not_at_all() -> None:
    with pytest.raises(OutsideTransaction):
        audit(uuid4(), "page.looked", "", NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_audit SET actor = NULL",
        "DELETE FROM accounts_audit",
        "INSERT OR REPLACE INTO accounts_audit SELECT * FROM accounts_audit",
    ],
)
def test_the_database_itself_keeps_the_trail(statement: str, staff: Account) -> None:
    if "OR REPLACE" in statement and connection.vendor != "sqlite":
        pytest.skip("only SQLite replaces")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
