"""Making, changing, opening again and deleting meetings; the access rule; that the gate hears of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from bailiwick.accounts.models import Account
from bailiwick.meetings import events, queries
from bailiwick.meetings.access import rules_of
from bailiwick.meetings.actions import rule as rules
from bailiwick.meetings.actions import schedule
from bailiwick.meetings.errors import EmptyAllowList, InProgress, InvalidField, InvalidRecurrence, NotEnded
from bailiwick.meetings.models import HostRule, Meeting, Presence
from bailiwick.meetings.recurrence import Frequency, Recurrence
from tests.apps.conftest import NOW, rule

pytestmark = pytest.mark.django_db


def presence(meeting: Meeting, **fields: Any) -> Presence:
    first = {"state": "active", "decided_revision": 1, "created_at": NOW, "grant_expires_at": NOW}
    return Presence.objects.create(
        meeting=meeting, grant_digest=str(Presence.objects.count()), **{**first, **fields}
    )


def test_a_link_is_twelve_letters_that_are_not_mistaken_for_others() -> None:
    slugs = {schedule.new_slug() for _ in range(200)}
    assert len(slugs) == 200
    assert not set("".join(slugs)) - set("abcdefghjkmnpqrstuvwxyz-")
    assert {len(slug) for slug in slugs} == {14}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "\u3164\u200d"}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"description": "x" * 2001}, "description"),
        ({"duration_minutes": 4}, "duration_minutes"),
        ({"maximum": 1}, "maximum"),
        ({"maximum": 301}, "maximum"),
        ({"on_host_leave": "explode"}, "on_host_leave"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"starts_at": datetime(2026, 1, 1)}, "starts_at"),  # noqa: DTZ001
        ({"recurrence": Recurrence(Frequency.DAILY)}, "starts_at"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(host: Account, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        schedule.create(host.pk, {"title": "Board", **fields})  # type: ignore[typeddict-item]
    assert caught.value.field == field
    assert not Meeting.objects.exists()


def test_a_title_is_one_line_of_what_everybody_sees(host: Account) -> None:
    made = schedule.create(host.pk, {"title": "Board\nBcc: all\u202e", "description": "One\x00\nTwo\u2066"})
    assert (made.title, made.description) == ("Board Bcc: all", "One\nTwo")
    changed = schedule.edit(made.slug, host.pk, {"title": "An\u200dna\r\n meets"})
    assert changed.title == "Anna meets"


def test_the_database_refuses_a_maximum_out_of_range(meeting: Meeting) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(maximum=1)


def test_a_change_raises_both_revisions(meeting: Meeting, host: Account) -> None:
    changed = schedule.edit(meeting.slug, host.pk, {"locked": True})
    assert changed.locked
    assert changed.revision == meeting.revision + 1
    assert changed.roster_revision == meeting.roster_revision + 1


def test_only_a_change_of_time_makes_calendars_update(meeting: Meeting, host: Account) -> None:
    assert schedule.edit(meeting.slug, host.pk, {"locked": True}).ics_sequence == 0
    assert schedule.edit(meeting.slug, host.pk, {"starts_at": NOW}).ics_sequence == 1
    assert schedule.edit(meeting.slug, host.pk, {"starts_at": NOW}).ics_sequence == 1


def test_another_time_zone_keeps_the_last_day(host: Account) -> None:
    until = Recurrence(Frequency.DAILY, until=date(2026, 12, 1))
    made = schedule.create(
        host.pk, {"title": "Daily", "starts_at": NOW, "recurrence": until, "time_zone": "UTC"}
    )
    moved = schedule.edit(made.slug, host.pk, {"time_zone": "Asia/Tokyo"})
    assert moved.recurrence == "FREQ=DAILY;UNTIL=20261201T145959Z"
    assert queries.recurrence_of(moved) == until


def test_taking_the_time_away_from_a_series_is_refused(host: Account) -> None:
    daily = Recurrence(Frequency.DAILY)
    made = schedule.create(host.pk, {"title": "Daily", "starts_at": NOW, "recurrence": daily})
    with pytest.raises(InvalidRecurrence):
        schedule.edit(made.slug, host.pk, {"starts_at": None})


def test_a_rule_is_set_changed_and_taken_away(meeting: Meeting, host: Account) -> None:
    rules.set_rule(meeting.slug, host.pk, rule("allow", "FR DE"), NOW)
    rules.set_rule(meeting.slug, host.pk, rule("deny", "CN", "admit"), NOW)
    assert rules_of(queries.by_slug(meeting.slug)) == rule("deny", "CN", "admit")
    rules.clear_rule(meeting.slug, host.pk)
    assert rules_of(queries.by_slug(meeting.slug)) is None
    assert queries.by_slug(meeting.slug).revision == meeting.revision + 3


def test_a_rule_that_allows_nobody_is_refused(meeting: Meeting, host: Account) -> None:
    with pytest.raises(EmptyAllowList):
        rules.set_rule(meeting.slug, host.pk, rule("allow", ""), NOW)
    assert not HostRule.objects.exists()


def test_the_gate_hears_of_a_rule_after_the_commit(
    meeting: Meeting, host: Account, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[UUID] = []
    stop = events.listen(heard.append)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            rules.set_rule(meeting.slug, host.pk, rule(), NOW)
            assert heard == []
    finally:
        stop()
    assert heard == [meeting.pk]


def test_an_ended_meeting_is_opened_again_by_its_host(meeting: Meeting, host: Account) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(ended_at=NOW)
    assert schedule.reopen(meeting.slug, host.pk).ended_at is None
    with pytest.raises(NotEnded):
        schedule.reopen(meeting.slug, host.pk)


def test_ending_one_meeting_of_a_series_leaves_the_next_one_open(host: Account) -> None:
    daily = Recurrence(Frequency.DAILY)
    made = schedule.create(host.pk, {"title": "Daily", "starts_at": NOW, "recurrence": daily})
    Meeting.objects.filter(pk=made.pk).update(ended_at=NOW + timedelta(minutes=40))
    assert not schedule.reopen_if_due(made.slug, NOW + timedelta(minutes=50))
    assert not schedule.reopen_if_due(made.slug, NOW + timedelta(hours=23, minutes=44))
    assert schedule.reopen_if_due(made.slug, NOW + timedelta(hours=23, minutes=45))
    assert queries.by_slug(made.slug).ended_at is None


def test_a_single_meeting_that_was_ended_stays_ended(meeting: Meeting, host: Account) -> None:
    schedule.edit(meeting.slug, host.pk, {"starts_at": NOW})
    Meeting.objects.filter(pk=meeting.pk).update(ended_at=NOW)
    assert not schedule.reopen_if_due(meeting.slug, NOW + timedelta(days=400))


def test_a_meeting_with_people_inside_is_not_deleted(meeting: Meeting, host: Account) -> None:
    presence(meeting)
    with pytest.raises(InProgress):
        schedule.delete(meeting.slug, host.pk, NOW)
    Presence.objects.update(state="ended", ended_at=NOW)
    with pytest.raises(InProgress):  # their media is not known to be gone yet
        schedule.delete(meeting.slug, host.pk, NOW)
    Presence.objects.update(media_gone_at=NOW)
    schedule.delete(meeting.slug, host.pk, NOW)
    assert not Meeting.objects.exists()


def test_the_list_begins_with_what_comes_next(host: Account) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    for title, hours in (("past", -48), ("later", 48), ("soon", 1), ("now", -0.5)):
        schedule.create(host.pk, {"title": title, "starts_at": now + timedelta(hours=hours)})
    listed = queries.of_account(host.pk, now)
    assert [(item.meeting.title, item.is_over) for item in listed] == [
        ("now", False),
        ("soon", False),
        ("later", False),
        ("past", True),
    ]
