"""The statements of the way in say what the models say."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from bailiwick.accounts.models import Account
from bailiwick.meetings import statements
from bailiwick.meetings.models import Meeting, Presence, ServerState
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
