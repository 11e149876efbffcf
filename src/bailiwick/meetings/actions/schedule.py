"""Making, changing, reopening and deleting meetings. Ending one is `host_act`'s alone (P2)."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import F

from bailiwick.accounts.names import clean_name, clean_text
from bailiwick.meetings import recurrence as recurring
from bailiwick.meetings.authority import Act, locked_for
from bailiwick.meetings.errors import (
    HostOnly,
    InProgress,
    InvalidField,
    InvalidRecurrence,
    InvalidTime,
    NotEnded,
)
from bailiwick.meetings.invitations import cancellations
from bailiwick.meetings.models import LeavePolicy, Meeting, Presence
from bailiwick.meetings.models.meeting import MAXIMUM_LIMIT
from bailiwick.meetings.recurrence import Recurrence
from bailiwick.notices.actions import send_after_commit

from .change import changed

_SLUG_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz"  # none that is read as another: i, l, o
LONGEST_MINUTES: Final = 24 * 60
LONGEST_TITLE: Final = 120


class MeetingFields(TypedDict, total=False):
    """What a host may set. `starts_at` None: whenever somebody comes, and then it does not recur."""

    title: str
    description: str
    starts_at: datetime | None
    duration_minutes: int
    time_zone: str
    recurrence: Recurrence | None
    waiting_room: bool
    locked: bool
    maximum: int
    on_host_leave: str


_WHEN: Final = frozenset({"starts_at", "duration_minutes", "time_zone", "recurrence", "title"})


def new_slug() -> str:
    """A link nobody guesses: twelve letters, 54 bits, easy to read aloud."""
    letters = [secrets.choice(_SLUG_LETTERS) for _ in range(12)]
    return "-".join("".join(letters[i : i + 4]) for i in (0, 4, 8))


def check_fields(fields: Mapping[str, Any]) -> None:
    """Raises InvalidField with the field's name for the first value that cannot be used."""
    title = fields.get("title", "-")
    seen = bool(clean_name(title)) and len(title) <= LONGEST_TITLE
    _check("title", seen, f"give a title of at most {LONGEST_TITLE} characters")
    _check("description", len(fields.get("description", "")) <= 2000, "at most 2000 characters")
    _check("duration_minutes", 5 <= fields.get("duration_minutes", 60) <= LONGEST_MINUTES, "5 min to 24 h")
    _check("maximum", 2 <= fields.get("maximum", 2) <= MAXIMUM_LIMIT, f"from 2 to {MAXIMUM_LIMIT} people")
    policy = fields.get("on_host_leave", LeavePolicy.CONTINUE)
    _check("on_host_leave", policy in LeavePolicy.values, "continue, hand_over or end")
    starts_at = fields.get("starts_at")
    if starts_at is not None and starts_at.tzinfo is None:
        raise InvalidTime("a time needs a time zone", field="starts_at")
    if starts_at is not None and not recurring.EARLIEST <= starts_at < recurring.LATEST:
        raise InvalidTime("a meeting starts between 2000 and 2100", field="starts_at")


def _check(field: str, good: bool, advice: str) -> None:
    if not good:
        raise InvalidField(advice, field=field)


def _when(meeting: Meeting, recurrence: Recurrence | None) -> None:
    """Set the time zone's and recurrence's columns of an unsaved or changed meeting."""
    tz = recurring.zone(meeting.time_zone)
    if recurrence is None:
        meeting.recurrence = ""
        return
    if meeting.starts_at is None:
        raise InvalidRecurrence("a meeting that recurs needs a first time", field="starts_at")
    meeting.recurrence = recurring.to_text(recurring.fit(recurrence, meeting.starts_at, tz), tz)


def _plain(fields: MeetingFields) -> dict[str, Any]:
    """The columns; texts as others are shown them, on pages, in mails' subjects and in their calendars."""
    plain = {name: value for name, value in fields.items() if name != "recurrence"}
    if "title" in fields:
        plain["title"] = clean_name(fields["title"], LONGEST_TITLE)
    if "description" in fields:
        plain["description"] = clean_text(fields["description"])
    return plain


