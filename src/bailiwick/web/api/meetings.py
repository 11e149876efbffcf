"""Meetings: list, make, read, change, open again, delete. Ending one is done from inside only (P2)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from bailiwick.meetings import links, queries
from bailiwick.meetings.access import rules_of
from bailiwick.meetings.actions import schedule
from bailiwick.meetings.actions.schedule import MeetingFields
from bailiwick.meetings.authority import Act
from bailiwick.meetings.invitations import tell
from bailiwick.meetings.queries import Meeting, recurrence_of

from .auth import account_id, signed_in
from .rule import rule_out
from .schemas import MeetingChange, MeetingIn, MeetingOut, MeetingPatch, MeetingsOut

router = Router(auth=signed_in)


def _out(meeting: Meeting, *, is_host: bool) -> dict[str, Any]:
    found = recurrence_of(meeting)
    return {
        "slug": meeting.slug,
        "title": meeting.title,
        "description": meeting.description,
        "link": links.public(settings.PUBLIC_URL, meeting),
        "role": "host" if is_host else "co_host",
        "starts_at": meeting.starts_at,
        "duration_minutes": meeting.duration_minutes,
        "time_zone": meeting.time_zone,
        "recurrence": found and {
            "frequency": found.frequency.value,
            "weekdays": list(found.weekdays),
            "until": found.until,
            "count": found.count,
        },
        "next_times": queries.next_times(meeting, timezone.now()),
        "waiting_room": meeting.waiting_room,
        "locked": meeting.locked,
        "maximum": meeting.maximum,
        "on_host_leave": meeting.on_host_leave,
        "rule": rule_out(rules_of(meeting)),
        "refused": meeting.refused_count,
        "ended_at": meeting.ended_at,
    }  # fmt: skip


def _fields(given: MeetingPatch) -> MeetingFields:
    """Only what was sent. Null is a value for the time and the recurrence, and means "left out" elsewhere."""
    sent = {name: getattr(given, name) for name in given.model_fields_set - {"tell"}}
    fields = {name: value for name, value in sent.items() if value is not None or name == "starts_at"}
    if "recurrence" in sent:
        fields["recurrence"] = given.recurrence and given.recurrence.recurrence()
    return fields  # type: ignore[return-value]  # the schema's names are MeetingFields'


@router.get("", response=MeetingsOut)
def listing(request: HttpRequest) -> dict[str, Any]:
    """The meetings you host or co-host."""
    listed = queries.of_account(account_id(request), timezone.now())
    return {"meetings": [_out(item.meeting, is_host=item.is_host) for item in listed]}


@router.post("", response={201: MeetingOut})
def create(request: HttpRequest, given: MeetingIn) -> Status[Any]:
    """Make a meeting."""
    meeting = schedule.create(account_id(request), _fields(given))
    return Status(201, _out(meeting, is_host=True))


@router.get("/{slug}", response=MeetingOut)
def read(request: HttpRequest, slug: str) -> dict[str, Any]:
    """One meeting."""
    permitted = queries.for_act(slug, account_id(request), Act.VIEW)
    return _out(permitted.meeting, is_host=permitted.is_host)


@router.patch("/{slug}", response=MeetingOut)
def change(request: HttpRequest, slug: str, given: MeetingChange) -> dict[str, Any]:
    """Change what is given. Lock and maximum act at the door: nobody inside is touched. Whoever was invited
    by mail is told of another time or title, unless `tell` is false."""
    before = queries.for_act(slug, account_id(request), Act.EDIT).meeting
    after = schedule.edit(slug, account_id(request), _fields(given))
    if given.tell:
        tell(before, after, timezone.now(), by=account_id(request))
    return read(request, slug)


@router.post("/{slug}/reopen", response=MeetingOut)
def reopen(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Open an ended meeting again (host)."""
    schedule.reopen(slug, account_id(request))
    return read(request, slug)


@router.delete("/{slug}", response={204: None})
def delete(request: HttpRequest, slug: str) -> Status[None]:
    """Delete a meeting nobody is in (host)."""
    schedule.delete(slug, account_id(request), timezone.now())
    return Status(204, None)
