"""The server-wide rule: two people, in writing, never a demand, published, at the door only."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bailiwick.accounts.models import Account, Audit
from bailiwick.ledger.entries import ServerRuleRefused, parse
from bailiwick.ledger.models import Outbox
from bailiwick.meetings import queries
from bailiwick.meetings.actions import server_rule
from bailiwick.meetings.errors import (
    AuthorityPrompted,
    InvalidField,
    NoSuchRule,
    SaidPrompted,
    SamePerson,
    StaffOnly,
)
from bailiwick.meetings.models import Meeting, ServerRule, ServerState
from bailiwick.notices.models import Alarm
from tests.apps.conftest import NOW, SignIn, administrator, rule

pytestmark = pytest.mark.django_db
WHY = "Our insurance does not cover sessions there."


def propose(by: Account, codes: str = "KP") -> ServerRule:
    return server_rule.propose(
        by.pk, rule("deny", codes, "admit"), statement=WHY, authority_prompted=False, now=NOW
    )


def revision() -> int:
    return ServerState.objects.filter(id=1).values_list("revision", flat=True).first() or 0


def test_a_proposal_has_no_effect(staff: Account) -> None:
    propose(staff)
    assert queries.in_force() is None
    assert revision() == 0


def test_p5_nobody_approves_what_they_proposed_superusers_included(superuser: Account) -> None:
    proposal = propose(superuser)
    with pytest.raises(SamePerson):
        server_rule.approve(superuser.pk, proposal.pk, authority_prompted=False, now=NOW)
    assert queries.in_force() is None


def test_p5_the_database_refuses_one_person_as_both(staff: Account) -> None:
    proposal = propose(staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServerRule.objects.filter(pk=proposal.pk).update(approved_by=staff, approved_at=NOW)


def test_a_second_person_puts_it_in_force_and_every_node_hears(staff: Account, superuser: Account) -> None:
    proposal = propose(staff)
    server_rule.approve(superuser.pk, proposal.pk, authority_prompted=False, now=NOW)
    assert queries.in_force() == proposal
    assert revision() == 2
    with pytest.raises(NoSuchRule):
        server_rule.approve(superuser.pk, proposal.pk, authority_prompted=False, now=NOW)


def test_a_new_rule_takes_the_place_of_the_one_before(staff: Account, superuser: Account) -> None:
    for codes in ("KP", "KP IR"):
        server_rule.approve(superuser.pk, propose(staff, codes).pk, authority_prompted=False, now=NOW)
    assert [r.territories for r in ServerRule.objects.filter(withdrawn_at=None)] == [["IR", "KP"]]


def test_the_database_refuses_two_rules_in_force(staff: Account, superuser: Account) -> None:
    server_rule.approve(superuser.pk, propose(staff).pk, authority_prompted=False, now=NOW)
    second = propose(staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServerRule.objects.filter(pk=second.pk).update(approved_by=superuser, approved_at=NOW)


def test_p7_one_person_withdraws_it_at_once(staff: Account, superuser: Account) -> None:
    proposal = propose(staff)
    server_rule.approve(superuser.pk, proposal.pk, authority_prompted=False, now=NOW)
    server_rule.withdraw(staff.pk, proposal.pk, NOW)
    assert queries.in_force() is None
    assert revision() == 3
    with pytest.raises(NoSuchRule):
        server_rule.withdraw(staff.pk, proposal.pk, NOW)


def answer_yes(who: Account) -> None:
    with pytest.raises(AuthorityPrompted):
        server_rule.propose(who.pk, rule(), statement=WHY, authority_prompted=True, now=NOW)


def test_p11_what_an_authority_prompted_is_a_demand_and_only_that_it_was_said_is_kept(staff: Account) -> None:
    answer_yes(staff)
    assert not ServerRule.objects.exists()
    assert parse(bytes(Outbox.objects.get().entry)) == ServerRuleRefused(day=NOW.date())
    assert Audit.objects.filter(code=queries.PROMPTED).values_list("actor", "subject").get() == (staff.pk, "")
    assert Alarm.objects.filter(code="server_rule_prompted").exists()


def test_p11_whoever_said_that_an_authority_prompted_it_does_not_say_otherwise_a_minute_later(
    staff: Account, superuser: Account
) -> None:
    theirs, other = propose(staff, "IR"), propose(superuser)
    answer_yes(staff)
    soon = NOW + timedelta(minutes=1)
    with pytest.raises(SaidPrompted):
        server_rule.propose(staff.pk, rule(), statement=WHY, authority_prompted=False, now=soon)
    with pytest.raises(SaidPrompted):
        server_rule.approve(staff.pk, other.pk, authority_prompted=False, now=soon)
    with pytest.raises(SaidPrompted):
        server_rule.approve(superuser.pk, theirs.pk, authority_prompted=False, now=soon)
    assert queries.in_force() is None
    server_rule.approve(staff.pk, other.pk, authority_prompted=False, now=NOW + queries.REMEMBERED)
    assert queries.in_force() == other


def test_p11_the_second_person_is_asked_too_and_a_yes_drops_it(staff: Account, superuser: Account) -> None:
    proposal = propose(staff)
    with pytest.raises(AuthorityPrompted):
        server_rule.approve(superuser.pk, proposal.pk, authority_prompted=True, now=NOW)
    with pytest.raises(NoSuchRule):
        server_rule.approve(superuser.pk, proposal.pk, authority_prompted=False, now=NOW)
    assert queries.in_force() is None
    assert [by for _, by in queries.said_prompted(NOW)] == [superuser.pk]


def test_p11_the_database_refuses_a_demand_as_a_rule(staff: Account) -> None:
    proposal = propose(staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServerRule.objects.filter(pk=proposal.pk).update(authority_prompted=True)


def test_a_rule_says_why(staff: Account) -> None:
    with pytest.raises(InvalidField) as caught:
        server_rule.propose(staff.pk, rule(), statement="because", authority_prompted=False, now=NOW)
    assert caught.value.field == "statement"


def test_only_active_staff_propose_approve_and_withdraw(staff: Account, other: Account) -> None:
    proposal = propose(staff)
    gone = administrator("Gone", is_active=False)
    for who in (other, gone):
        with pytest.raises(StaffOnly):
            propose(who)
        with pytest.raises(StaffOnly):
            server_rule.approve(who.pk, proposal.pk, authority_prompted=False, now=NOW)
        with pytest.raises(StaffOnly):
            server_rule.withdraw(who.pk, proposal.pk, NOW)


def test_it_changes_no_meeting(staff: Account, superuser: Account, meeting: Meeting) -> None:
    server_rule.approve(superuser.pk, propose(staff).pk, authority_prompted=False, now=NOW)
    assert queries.by_slug(meeting.slug).revision == meeting.revision


def test_everybody_can_read_it(staff: Account, superuser: Account, sign_in: SignIn) -> None:
    from django.test import Client

    propose(superuser, "IR")
    server_rule.approve(superuser.pk, propose(staff).pk, authority_prompted=False, now=NOW)
    page = Client().get("/rules").content.decode()
    assert WHY in page
    assert "North Korea" in page
    published = Client().get("/rules.json").json()["rules"]
    assert [r["territories"] for r in published] == [["KP"]]  # and not what is only proposed
    assert staff.email not in page + str(published)
