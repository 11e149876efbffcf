"""Presences that no connection holds: how long they are waited for, and what becomes of them meanwhile.

As in `presences`, a number of rows says who won.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from .models import Meeting, Presence
from .presences import LIVE, hold_meetings

RESUMABLE: Final = timedelta(seconds=60)
"""How long a presence waits for a connection that was lost: longer than a restart takes."""
CLOSED: Final = timedelta(seconds=15)
"""The same where the browser said that it goes: long enough for the page to be loaded anew."""


def let_go(presence_id: UUID, generation: int, now: datetime, within: timedelta = RESUMABLE) -> bool:
    """The connection is lost: since when nobody holds it, and that it may be resumed `within` some time.
    False if another connection took it over."""
    rows = Presence.objects.filter(id=presence_id, generation=generation, state__in=LIVE)
    return rows.update(unheld_since=now, resumable_until=now + within) == 1


def thought_held(node_id: UUID) -> dict[UUID, int]:
    """What the rows believe to be held by a connection of this node, with the generation."""
    rows = Presence.objects.filter(node_id=node_id, state__in=LIVE, unheld_since__isnull=True)
    return dict(rows.values_list("id", "generation"))


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody has held this presence for a while; `media_session` may still be flowing."""

    presence_id: UUID
    meeting_id: UUID
    generation: int
    media_session: str


def absent(node_id: UUID, before: datetime) -> list[Absent]:
    """Of this node, unheld since before `before`, and not away yet."""
    rows = Presence.objects.filter(node_id=node_id, state__in=LIVE, away=False, unheld_since__lte=before)
    return [Absent(*row) for row in rows.values_list("id", "meeting_id", "generation", "media_session")[:500]]


def go_away(candidates: Collection[Absent]) -> list[Absent]:
    """Take their media off the rows: others see them without; it is the caller's to destroy. Those that
    nobody resumed in the meantime."""
    gone = []
    with transaction.atomic():
        hold_meetings([one.presence_id for one in candidates])
        for one in candidates:
            rows = Presence.objects.filter(id=one.presence_id, generation=one.generation, state__in=LIVE)
            done = rows.filter(unheld_since__isnull=False).update(
                away=True, media_session="", feed=None, streams=[], microphone_on=False, camera_on=False
            )
            if done == 1:
                gone.append(one)
        for meeting_id in sorted({one.meeting_id for one in gone}):
            Meeting.objects.filter(id=meeting_id).update(roster_revision=F("roster_revision") + 1)
    return gone


def to_let_go(node_id: UUID, now: datetime) -> list[UUID]:
    """This node's whom nobody resumed for as long as it was possible."""
    rows = Presence.objects.filter(node_id=node_id, state__in=LIVE, resumable_until__lte=now)
    return list(rows.values_list("id", flat=True)[:500])
