"""A meeting as an iCalendar object (RFC 5545; invitations by mail: RFC 5546 METHOD:REQUEST)."""

from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vRecur, vText

from bailiwick.accounts.queries import by_confirmed_email

from . import recurrence as recurring
from .models import Meeting

_PRODUCT: Final = "-//Bailiwick//Meetings//EN"


def uid(meeting: Meeting, public_url: str) -> str:
    """The event's identity, the same for as long as the meeting exists."""
    return f"{meeting.pk}@{urlsplit(public_url).hostname}"


def render(
    meeting: Meeting, *, public_url: str, link: str, now: datetime, attendee: str | None = None
) -> bytes:
    """The calendar object, with its time zone's rules; with `attendee`, as a request to that person.

    `meeting.starts_at` must be set; `meeting.host` is read.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST" if attendee else "PUBLISH")
    calendar.add_component(_event(meeting, public_url, link, now, attendee))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def cancelled(meeting: Meeting, *, public_url: str, now: datetime, attendee: str) -> bytes:
    """What takes the event out of that person's calendar again (RFC 5546, section 3.2.5). Its sequence must
    be higher than that of what they got: whoever calls this has raised `meeting.ics_sequence`."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL")
    event = Event()
    event.add("uid", uid(meeting, public_url))
    event.add("sequence", meeting.ics_sequence)
    event.add("dtstamp", now)
    if meeting.starts_at is not None:
        _add_times(event, meeting)
    event.add("summary", meeting.title)
    event.add("status", "CANCELLED")
    event.add("organizer", _organizer(meeting))
    event.add("attendee", _person(attendee, ""))
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(meeting: Meeting, public_url: str, link: str, now: datetime, attendee: str | None) -> Event:
    event = Event()
    event.add("uid", uid(meeting, public_url))
    event.add("sequence", meeting.ics_sequence)
    event.add("dtstamp", now)
    _add_times(event, meeting)
    event.add("summary", meeting.title)
    event.add("description", f"{meeting.description}\n\n{link}".strip())
    event.add("location", link)
    event.add("url", link)
    event.add("status", "CONFIRMED")
    if attendee:
        event.add("organizer", _organizer(meeting))
        event.add("attendee", _person(attendee, "", rsvp=True))
    return event


def _add_times(event: Event, meeting: Meeting) -> None:
    if meeting.starts_at is None:
        raise ValueError("a meeting without a time has no place in a calendar")
    tz = recurring.zone(meeting.time_zone)
    end = meeting.starts_at + timedelta(minutes=meeting.duration_minutes)
    event.add("dtstart", meeting.starts_at.astimezone(tz))
    event.add("dtend", end.astimezone(tz))
    if meeting.recurrence:
        event.add("rrule", vRecur.from_ical(meeting.recurrence))


def _organizer(meeting: Meeting) -> vCalAddress:
    """Whom calendars answer: this server itself, unless the host has shown that the address is theirs."""
    known = by_confirmed_email(meeting.host.email) is not None
    _, own = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return _person(meeting.host.email if known else own, meeting.host.display_name)


def _person(email: str, name: str, *, rsvp: bool = False) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    if name:
        address.params["CN"] = vText(name)
    if rsvp:
        address.params["RSVP"] = vText("TRUE")
        address.params["PARTSTAT"] = vText("NEEDS-ACTION")
    return address
