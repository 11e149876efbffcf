"""Suspending an account: two people, reasons, never an authority's wish, no meeting touched, undone whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from bailiwick.accounts.actions import suspension_appeals as appeals
from bailiwick.accounts.actions import suspensions
from bailiwick.accounts.actions.suspension_appeals import APPEAL_TIME, Outcome
from bailiwick.accounts.actions.suspensions import Ground, Source, Statement
from bailiwick.accounts.errors import (
    AccountError,
    AlreadyAppealed,
    AlreadySuspended,
    AppealTooLate,
    AuthorityBehindIt,
    IncompleteStatement,
    NoConfirmedAccount,
    NoSuchSuspension,
    NotYourCase,
    RoleNeeded,
    SamePerson,
)
from bailiwick.accounts.models import Account, Audit, Suspension
from bailiwick.accounts.queries import roles_of
from bailiwick.accounts.roles import Role
from bailiwick.accounts.terms import terms
from bailiwick.ledger.commitments import commitment
from bailiwick.ledger.entries import AccountReinstated, AccountSuspended, parse
from bailiwick.ledger.models import Outbox
from bailiwick.ledger.queries import salt
from bailiwick.meetings.models import Invitation, Meeting, Presence, PresenceState
from tests.apps.conftest import NOW, SignIn, account
from tests.desk.conftest import Members

pytestmark = pytest.mark.django_db
SECTION = "3. Do not send what nobody asked for"
WHY = Statement(
    ground=Ground.SPAM,
    source=Source.NOTICE,
    facts="Four hundred strangers were invited to sales talks on 20 November.",
    section=SECTION,
    terms="Nobody had asked for the invitations, and they were advertising.",
    automated=False,
    until=None,
)
REASONS = "These were members of our own association, who had asked."


def propose(members: Members, who: Account, statement: Statement = WHY) -> UUID:
    return suspensions.propose(
        members["reviewer"].pk, who.email, statement, authority_prompted=False, now=NOW
    )


def approve(members: Members, suspension: UUID) -> None:
    suspensions.approve(members["approver"].pk, suspension, authority_prompted=False, now=NOW)


def suspend(members: Members, who: Account, statement: Statement = WHY) -> UUID:
    made = propose(members, who, statement)
    approve(members, made)
    return made


def entries() -> list[Any]:
    rows = Outbox.objects.filter(type__startswith="account.").order_by("id")
    return [parse(bytes(row.entry)) for row in rows]


def is_open(who: Account) -> bool:
    return Account.objects.get(pk=who.pk).is_active


def test_a_proposal_has_no_effect(members: Members, host: Account) -> None:
    propose(members, host)
    assert is_open(host)
    assert entries() == []
    assert mail.outbox == []


def test_two_people_suspend_and_the_log_says_so_without_saying_whom(members: Members, host: Account) -> None:
    suspend(members, host)
    assert not is_open(host)
    (entry,) = entries()
    assert entry == AccountSuspended(at=NOW, account=entry.account, ground="spam")
    found = salt(entry.account)
    assert found is not None
    assert commitment(found, host.pk.bytes) == entry.account
    assert host.pk.hex not in Outbox.objects.get(type="account.suspended").entry.hex()


def test_the_owner_is_told_why_and_how_to_appeal(
    members: Members, host: Account, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        suspend(members, host)
    (letter,) = mail.outbox
    assert letter.to == [host.email]
    for part in (WHY.facts, WHY.terms, WHY.section, "somebody told us", "further notice", "appeal",
                 "No automated means", "holds everywhere", f"/log/documents/{terms().document}"):  # fmt: skip
        assert part in letter.body
    for role in ("reviewer", "approver"):
        assert members[role].email not in letter.body


def test_p5_nobody_approves_what_they_proposed(members: Members, host: Account) -> None:
    both = members["reviewer"]
    from bailiwick.accounts.actions import roles

    ada, ben = members._by
    roles.confirm(ben.pk, roles.propose(ada.pk, both.email, Role.APPROVER, NOW), NOW)
    made = propose(members, host)
    with pytest.raises(SamePerson):
        suspensions.approve(both.pk, made, authority_prompted=False, now=NOW)
    assert is_open(host)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suspension.objects.update(approved_by=both, approved_at=NOW, committed="0" * 64)


ROLES = [*sorted(Role), "nobody", "root", "suspended"]
Act = Callable[[UUID, UUID], object]
ACTS: dict[str, tuple[Act, set[str]]] = {
    "propose": (
        lambda who, _: suspensions.propose(who, "other@example.org", WHY, authority_prompted=False, now=NOW),
        {"reviewer"},
    ),
    "approve": (
        lambda who, row: suspensions.approve(who, row, authority_prompted=False, now=NOW),
        {"approver"},
    ),
    "discard": (lambda who, row: suspensions.discard(who, row, NOW), {"reviewer", "approver"}),
    "reinstate": (
        lambda who, row: suspensions.reinstate(who, row, NOW),
        {"reviewer", "approver", "appeals"},
    ),
    "decide": (
        lambda who, row: appeals.decide(who, row, Outcome.REINSTATED, REASONS, NOW),
        {"appeals"},
    ),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("act", ACTS)
def test_only_its_roles_may(act: str, role: str, members: Members, host: Account, other: Account) -> None:
    do, may = ACTS[act]
    row = propose(members, host) if act in {"approve", "discard"} else suspend(members, host)
    who = members[role].pk
    before = (is_open(host), Audit.objects.count(), len(entries()))
    if role in may:
        try:
            do(who, row)
        except NoSuchSuspension:  # permitted; nobody has appealed
            assert act == "decide"
    else:
        with pytest.raises(RoleNeeded):
            do(who, row)
        assert (is_open(host), Audit.objects.count(), len(entries())) == before


@pytest.mark.parametrize("step", ["propose", "approve"])
def test_p2_what_an_authority_prompted_suspends_nobody_at_either_step(
    step: str, members: Members, host: Account
) -> None:
    if step == "propose":
        with pytest.raises(AuthorityBehindIt):
            suspensions.propose(members["reviewer"].pk, host.email, WHY, authority_prompted=True, now=NOW)
        assert not Suspension.objects.exists()
    else:
        made = propose(members, host)
        with pytest.raises(AuthorityBehindIt):
            suspensions.approve(members["approver"].pk, made, authority_prompted=True, now=NOW)
    assert is_open(host)
    assert entries() == []
    assert Audit.objects.filter(code="suspension.refused_as_demand", subject=f"account:{host.pk}").exists()


def test_p2_the_database_has_no_suspension_that_an_authority_prompted(
    members: Members, host: Account
) -> None:
    propose(members, host)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suspension.objects.update(authority_prompted=True)


def test_p2_a_suspension_touches_no_meeting_and_nobody_inside(
    members: Members, host: Account, meeting: Meeting
) -> None:
    Presence.objects.create(
        meeting=meeting,
        account=host,
        role="host",
        state=PresenceState.ACTIVE,
        grant_digest="d",
        grant_expires_at=NOW,
        decided_revision=1,
        created_at=NOW,
        joined_at=NOW,
    )
    before = (Meeting.objects.values().get(), Presence.objects.values().get())
    suspend(members, host)
    assert (Meeting.objects.values().get(), Presence.objects.values().get()) == before
    assert Client().get(f"/m/{meeting.slug}").status_code == 200


def test_who_is_suspended_is_signed_out_and_keeps_everything_for_the_day_they_are_back(
    members: Members, host: Account, meeting: Meeting, sign_in: SignIn
) -> None:
    Invitation.objects.create(meeting=meeting, email="guest@example.com", token_digest="0" * 64)
    client = sign_in(host)
    assert client.get("/meetings/").status_code == 200
    suspended = suspend(members, host)
    assert client.get("/meetings/").status_code == 302
    assert client.get(f"/api/meetings/{meeting.slug}").status_code == 401
    suspensions.reinstate(members["appeals"].pk, suspended, NOW)
    assert client.get("/meetings/").status_code == 200
    assert client.get(f"/api/meetings/{meeting.slug}").status_code == 200
    assert Invitation.objects.get().meeting == meeting
    assert [type(entry) for entry in entries()] == [AccountSuspended, AccountReinstated]
    assert len({entry.account for entry in entries()}) == 1


def test_a_suspended_member_of_staff_has_their_roles_again_when_reinstated(
    members: Members, host: Account
) -> None:
    intake = members["intake"]
    suspended = suspend(members, intake)
    assert roles_of(intake.pk) == frozenset()
    suspensions.reinstate(members["reviewer"].pk, suspended, NOW)
    assert roles_of(intake.pk) == {Role.INTAKE}


def sign_in_by_password(who: Account) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": who.email, "password": "a good passphrase"})
    return client


def test_signing_in_shows_why_and_takes_one_appeal(members: Members, host: Account) -> None:
    suspended = suspend(members, host)
    client = sign_in_by_password(host)
    assert "_auth_user_id" not in client.session
    shown = client.get("/accounts/suspended").content.decode()
    assert WHY.facts in shown
    assert members["reviewer"].email not in shown
    assert client.post("/accounts/suspended", {"text": "no"}).status_code == 422
    assert client.post("/accounts/suspended", {"text": REASONS}).status_code == 302
    assert REASONS in client.get("/accounts/suspended").content.decode()
    with pytest.raises(AlreadyAppealed):
        appeals.appeal(suspended, REASONS, NOW)


def shows_nothing(client: Client) -> bool:
    shown = client.get("/accounts/suspended").content.decode()
    return WHY.facts not in shown and "The key from our mail" in shown


def test_nobody_else_sees_it(members: Members, host: Account, other: Account, sign_in: SignIn) -> None:
    suspend(members, host)
    wrong = Client()
    wrong.post("/accounts/login/", {"login": host.email, "password": "wrong"})
    for client in (Client(), wrong, sign_in(other)):
        assert shows_nothing(client)


def test_the_page_closes_after_an_hour(members: Members, host: Account) -> None:
    suspend(members, host)
    client = sign_in_by_password(host)
    session = client.session
    session["suspended"] = {**session["suspended"], "at": session["suspended"]["at"] - 3601}
    session.save()
    assert shows_nothing(client)


def test_p7_an_appeal_that_is_won_opens_the_account_at_once(
    members: Members, host: Account, django_capture_on_commit_callbacks: Any
) -> None:
    suspended = suspend(members, host)
    appeals.appeal(suspended, REASONS, NOW)
    answer = "They were members, and had asked: see the list you sent."
    with django_capture_on_commit_callbacks(execute=True):
        appeals.decide(members["appeals"].pk, suspended, Outcome.REINSTATED, answer, NOW)
    assert is_open(host)
    assert isinstance(entries()[-1], AccountReinstated)
    assert any(answer in letter.body for letter in mail.outbox)


def test_an_appeal_that_is_lost_leaves_it_and_is_answered(members: Members, host: Account) -> None:
    suspended = suspend(members, host)
    appeals.appeal(suspended, REASONS, NOW)
    appeals.decide(members["appeals"].pk, suspended, Outcome.UPHELD, "The list has none of them.", NOW)
    assert not is_open(host)
    with pytest.raises(NoSuchSuspension):
        appeals.decide(members["appeals"].pk, suspended, Outcome.REINSTATED, REASONS, NOW)


@pytest.mark.parametrize("part", ["reviewer", "approver"])
def test_who_took_part_does_not_decide_the_appeal(part: str, members: Members, host: Account) -> None:
    from bailiwick.accounts.actions import roles

    ada, ben = members._by
    roles.confirm(ben.pk, roles.propose(ada.pk, members[part].email, Role.APPEALS, NOW), NOW)
    suspended = suspend(members, host)
    appeals.appeal(suspended, REASONS, NOW)
    with pytest.raises(NotYourCase):
        appeals.decide(members[part].pk, suspended, Outcome.UPHELD, REASONS, NOW)


def test_nobody_proposes_approves_or_ends_a_suspension_of_their_own(members: Members) -> None:
    with pytest.raises(NotYourCase):
        propose(members, members["reviewer"])
    made = propose(members, members["approver"])
    with pytest.raises(NotYourCase):
        approve(members, made)


def test_it_ends_by_itself_at_its_time_with_the_next_sign_in(members: Members, host: Account) -> None:
    suspend(members, host, replace(WHY, until=NOW + timedelta(days=2)))
    assert not suspensions.lapse(host.pk, NOW + timedelta(days=2) - timedelta(seconds=1))
    assert not is_open(host)
    Suspension.objects.update(until=NOW - timedelta(days=3650))
    assert "_auth_user_id" in sign_in_by_password(host).session
    assert is_open(host)
    assert isinstance(entries()[-1], AccountReinstated)


def test_an_account_that_is_suspended_is_not_suspended_twice(members: Members, host: Account) -> None:
    suspend(members, host)
    with pytest.raises(AlreadySuspended):
        propose(members, host)


def test_a_discarded_proposal_cannot_be_approved(members: Members, host: Account) -> None:
    made = propose(members, host)
    suspensions.discard(members["reviewer"].pk, made, NOW)
    with pytest.raises(NoSuchSuspension):
        approve(members, made)
    assert is_open(host)


WRONG: dict[str, Statement] = {
    "facts": replace(WHY, facts="spam"),
    "terms": replace(WHY, terms="  " + " " * 40),
    "until": replace(WHY, until=NOW),
    "section": replace(WHY, section="What is no breach at all"),
}


@pytest.mark.parametrize("field", WRONG)
def test_a_statement_of_reasons_is_complete(field: str, members: Members, host: Account) -> None:
    with pytest.raises(IncompleteStatement) as caught:
        propose(members, host, WRONG[field])
    assert caught.value.field == field


def test_the_version_of_the_terms_that_was_in_force_is_kept_with_the_suspension(
    members: Members, host: Account, settings: Any, tmp_path: Any
) -> None:
    before = terms().document
    suspended = suspend(members, host)
    (tmp_path / "terms").write_text("# Ours\n\n## No spam\n\nNone.\n")
    settings.ENV = {**settings.ENV, "TERMS": tmp_path / "terms"}
    assert Suspension.objects.get(pk=suspended).terms_document == before != terms().document
    assert terms().sections == ("No spam",)


def test_what_would_be_over_when_it_is_approved_is_not(members: Members, host: Account) -> None:
    made = propose(members, host, replace(WHY, until=NOW + timedelta(hours=1)))
    with pytest.raises(IncompleteStatement):
        suspensions.approve(
            members["approver"].pk, made, authority_prompted=False, now=NOW + timedelta(hours=1)
        )


def test_an_appeal_comes_within_six_months(members: Members, host: Account) -> None:
    suspended = suspend(members, host)
    with pytest.raises(AppealTooLate):
        appeals.appeal(suspended, REASONS, NOW + APPEAL_TIME + timedelta(seconds=1))
    appeals.appeal(suspended, REASONS, NOW + APPEAL_TIME)


def test_an_account_there_is_not_is_not_suspended(members: Members) -> None:
    with pytest.raises(NoConfirmedAccount):
        suspensions.propose(
            members["reviewer"].pk, "nobody@example.org", WHY, authority_prompted=False, now=NOW
        )


def test_an_account_whose_address_nobody_confirmed_can_be_suspended_too(members: Members) -> None:
    spammer = account("Spammer", confirmed=False)
    suspend(members, spammer)
    assert not is_open(spammer)


def test_every_step_is_on_record_by_number_only(members: Members, host: Account) -> None:
    suspended = suspend(members, host)
    appeals.appeal(suspended, REASONS, NOW)
    appeals.decide(members["appeals"].pk, suspended, Outcome.REINSTATED, REASONS, NOW)
    rows = Audit.objects.filter(code__startswith="suspension").order_by("id")
    assert [row.code for row in rows] == [
        "suspension.proposed",
        "suspension.approved",
        "suspension.appealed",
        "suspension.appeal_reinstated",
    ]
    assert {row.subject for row in rows} == {f"suspension:{suspended}/account:{host.pk}"}


def test_errors_carry_codes_that_have_pages() -> None:
    from bailiwick.web.problems import PROBLEMS

    codes = {kind.code for kind in AccountError.__subclasses__()} - {"malformed_audit"}
    assert codes <= set(PROBLEMS)


def test_an_account_that_is_closed_for_another_reason_has_no_case(host: Account) -> None:
    Account.objects.filter(pk=host.pk).update(is_active=False)
    client = Client()
    answer = client.post("/accounts/login/", {"login": host.email, "password": "a good passphrase"})
    assert answer.headers["Location"] == "/accounts/inactive/"
    assert client.get("/accounts/inactive/").status_code == 200
