"""How many mails to people they invite an account may send: a server open to all is nobody's mail relay."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from bailiwick.accounts.models import Account
from bailiwick.meetings import queries
from bailiwick.meetings.actions import people, schedule
from bailiwick.meetings.invitations import AGAIN, About, Sent, send
from bailiwick.meetings.models import Invitation, Meeting
from bailiwick.notices.models import Alarm
from tests.apps.conftest import NOW, SignIn

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _three_a_day(settings: Any) -> None:
    settings.ENV = {**settings.ENV, "INVITATIONS_A_DAY": 3}


def invite(
    meeting: Meeting, by: Account, *names: str, now: Any = NOW, about: About = About.INVITATION
) -> Sent:
    emails = [f"{name}@example.com" for name in names]
    rows = people.invite(meeting.slug, by.pk, emails, exempt=False, now=now)
    return send(queries.by_slug(meeting.slug), [row.pk for row in rows], now, by=by.pk, about=about)


def test_an_account_mails_only_so_many_a_day_whatever_the_meeting(meeting: Meeting, host: Account) -> None:
    another = schedule.create(host.pk, {"title": "Another"})
    assert invite(meeting, host, "a", "b") == Sent(sent=2)
    assert invite(another, host, "a", "b") == Sent(sent=1, held=1)
    schedule.delete(another.slug, host.pk, NOW)
    third = schedule.create(host.pk, {"title": "Third"})
    assert invite(third, host, "c") == Sent(held=1)
    assert len(mail.outbox) == 3
    assert Invitation.objects.get(meeting=third).sent_at is None
    assert invite(third, host, "c", now=NOW + DAY) == Sent(sent=1)


def test_what_changed_counts_too_and_what_others_send_does_not(
    meeting: Meeting, host: Account, co_host: Account
) -> None:
    assert invite(meeting, host, "a", "b") == Sent(sent=2)
    assert invite(meeting, host, "a", "b", about=About.CHANGE) == Sent(sent=1, held=1)
    assert invite(meeting, co_host, "c") == Sent(sent=1)


def test_nobody_is_sent_the_same_again_within_an_hour(meeting: Meeting, host: Account) -> None:
    assert invite(meeting, host, "a") == Sent(sent=1)
    assert invite(meeting, host, "a", now=NOW + AGAIN - timedelta(seconds=1)) == Sent(recent=1)
    assert invite(meeting, host, "a", now=NOW + AGAIN) == Sent(sent=1)


def test_another_link_in_place_of_a_revoked_one_is_sent_at_once(meeting: Meeting, host: Account) -> None:
    assert invite(meeting, host, "a") == Sent(sent=1)
    people.revoke(meeting.slug, host.pk, Invitation.objects.get().pk, NOW)
    assert invite(meeting, host, "a") == Sent(sent=1)


def test_meeting_the_limit_is_an_alarm_that_names_a_number(meeting: Meeting, host: Account) -> None:
    invite(meeting, host, "a", "b", "c")
    assert not Alarm.objects.exists()
    invite(meeting, host, "d", "e")
    assert Alarm.objects.get().subject == f"account:{host.pk}"


def test_what_the_mail_server_did_not_take_does_not_count(
    meeting: Meeting, host: Account, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "tests.apps.test_notices.Refusing"
    assert invite(meeting, host, "bad", "a") == Sent(sent=1, failed=1)
    assert invite(meeting, host, "b", "c") == Sent(sent=2)
    assert invite(meeting, host, "d") == Sent(held=1)


def test_the_page_says_that_there_is_no_more_today_and_the_links_are_made(
    meeting: Meeting, host: Account, sign_in: SignIn
) -> None:
    client = sign_in(host)
    typed = {"emails": "a@example.com b@example.com c@example.com d@example.com"}
    shown = client.post(f"/meetings/{meeting.slug}/people/invitations", typed, follow=True).content.decode()
    assert "3 invitations are on their way." in shown
    assert "1 mail is not sent." in shown
    assert "as many as an account may in a day" in shown
    assert Invitation.objects.count() == 4


def test_the_api_says_429_when_nothing_more_can_be_mailed(
    meeting: Meeting, host: Account, sign_in: SignIn
) -> None:
    client, address = sign_in(host), f"/api/meetings/{meeting.slug}/invitations"
    body = {"emails": [f"{name}@example.com" for name in "abcd"]}
    made = client.post(address, body, "application/json")
    assert made.status_code == 201
    assert sum(row["sent_at"] is not None for row in made.json()) == 3
    refused = client.post(address, {"emails": ["e@example.com"]}, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_mails")


def test_what_is_kept_is_in_the_accounts_export(meeting: Meeting, host: Account) -> None:
    from bailiwick.meetings.personal import export

    assert export(host.pk)["mails_to_invited"] is None
    invite(meeting, host, "a")
    assert export(host.pk)["mails_to_invited"] == {"day": NOW.date(), "count": 1}
