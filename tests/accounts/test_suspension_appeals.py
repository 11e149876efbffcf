"""Appeals against suspensions: by the key in the mail, while it lasts and afterwards; each is answered."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.test import Client

from bailiwick.accounts.actions import suspension_appeals as appeals
from bailiwick.accounts.actions import suspensions
from bailiwick.accounts.actions.suspension_appeals import Outcome
from bailiwick.accounts.actions.suspensions import Ground
from bailiwick.accounts.models import Account, Suspension, SuspensionAppeal
from bailiwick.accounts.suspension_queries import appealed, late_appeals, to_decide
from bailiwick.gate.chores import chores
from bailiwick.ledger.commitments import opens
from bailiwick.notices.models import Alarm
from tests.accounts.test_suspensions import (
    REASONS,
    WHY,
    entries,
    is_open,
    shows_nothing,
    sign_in_by_password,
    suspend,
)
from tests.apps.conftest import NOW, SignIn
from tests.desk.conftest import Members

pytestmark = pytest.mark.django_db
PAGE = "/accounts/suspended"


def key_of(members: Members, who: Account, statement: Any, capture: Any) -> str:
    """Suspend somebody; the key in the mail."""
    with capture(execute=True):
        suspend(members, who, statement)
    found = re.search(r"#token=(\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


STOLEN = replace(WHY, ground=Ground.COMPROMISED)


def test_who_no_longer_has_the_password_appeals_with_the_key_from_the_mail(
    members: Members, host: Account, django_capture_on_commit_callbacks: Any
) -> None:
    key = key_of(members, host, STOLEN, django_capture_on_commit_callbacks)
    client = Client()
    assert client.post(PAGE, {"token": key}).status_code == 302
    assert STOLEN.facts in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"text": REASONS}).status_code == 302
    assert SuspensionAppeal.objects.get().text == REASONS
    assert "_auth_user_id" not in client.session


def test_whoever_has_the_password_of_an_account_taken_over_does_not_use_up_its_appeal(
    members: Members, host: Account
) -> None:
    suspend(members, host, STOLEN)
    thief = sign_in_by_password(host)
    shown = thief.get(PAGE).content.decode()
    assert STOLEN.facts in shown
    assert 'name="text"' not in shown
    assert 'name="token"' in shown
    thief.post(PAGE, {"text": REASONS})
    assert not SuspensionAppeal.objects.exists()


@pytest.mark.parametrize("wrong", ["", "x", "0" * 43, "y" * 101])
def test_a_wrong_key_opens_nothing(wrong: str, members: Members, host: Account) -> None:
    suspend(members, host)
    client = Client()
    answer = client.post(PAGE, {"token": wrong})
    assert answer.status_code == 422
    assert shows_nothing(client)


def test_a_key_opens_nothing_of_somebody_elses_and_is_kept_only_as_a_hash(
    members: Members, host: Account, other: Account, django_capture_on_commit_callbacks: Any
) -> None:
    key = key_of(members, host, WHY, django_capture_on_commit_callbacks)
    suspend(members, other, replace(WHY, facts="Something else that happened on another day."))
    client = Client()
    client.post(PAGE, {"token": key})
    assert WHY.facts in client.get(PAGE).content.decode()
    assert key not in str(list(Suspension.objects.values()))


def test_the_mail_has_what_shows_that_the_entry_in_the_log_is_about_this_account(
    members: Members, host: Account, django_capture_on_commit_callbacks: Any
) -> None:
    key_of(members, host, WHY, django_capture_on_commit_callbacks)
    body = str(mail.outbox[-1].body)
    found = re.search(r"number, ([0-9a-f]{32}), with the salt ([0-9a-f]{64})", body)
    assert found
    (entry,) = entries()
    assert entry.account in body
    assert found[1] == host.pk.hex
    assert opens(entry.account, bytes.fromhex(found[2]), bytes.fromhex(found[1]))


WEEK = timedelta(days=7)


def test_a_suspension_of_a_week_can_be_appealed_after_it(
    members: Members, host: Account, sign_in: SignIn
) -> None:
    suspended = suspend(members, host, replace(WHY, until=NOW + WEEK))
    suspensions.lapse(host.pk, NOW + WEEK)
    assert is_open(host)
    client = sign_in(host)
    Suspension.objects.update(approved_at=recently())
    assert 'name="text"' in client.get(PAGE).content.decode()
    appeals.appeal(suspended, REASONS, NOW + 2 * WEEK)
    assert SuspensionAppeal.objects.get().suspension_id == suspended


def recently() -> Any:
    """The pages go by the clock."""
    from django.utils import timezone

    return timezone.now() - WEEK


def ended(how: str, members: Members, suspended: UUID, who: Account) -> None:
    if how == "reinstated":
        suspensions.reinstate(members["reviewer"].pk, suspended, NOW + WEEK)
    else:
        assert suspensions.lapse(who.pk, NOW + WEEK)


@pytest.mark.parametrize("how", ["reinstated", "lapsed"])
@pytest.mark.parametrize("outcome", Outcome)
def test_an_appeal_is_answered_though_the_suspension_ended_meanwhile(
    how: str, outcome: Outcome, members: Members, host: Account, django_capture_on_commit_callbacks: Any
) -> None:
    suspended = suspend(members, host, replace(WHY, until=NOW + WEEK))
    appeals.appeal(suspended, REASONS, NOW)
    ended(how, members, suspended, host)
    assert [row.pk for row in appealed()] == [suspended]
    assert to_decide() == 1
    before = len(entries())
    answer = "It should never have been suspended: they were members."
    with django_capture_on_commit_callbacks(execute=True):
        appeals.decide(members["appeals"].pk, suspended, outcome, answer, NOW + WEEK)
    assert SuspensionAppeal.objects.get().outcome == outcome
    assert answer in mail.outbox[-1].body
    assert is_open(host)
    assert len(entries()) == before
    assert to_decide() == 0


def test_an_appeal_is_late_after_seven_days(members: Members, host: Account) -> None:
    suspended = suspend(members, host)
    appeals.appeal(suspended, REASONS, NOW)
    assert late_appeals(NOW + WEEK - timedelta(seconds=1)) == 0
    assert late_appeals(NOW + WEEK) == 1
    appeals.decide(members["appeals"].pk, suspended, Outcome.UPHELD, REASONS, NOW + WEEK)
    assert late_appeals(NOW + WEEK) == 0


def test_a_late_appeal_is_an_alarm_once(members: Members, host: Account) -> None:
    suspended = suspend(members, host)
    appeals.appeal(suspended, REASONS, NOW)
    assert appeals.alarm_late(NOW + WEEK - timedelta(seconds=1)) == 0
    chores(NOW + WEEK)
    assert Alarm.objects.get().subject == f"suspension:{suspended}"
    assert appeals.alarm_late(NOW + 2 * WEEK) == 0
    assert Alarm.objects.get().count == 1


@pytest.mark.parametrize("appeal", ["none", "waiting", "decided"])
def test_the_mail_that_it_is_open_again_says_what_that_means_for_an_appeal(
    appeal: str, members: Members, host: Account, django_capture_on_commit_callbacks: Any
) -> None:
    suspended = suspend(members, host)
    if appeal != "none":
        appeals.appeal(suspended, REASONS, NOW)
    if appeal == "decided":
        appeals.decide(members["appeals"].pk, suspended, Outcome.UPHELD, REASONS, NOW)
    with django_capture_on_commit_callbacks(execute=True):
        suspensions.reinstate(members["reviewer"].pk, suspended, NOW)
    body = mail.outbox[-1].body
    assert ("you can still appeal until" in body) == (appeal == "none")
    assert ("gets its answer all the same" in body) == (appeal == "waiting")


def test_a_proposal_nobody_approved_has_no_page_and_no_appeal(
    members: Members, host: Account, sign_in: SignIn
) -> None:
    from bailiwick.accounts.errors import NoSuchSuspension
    from tests.accounts.test_suspensions import propose

    made = propose(members, host)
    suspensions.discard(members["reviewer"].pk, made, NOW)
    assert shows_nothing(sign_in(host))
    with pytest.raises(NoSuchSuspension):
        appeals.appeal(made, REASONS, NOW)
