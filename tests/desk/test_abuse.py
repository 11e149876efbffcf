"""Abuse reports as host and staff read them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bailiwick.accounts.models import Account, Audit
from bailiwick.meetings.actions import reports
from bailiwick.meetings.models import Abuse, Meeting, Presence, PresenceState, Report
from tests.apps.conftest import NOW, SignIn
from tests.desk.conftest import AtDesk

pytestmark = pytest.mark.django_db


def inside(
    meeting: Meeting, who: Account | None, role: str = "participant", name: str = "Boaz Q."
) -> Presence:
    return Presence.objects.create(
        meeting=meeting,
        account=who,
        role=role,
        display_name=name,
        state=PresenceState.ACTIVE,
        grant_digest=f"d{Presence.objects.count()}",
        grant_expires_at=NOW,
        decided_revision=1,
        created_at=NOW,
        joined_at=NOW,
    )


def file(target: Presence, words: str = "He threatened Cy.") -> Report:
    reports.file(target, Abuse.THREATS, words, NOW)
    return Report.objects.latest("pk")


def test_staff_see_the_account_and_an_opaque_number_of_the_meeting(
    meeting: Meeting, other: Account, members: dict[str, Account], at_desk: AtDesk
) -> None:
    file(inside(meeting, other))
    shown = at_desk(members["intake"]).get("/desk/abuse").content.decode()
    assert other.email in shown
    assert "He threatened Cy." in shown
    assert str(meeting.pk) in shown
    for never in (meeting.title, meeting.slug, "Boaz Q."):
        assert never not in shown


def test_the_host_reads_it_on_the_meetings_page_and_nobody_else_does(
    meeting: Meeting, host: Account, co_host: Account, other: Account, sign_in: SignIn
) -> None:
    file(inside(meeting, None))
    for who in (host, co_host):
        shown = sign_in(who).get(f"/meetings/{meeting.slug}/").content.decode()
        assert "Reported to you" in shown
        assert "He threatened Cy." in shown
    assert sign_in(other).get(f"/meetings/{meeting.slug}/").status_code == 403


@pytest.mark.parametrize("role", ["host", "co_host"])
def test_a_report_about_who_runs_the_meeting_is_not_shown_to_its_host(
    role: str, meeting: Meeting, host: Account, sign_in: SignIn
) -> None:
    file(inside(meeting, host, role))
    assert "Reported to you" not in sign_in(host).get(f"/meetings/{meeting.slug}/").content.decode()
    assert Meeting.objects.get().reported_count == 0


@pytest.mark.parametrize("handling", ["no_action", "suspension"])
def test_once_dealt_with_only_codes_are_left(
    handling: str,
    meeting: Meeting,
    other: Account,
    members: dict[str, Account],
    at_desk: AtDesk,
    sign_in: SignIn,
    host: Account,
) -> None:
    made = file(inside(meeting, other))
    client = at_desk(members["reviewer"])
    assert client.post("/desk/abuse/handle", {"id": made.pk, "handling": handling}).status_code == 302
    made.refresh_from_db()
    assert (made.words, made.label, made.account, made.handling) == ("", "", None, handling)
    assert client.post("/desk/abuse/handle", {"id": made.pk, "handling": handling}).status_code == 404
    assert "Reported to you" not in sign_in(host).get(f"/meetings/{meeting.slug}/").content.decode()
    assert Audit.objects.filter(code=f"report.{handling}", subject=f"report:{made.pk}").count() == 1


def test_the_database_keeps_no_words_of_a_report_that_is_dealt_with(meeting: Meeting) -> None:
    file(inside(meeting, None))
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.update(handled_at=NOW, handling="no_action")


def test_what_nobody_dealt_with_is_forgotten_after_half_a_year(meeting: Meeting, other: Account) -> None:
    old = file(inside(meeting, other))
    reports.file(inside(meeting, None), Abuse.OTHER, "", NOW + reports.KEPT + timedelta(seconds=1))
    old.refresh_from_db()
    assert (old.words, old.label, old.account, old.handling) == ("", "", None, "no_action")


def test_one_person_cannot_be_buried_in_reports(meeting: Meeting) -> None:
    target = inside(meeting, None)
    for _ in range(30):
        file(target)
    assert Report.objects.count() == reports.MOST_OPEN


def test_p2_a_report_ends_nothing_and_removes_nobody(meeting: Meeting, other: Account) -> None:
    target = inside(meeting, other)
    file(target)
    target.refresh_from_db()
    assert target.state == PresenceState.ACTIVE
    assert Account.objects.get(pk=other.pk).is_active
    assert Meeting.objects.get().ended_at is None