def create(host_id: UUID, fields: MeetingFields) -> Meeting:
    """A new meeting of the account's."""
    check_fields(fields)
    if "title" not in fields:
        raise InvalidField("give a title", field="title")
    meeting = Meeting(slug=new_slug(), host_id=host_id, **_plain(fields))
    _when(meeting, fields.get("recurrence"))
    meeting.save(force_insert=True)
    return meeting


def edit(slug: str, account_id: UUID, fields: MeetingFields) -> Meeting:
    """Change the fields given. A lock or a lower maximum acts at the door only: nobody inside is touched.

    What happens when the host leaves is the host's own choice: it may be the meeting's end (P2).
    """
    check_fields(fields)
    with transaction.atomic():
        meeting = locked_for(slug, account_id, Act.EDIT)
        policy = fields.get("on_host_leave", meeting.on_host_leave)
        if policy != meeting.on_host_leave and account_id != meeting.host_id:
            raise HostOnly
        recurrence = _recurrence_of(meeting) if "recurrence" not in fields else fields["recurrence"]
        before, first = _times(meeting), _first_day(meeting)
        for name, value in _plain(fields).items():
            setattr(meeting, name, value)
        moved = _first_day(meeting)
        if recurrence is not None and "recurrence" not in fields and first is not None and moved is not None:
            recurrence = recurring.move(recurrence, first, moved)
        if _WHEN & fields.keys():
            _when(meeting, recurrence)
        meeting.save(update_fields={*fields, "recurrence"})
        if _times(meeting) != before:
            Meeting.objects.filter(pk=meeting.pk).update(ics_sequence=F("ics_sequence") + 1)
        changed(meeting.pk)
    meeting.refresh_from_db()
    return meeting


def _times(meeting: Meeting) -> tuple[object, ...]:
    when = (meeting.starts_at, meeting.duration_minutes, meeting.time_zone, meeting.recurrence)
    return (*when, meeting.title)


def _first_day(meeting: Meeting) -> date | None:
    """In the meeting's own zone. Raises InvalidTime."""
    tz = recurring.zone(meeting.time_zone)
    return None if meeting.starts_at is None else meeting.starts_at.astimezone(tz).date()


def _recurrence_of(meeting: Meeting) -> Recurrence | None:
    if not meeting.recurrence:
        return None
    return recurring.from_text(meeting.recurrence, recurring.zone(meeting.time_zone))


def reopen(slug: str, account_id: UUID) -> Meeting:
    """Let people into an ended meeting again."""
    with transaction.atomic():
        meeting = locked_for(slug, account_id, Act.REOPEN)
        if meeting.ended_at is None:
            raise NotEnded
        _open(meeting)
    return meeting


def _open(meeting: Meeting) -> None:
    meeting.ended_at = None
    meeting.save(update_fields=["ended_at"])
    changed(meeting.pk)


def reopen_if_due(slug: str, now: datetime, *, early_minutes: int = 15) -> bool:
    """Open an ended series for its next occurrence, from 15 minutes before it; whether that was done.

    Ending a series' meeting ends that one occurrence. Level-triggered: whoever comes finds it open.
    """
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update().filter(slug=slug, ended_at__isnull=False).first()
        if meeting is None or not _is_due(meeting, now, early_minutes):
            return False
        _open(meeting)
        return True


def _is_due(meeting: Meeting, now: datetime, early_minutes: int) -> bool:
    if not meeting.recurrence or meeting.starts_at is None or meeting.ended_at is None:
        return False
    following = recurring.occurrences(
        meeting.starts_at, meeting.recurrence, meeting.time_zone, after=meeting.ended_at, limit=1
    )
    return bool(following) and (following[0] - now).total_seconds() <= early_minutes * 60


def delete(slug: str, account_id: UUID, now: datetime) -> None:
    """Delete a meeting nobody is in, with its rule, invitations and blocks; calendars of the invited follow.

    Media of people who just left must be gone too, since their presences' rows go with the meeting.
    """
    with transaction.atomic():
        meeting = locked_for(slug, account_id, Act.DELETE)
        if Presence.objects.filter(meeting=meeting, media_gone_at__isnull=True).exists():
            raise InProgress
        remove(meeting, now)


def remove(meeting: Meeting, now: datetime) -> None:
    """The row with all that is its own, and what is to come from the calendars of whoever was invited."""
    meeting.ics_sequence += 1
    send_after_commit(*cancellations(meeting, now))
    meeting.delete()
