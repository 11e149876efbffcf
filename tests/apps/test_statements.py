"""The statements of the way in say what the models say."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from bailiwick.accounts.models import Account
from bailiwick.meetings import blocks, presences, statements
from bailiwick.meetings.access import host_rule, rule_of
from bailiwick.meetings.models import Block, HostRule, Meeting, Presence, ServerState
from bailiwick.meetings.terms import MeetingFacts, facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting() -> Meeting:
    host = Account.objects.create_user("host@example.org")
    return Meeting.objects.create(
        host=host,
        slug="room-0001",
        title="100 % \u201cquoted\u201d; --",
        locked=True,
        starts_at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        recurrence="FREQ=DAILY",
    )


def test_a_meetings_facts_are_its_row(meeting: Meeting) -> None:
    ServerState.objects.create(id=1, revision=7)
    row = Meeting.objects.get()
    assert facts(slug=row.slug) == facts(meeting_id=row.pk)
    assert facts(slug=row.slug) == MeetingFacts(
        id=row.pk, slug=row.slug, title=row.title, host_id=row.host_id, revision=row.revision,
        roster_revision=row.roster_revision, locked=True, waiting_room=False, maximum=row.maximum,
        on_host_leave=row.on_host_leave, refused=0, withheld=0, reported=0, ended_at=None,
        created_at=row.created_at, starts_at=row.starts_at, recurrence=row.recurrence, server_revision=7,
    )  # fmt: skip


def test_no_meeting_has_no_facts(meeting: Meeting) -> None:
    assert facts(slug="room-0002") is None
    assert facts(slug="' OR 1=1 --") is None
    assert facts(meeting_id=uuid4()) is None


def test_a_meetings_rule_is_its_row_and_no_row_is_no_rule(meeting: Meeting) -> None:
    assert rule_of(meeting.pk) is None
    HostRule.objects.create(
        meeting=meeting,
        mode="deny",
        territories=["CN", "RU"],
        undetermined="refuse",
        set_at=datetime.now(UTC),
    )
    assert rule_of(meeting.pk) == host_rule(HostRule.objects.get())
    assert rule_of(uuid4()) is None


def test_a_meetings_blocks_are_found_and_another_meetings_are_not(meeting: Meeting) -> None:
    now = datetime.now(UTC)
    assert blocks.of_meeting(meeting.pk, now) == []
    held = {"meeting": meeting, "actor": "host", "created_at": now}
    lasting = Block.objects.create(device_digest="a" * 64, **held)
    Block.objects.create(device_digest="b" * 64, expires_at=now, **held)
    assert blocks.of_meeting(meeting.pk, now) == [lasting]
    assert blocks.of_meeting(uuid4(), now) == []


@pytest.mark.parametrize(("refusals", "withheld"), [(False, False), (True, False), (False, True)])
def test_what_the_host_sees_of_presences_ended_is_counted(
    meeting: Meeting, refusals: bool, withheld: bool
) -> None:
    now = datetime.now(UTC)
    values = {"meeting": meeting, "state": "active", "grant_expires_at": now, "decided_revision": 1}
    ids = [Presence.objects.create(grant_digest=each * 64, created_at=now, **values).pk for each in "ab"]
    before = meeting.roster_revision
    assert presences.end(ids, "rule", now, refusals=refusals, withheld=withheld) == set(ids)
    meeting.refresh_from_db()
    counted = (meeting.roster_revision - before, meeting.refused_count, meeting.withheld_count)
    assert counted == (1, 2 if refusals else 0, 1 if withheld else 0)


def test_an_inserted_presence_is_the_one_the_model_would_have_made(meeting: Meeting) -> None:
    now = datetime.now(UTC)
    values = {"meeting_id": meeting.pk, "grant_expires_at": now, "decided_revision": 3, "created_at": now}
    statements.insert_presence({"id": (pk := uuid4()), "grant_digest": "a" * 64, **values})
    made = Presence.objects.create(grant_digest="b" * 64, **values)
    made.refresh_from_db()
    inserted = Presence.objects.get(pk=pk)
    for field in Presence._meta.concrete_fields:
        if field.name not in {"id", "grant_digest"}:
            assert getattr(inserted, field.attname) == getattr(made, field.attname), field.name
