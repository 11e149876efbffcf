"""Calendar files and invitation mail."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from icalendar import Calendar

from bailiwick.accounts.models import Account
from bailiwick.meetings import links, queries
from bailiwick.meetings.actions import people, schedule
from bailiwick.meetings.actions import rule as rules
from bailiwick.meetings.invitations import About, Sent, cancellations, send, tell
from bailiwick.meetings.models import CoHost, Invitation, Meeting
from bailiwick.meetings.recurrence import Frequency, Recurrence
from tests.apps.conftest import NOW, SignIn, rule

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def series(host: Account) -> Meeting:
    return schedule.create(
        host.pk,
        {
            "title": "Board; with, commas",
            "starts_at": datetime(2026, 11, 24, 9, 30, tzinfo=BERLIN),
            "duration_minutes": 90,
            "time_zone": "Europe/Berlin",
            "recurrence": Recurrence(Frequency.WEEKLY, (1, 3), count=10),
        },
    )


def event(text: bytes) -> Any:
    calendar = Calendar.from_ical(text)
    assert len(calendar.events) == 1
    return calendar.events[0]


def test_the_file_has_the_times_the_zone_and_the_recurrence(
    series: Meeting, host: Account, sign_in: SignIn
) -> None:
    answer = sign_in(host).get(f"/meetings/{series.slug}/calendar.ics")
    assert answer.headers["Content-Type"] == "text/calendar"
    calendar = Calendar.from_ical(answer.content)
    assert str(calendar["method"]) == "PUBLISH"
    assert [str(zone["tzid"]) for zone in calendar.timezones] == ["Europe/Berlin"]
    assert calendar.timezones[0].daylight
    found = event(answer.content)
    assert found.start == datetime(2026, 11, 24, 9, 30, tzinfo=BERLIN)
    assert found.end - found.start == timedelta(minutes=90)
    assert found["rrule"].to_ical() == b"FREQ=WEEKLY;COUNT=10;BYDAY=TU,TH"
    assert str(found["summary"]) == "Board; with, commas"
    assert str(found["location"]).endswith(f"/m/{series.slug}")
    assert "attendee" not in found
    assert b"DTSTART;TZID=Europe/Berlin:20261124T093000" in answer.content


def test_replies_go_to_nobody_who_has_not_shown_that_the_address_is_theirs(
    series: Meeting, host: Account
) -> None:
    EmailAddress.objects.filter(user=host).update(verified=False)
    (row,) = people.invite(series.slug, host.pk, ["guest@example.com"], exempt=False, now=NOW)
    send(queries.by_slug(series.slug), [row.pk], NOW, by=host.pk)
    assert mail.outbox[0].reply_to == []
    organizer = event(calendar_part(mail.outbox[0]))["organizer"]
    assert str(organizer) == "mailto:bailiwick@localhost"
    assert organizer.params["CN"] == "Host"
    (gone,) = cancellations(queries.by_slug(series.slug), NOW)
    assert gone.calendar is not None
    assert str(event(gone.calendar)["organizer"]) == "mailto:bailiwick@localhost"


def test_nobody_is_named_by_an_address_that_may_be_somebody_elses(series: Meeting, host: Account) -> None:
    EmailAddress.objects.filter(user=host).update(verified=False)
    Account.objects.filter(pk=host.pk).update(display_name="")
    (row,) = people.invite(series.slug, host.pk, ["guest@example.com"], exempt=False, now=NOW)
    send(queries.by_slug(series.slug), [row.pk], NOW, by=host.pk)
    (gone,) = cancellations(queries.by_slug(series.slug), NOW)
    assert host.email not in mail.outbox[0].message().as_string()
    assert mail.outbox[0].body.startswith("Somebody invites you")
    assert gone.text.startswith("Somebody took back")


def calendar_part(message: Any) -> bytes:
    parts = {part.get_content_type(): part for part in message.message().walk()}
    return bytes(parts["text/calendar"].get_payload(decode=True))


def test_an_invitation_is_a_request_with_a_personal_link(series: Meeting, host: Account) -> None:
    (row,) = people.invite(series.slug, host.pk, ["guest@example.com"], exempt=False, now=NOW)
    assert send(queries.by_slug(series.slug), [row.pk], NOW, by=host.pk) == Sent(sent=1)
    (message,) = mail.outbox
    assert message.to == ["guest@example.com"]
    assert message.reply_to == [host.email]
    assert links.personal("http://localhost:8000", row) in message.body
    assert "Tuesday, 24 November 2026, 09:30 (Europe/Berlin)" in message.body
    parts = {part.get_content_type(): part for part in message.message().walk()}
    assert parts["text/calendar"].get_param("method") == "REQUEST"
    assert parts["application/ics"].get_filename() == "invite.ics"
    text = parts["text/calendar"].get_payload(decode=True)
    assert str(Calendar.from_ical(text)["method"]) == "REQUEST"
    found = event(text)
    assert str(found["attendee"]) == "mailto:guest@example.com"
    assert str(found["organizer"]) == f"mailto:{host.email}"
    assert links.token(row) in str(found["url"])
    assert Invitation.objects.get().sent_at == NOW


def test_an_update_has_the_same_uid_and_a_higher_sequence(series: Meeting, host: Account) -> None:
    (row,) = people.invite(series.slug, host.pk, ["guest@example.com"], exempt=False, now=NOW)
    send(queries.by_slug(series.slug), [row.pk], NOW, by=host.pk)
    schedule.edit(series.slug, host.pk, {"starts_at": datetime(2026, 11, 24, 10, tzinfo=BERLIN)})
    send(queries.by_slug(series.slug), [row.pk], NOW, by=host.pk, about=About.CHANGE)
    first, second = (
        event(m.message().get_payload()[0].get_payload()[1].get_payload(decode=True)) for m in mail.outbox
    )
    assert first["uid"] == second["uid"]
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert mail.outbox[1].subject.startswith("Changed:")


def test_a_meeting_without_a_time_has_no_calendar_file(
    meeting: Meeting, host: Account, sign_in: SignIn
) -> None:
    assert sign_in(host).get(f"/meetings/{meeting.slug}/calendar.ics").status_code == 302
    (row,) = people.invite(meeting.slug, host.pk, ["guest@example.com"], exempt=False, now=NOW)
    send(queries.by_slug(meeting.slug), [row.pk], NOW, by=host.pk)
    assert [part.get_content_type() for part in mail.outbox[0].message().walk()] == ["text/plain"]


def test_the_invited_are_told_of_a_rule_unless_they_are_exempt(meeting: Meeting, host: Account) -> None:
    rules.set_rule(meeting.slug, host.pk, rule(), NOW)
    for email, exempt in (("a@example.com", False), ("b@example.com", True)):
        rows = people.invite(meeting.slug, host.pk, [email], exempt=exempt, now=NOW)
        send(queries.by_slug(meeting.slug), [row.pk for row in rows], NOW, by=host.pk)
    assert ["country rule" in message.body for message in mail.outbox] == [True, False]


def test_a_revoked_invitation_is_not_mailed(meeting: Meeting, host: Account) -> None:
    (row,) = people.invite(meeting.slug, host.pk, ["guest@example.com"], exempt=False, now=NOW)
    people.revoke(meeting.slug, host.pk, row.pk, NOW)
    assert send(queries.by_slug(meeting.slug), [row.pk], NOW, by=host.pk) == Sent()
    assert mail.outbox == []


def test_people_are_invited_with_the_form_and_shown_their_own_mistakes(
    meeting: Meeting, host: Account, sign_in: SignIn
) -> None:
    client = sign_in(host)
    address = f"/meetings/{meeting.slug}/people/invitations"
    wrong = client.post(address, {"emails": "a@example.com, nobody"})
    assert wrong.status_code == 422
    assert 'data-code="invalid_email"' in wrong.content.decode()
    assert client.post(address, {"emails": "a@example.com\nb@example.com", "exempt": "on"}).status_code == 302
    assert {message.to[0] for message in mail.outbox} == {"a@example.com", "b@example.com"}
    page = client.get(f"/meetings/{meeting.slug}/people").content.decode()
    assert page.count("exempt from the rule") == 2
    row = Invitation.objects.first()
    assert row
    for path in ("again", "exempt", "revoke"):
        assert client.post(f"{address}/{path}", {"id": row.pk}).status_code == 302
    assert len(mail.outbox) == 2  # again, but not within the hour
    row.refresh_from_db()
    assert (row.exempt, row.revoked_at is None) == (False, False)


def test_a_co_host_is_added_with_the_form(
    meeting: Meeting, host: Account, other: Account, sign_in: SignIn
) -> None:
    client = sign_in(host)
    address = f"/meetings/{meeting.slug}/people/co-hosts"
    assert 'data-code="unknown_account"' in client.post(address, {"email": "x@example.org"}).content.decode()
    assert client.post(address, {"email": other.email}).status_code == 302
    assert sign_in(other).get(f"/meetings/{meeting.slug}/").status_code == 200
    named = CoHost.objects.get(account=other)
    assert client.post(f"{address}/remove", {"id": named.handle}).status_code == 302
    assert sign_in(other).get(f"/meetings/{meeting.slug}/").status_code == 403


def cancelled(message: Any) -> Any:
    """The event of a mail that takes it out of a calendar."""
    parts = {part.get_content_type(): part for part in message.message().walk()}
    assert parts["text/calendar"].get_param("method") == "CANCEL"
    text = parts["text/calendar"].get_payload(decode=True)
    assert str(Calendar.from_ical(text)["method"]) == "CANCEL"
    found = event(text)
    assert str(found["status"]) == "CANCELLED"
    return found


@pytest.fixture
def invited(series: Meeting, host: Account) -> Any:
    """Two people by mail, and one who only got a link; the event that was sent."""
    for name in ("a", "b"):
        (row,) = people.invite(series.slug, host.pk, [f"{name}@example.com"], exempt=False, now=NOW)
        send(queries.by_slug(series.slug), [row.pk], NOW, by=host.pk)
    people.invite(series.slug, host.pk, ["link@example.com"], exempt=False, now=NOW)
    sent = event(mail.outbox[0].message().get_payload()[0].get_payload()[1].get_payload(decode=True))
    mail.outbox.clear()
    return sent


def test_a_meeting_that_is_deleted_leaves_the_calendars_of_whoever_was_sent_it(
    series: Meeting, host: Account, invited: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        schedule.delete(series.slug, host.pk, NOW)
    assert {message.to[0] for message in mail.outbox} == {"a@example.com", "b@example.com"}
    for message in mail.outbox:
        found = cancelled(message)
        assert found["uid"] == invited["uid"]
        assert found["sequence"] > invited["sequence"]
        assert str(found["attendee"]) == f"mailto:{message.to[0]}"
        assert "/m/" not in message.body


def test_a_revoked_invitation_leaves_that_persons_calendar_and_another_comes_back_into_it(
    series: Meeting, host: Account, invited: Any, django_capture_on_commit_callbacks: Any
) -> None:
    row = Invitation.objects.get(email="a@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        people.revoke(series.slug, host.pk, row.pk, NOW)
    (message,) = mail.outbox
    assert message.to == ["a@example.com"]
    gone = cancelled(message)
    assert gone["sequence"] > invited["sequence"]
    people.invite(series.slug, host.pk, ["a@example.com"], exempt=False, now=NOW)
    send(queries.by_slug(series.slug), [row.pk], NOW, by=host.pk)
    again = event(mail.outbox[1].message().get_payload()[0].get_payload()[1].get_payload(decode=True))
    assert again["sequence"] >= gone["sequence"]


def test_what_is_over_or_was_sent_to_nobody_is_cancelled_with_nobody(
    series: Meeting, host: Account, invited: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        people.revoke(series.slug, host.pk, Invitation.objects.get(email="link@example.com").pk, NOW)
        schedule.delete(series.slug, host.pk, NOW + timedelta(days=365))
    assert mail.outbox == []


def test_a_meeting_without_a_time_any_more_leaves_the_calendars(
    series: Meeting, host: Account, invited: Any
) -> None:
    before = queries.by_slug(series.slug)
    changed = schedule.edit(series.slug, host.pk, {"starts_at": None, "recurrence": None})
    assert tell(before, changed, NOW, by=host.pk) == Sent(sent=2)
    for message in mail.outbox:
        assert cancelled(message)["sequence"] > invited["sequence"]


def test_another_title_of_a_meeting_without_a_time_touches_no_calendar(
    meeting: Meeting, host: Account
) -> None:
    (row,) = people.invite(meeting.slug, host.pk, ["guest@example.com"], exempt=False, now=NOW)
    send(queries.by_slug(meeting.slug), [row.pk], NOW, by=host.pk)
    before = queries.by_slug(meeting.slug)
    assert tell(before, before, NOW, by=host.pk) == Sent()
    changed = schedule.edit(meeting.slug, host.pk, {"title": "Board, corrected"})
    assert tell(before, changed, NOW, by=host.pk) == Sent(sent=1)
    assert [part.get_content_type() for part in mail.outbox[1].message().walk()] == ["text/plain"]


@pytest.mark.parametrize(("body", "told"), [({}, 2), ({"tell": True}, 2), ({"tell": False}, 0)])
def test_the_api_tells_the_invited_of_another_time_unless_it_is_told_not_to(
    body: dict[str, bool], told: int, series: Meeting, host: Account, invited: Any, sign_in: SignIn
) -> None:
    address = f"/api/meetings/{series.slug}"
    given = {**body, "starts_at": "2026-11-24T10:00:00+01:00"}
    assert sign_in(host).patch(address, given, "application/json").status_code == 200
    assert len(mail.outbox) == told
    assert sign_in(host).patch(address, {"locked": True}, "application/json").status_code == 200
    assert len(mail.outbox) == told
