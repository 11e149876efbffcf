"""Suspensions as a pretext and as a weapon: an honest answer that is asked again until it is another one, and
colleagues who could take roles away shut out first."""

from typing import Any

import pytest
from django.core import mail

from bailiwick.accounts.actions import suspensions
from bailiwick.accounts.errors import (
    AuthorityBehindIt,
    NoSuchSuspension,
    NotYourCase,
    SaidAuthority,
    TooFewAdministrators,
)
from bailiwick.accounts.models import Account, Suspension
from bailiwick.accounts.queries import holders
from bailiwick.accounts.roles import Role
from bailiwick.ledger.entries import SuspensionRefused, parse
from bailiwick.ledger.models import Outbox
from bailiwick.notices.models import Alarm
from tests.accounts.test_suspensions import WHY, approve, entries, is_open, propose, suspend
from tests.apps.conftest import NOW
from tests.desk.conftest import Members, seated

pytestmark = pytest.mark.django_db


def test_p2_what_the_second_person_knows_to_be_an_authoritys_is_not_approved_by_a_third(
    members: Members, host: Account
) -> None:
    """A yes drops the proposal: else somebody asks on until one says no."""
    made = propose(members, host)
    with pytest.raises(AuthorityBehindIt):
        suspensions.approve(members["approver"].pk, made, authority_prompted=True, now=NOW)
    assert Suspension.objects.get(pk=made).ended_by == members["approver"]
    with pytest.raises(NoSuchSuspension):
        approve(members, made)
    assert is_open(host)
    assert entries() == []


def test_a_yes_of_whoever_may_not_approve_drops_nothing(members: Members, host: Account) -> None:
    made = propose(members, host)
    for who in ("reviewer", "intake", "auditor"):
        with pytest.raises(Exception, match="role"):
            suspensions.approve(members[who].pk, made, authority_prompted=True, now=NOW)
    approve(members, made)
    assert not is_open(host)


def test_p5_two_people_do_not_suspend_administrators_until_nobody_can_take_their_roles_away(
    members: Members,
) -> None:
    for who in holders(Role.ADMINISTRATOR):
        account = Account.objects.get(pk=who)
        before = len(holders(Role.ADMINISTRATOR))
        if before > 2:
            suspend(members, account)
            continue
        made = propose(members, account)
        with pytest.raises(TooFewAdministrators):
            approve(members, made)
    assert len(holders(Role.ADMINISTRATOR)) == 2


def test_nobody_drops_what_is_proposed_against_themselves(members: Members) -> None:
    both = members["approver"]
    made = propose(members, both)
    with pytest.raises(NotYourCase):
        suspensions.discard(both.pk, made, NOW)
    with pytest.raises(NotYourCase):
        suspensions.approve(both.pk, made, authority_prompted=True, now=NOW)
    assert Suspension.objects.get(pk=made).ended_at is None


def test_p2_a_row_put_there_by_hand_suspends_nobody(members: Members, host: Account, sign_in: Any) -> None:
    """What shuts an account is one act of two people, with its entry; a row alone does not."""
    Suspension.objects.create(
        account=host, ground="spam", source="notice", facts="f" * 30, terms="t" * 30, automated=False,
        proposed_by=members["reviewer"], proposed_at=NOW, approved_by=members["approver"], approved_at=NOW,
        committed="0" * 64,
    )  # fmt: skip
    assert sign_in(host).get("/meetings/").status_code == 200


def test_p2_whoever_said_that_an_authority_prompted_it_does_not_say_otherwise_a_minute_later(
    members: Members, host: Account
) -> None:
    with pytest.raises(AuthorityBehindIt):
        suspensions.propose(members["reviewer"].pk, host.email, WHY, authority_prompted=True, now=NOW)
    with pytest.raises(SaidAuthority):
        propose(members, host)
    assert not Suspension.objects.exists()


def test_p2_nor_does_whoever_said_so_approve_it_when_it_is_proposed_again(
    members: Members, host: Account
) -> None:
    made = propose(members, host)
    with pytest.raises(AuthorityBehindIt):
        suspensions.approve(members["approver"].pk, made, authority_prompted=True, now=NOW)
    again = propose(members, host)
    with pytest.raises(SaidAuthority):
        approve(members, again)
    assert is_open(host)


def test_p4_an_answer_that_an_authority_prompted_it_stays_known_to_whoever_decides_and_to_the_owner(
    members: Members, host: Account, other: Account, django_capture_on_commit_callbacks: Any
) -> None:
    from bailiwick.accounts.actions import roles

    with pytest.raises(AuthorityBehindIt):
        suspensions.propose(members["reviewer"].pk, host.email, WHY, authority_prompted=True, now=NOW)
    ada, ben = members._by
    roles.confirm(ben.pk, roles.propose(ada.pk, other.email, Role.REVIEWER, NOW), NOW)
    made = suspensions.propose(other.pk, host.email, WHY, authority_prompted=False, now=NOW)
    shown = seated(members["approver"]).get(f"/desk/suspensions/{made}").content.decode()
    assert "Somebody answered before" in shown
    assert members["reviewer"].email in shown
    with django_capture_on_commit_callbacks(execute=True):
        approve(members, made)
    assert "had prompted a suspension of your account" in mail.outbox[-1].body
    assert members["reviewer"].email not in mail.outbox[-1].body


def test_p2_each_such_answer_is_logged_without_whom_and_is_an_alarm(members: Members, host: Account) -> None:
    with pytest.raises(AuthorityBehindIt):
        suspensions.propose(members["reviewer"].pk, host.email, WHY, authority_prompted=True, now=NOW)
    row = Outbox.objects.get(type="suspension.refused")
    assert parse(bytes(row.entry)) == SuspensionRefused(day=NOW.date())
    assert Alarm.objects.get(code="suspension_prompted").subject == f"account:{host.pk}"
