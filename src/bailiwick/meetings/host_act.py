"""The one key that ends a meeting (P2): a `HostAct`, which only the host's own endpoint makes.

No demand, restriction, job or staff action can make one: `by_host` reads the host's own active presence,
and tests/architecture holds that nothing but `gate.acts` calls it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from .models import Meeting, Presence, PresenceState, Role, meeting


@dataclass(frozen=True, slots=True)
class HostAct:
    """Proof that the meeting's own host asked, from inside the meeting."""

    meeting_id: UUID
    presence_id: UUID


def by_host(presence_id: UUID) -> HostAct | None:
    """An act of the host behind this presence; None if it is not the host's, or no longer inside."""
    row = (
        Presence.objects.filter(id=presence_id, state=PresenceState.ACTIVE, role=Role.HOST)
        .select_related("meeting")
        .first()
    )
    if row is None or row.account_id != row.meeting.host_id:
        return None
    return HostAct(row.meeting_id, row.pk)


def end_meeting(act: HostAct, now: datetime) -> None:
    """End the meeting: nobody comes in any more; the gate ends the presences of an ended meeting."""
    with transaction.atomic():
        rows = Meeting.objects.filter(id=act.meeting_id, ended_at__isnull=True)
        rows.update(ended_at=now)
        meeting.bump(Meeting.objects.filter(id=act.meeting_id))
