"""That a meeting changed, told to those who must decide again."""

from uuid import UUID

from django.db.models import F

from bailiwick.meetings import events
from bailiwick.meetings.models import Meeting


def changed(meeting_id: UUID) -> None:
    """Raise both revisions of the meeting in the caller's transaction; hint to the gate after it commits."""
    Meeting.objects.filter(id=meeting_id).update(
        revision=F("revision") + 1, roster_revision=F("roster_revision") + 1
    )
    events.announce(meeting_id)
