"""Mailing invitations and updates. Outside of any transaction: a mail server may take its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from bailiwick.accounts.queries import by_confirmed_email
from bailiwick.notices.actions import Mail, send_all

from . import calendar, links
from .mail_limit import give_back, take
from .models import Invitation, Meeting
from .queries import next_times

AGAIN: Final = timedelta(hours=1)
"""Nobody is sent the same invitation more often."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of mails: `failed` the mail server did not take, `held` are more than the account may send
    today, `recent` were sent less than an hour ago."""

    sent: int = 0
    failed: int = 0
    held: int = 0
    recent: int = 0


class About(Enum):
    """What a mail says: come; it is at another time; it is at no set time any more."""

    INVITATION = auto()
    CHANGE = auto()
    NO_TIME = auto()


def send(
    meeting: Meeting,
    invitation_ids: Sequence[UUID],
    now: datetime,
    *,
    by: UUID,
    about: About = About.INVITATION,
) -> Sent:
    """Mail these invitations with their personal links. They count against what the account `by` may send.

    Those sent get `sent_at`; the page offers to send the others again.
    """
    rows = Invitation.objects.filter(meeting=meeting, pk__in=invitation_ids, revoked_at__isnull=True)
    found = list(rows.select_related("meeting"))
    news = about is not About.INVITATION
    due = [row for row in found if news or row.sent_at is None or row.sent_at <= now - AGAIN]
    granted = take(by, len(due), now)
    failed = _send([(row, _mail(meeting, row, now, about)) for row in due[:granted]], now)
    if failed:
        give_back(by, failed, now)
    return Sent(granted - failed, failed, len(due) - granted, len(found) - len(due))


def _send(mails: Sequence[tuple[Invitation, Mail]], now: datetime) -> int:
    """How many the mail server did not take."""
    results = send_all([mail for _, mail in mails])
    done = [row.pk for (row, _), (_, error) in zip(mails, results, strict=True) if error is None]
    Invitation.objects.filter(pk__in=done).update(sent_at=now)
    return len(mails) - len(done)


def tell(before: Meeting, after: Meeting, now: datetime, *, by: UUID) -> Sent:
    """Mail whoever was invited that the meeting's time or title is another one now, if it is, so that their
    calendars follow."""
    if after.ics_sequence == before.ics_sequence:
        return Sent()
    gone = before.starts_at is not None and after.starts_at is None
    sent = Invitation.objects.filter(meeting=after, sent_at__isnull=False)
    ids = list(sent.values_list("pk", flat=True))
    return send(after, ids, now, by=by, about=About.NO_TIME if gone else About.CHANGE)


def cancellations(meeting: Meeting, now: datetime, invitation_id: UUID | None = None) -> list[Mail]:
    """Mails that take what is to come out of the calendars of those it was sent to: of all, or of one. They
    count against nobody's limit: there is one for each invitation that counted."""
    if meeting.starts_at is None or not next_times(meeting, now, 1):
        return []
    rows = Invitation.objects.filter(meeting=meeting, sent_at__isnull=False, revoked_at__isnull=True)
    if invitation_id is not None:
        rows = rows.filter(pk=invitation_id)
    return [_cancellation(meeting, row.email, now) for row in rows]


def _cancellation(meeting: Meeting, email: str, now: datetime) -> Mail:
    context = {"meeting": meeting, "host": _host(meeting), "site_name": settings.SITE_NAME}
    return Mail(
        to=email,
        subject=f"Cancelled: {meeting.title}",
        text=render_to_string("meetings/cancellation.txt", context),
        calendar=calendar.cancelled(meeting, public_url=settings.PUBLIC_URL, now=now, attendee=email),
        method="CANCEL",
        reply_to=_reply_to(meeting),
    )


def _reply_to(meeting: Meeting) -> str | None:
    return meeting.host.email if by_confirmed_email(meeting.host.email) else None


def _host(meeting: Meeting) -> str:
    """How mails call the host: never by an address that may be somebody else's."""
    return meeting.host.display_name or _reply_to(meeting) or _("Somebody")


def _mail(meeting: Meeting, row: Invitation, now: datetime, about: About) -> Mail:
    link = links.personal(settings.PUBLIC_URL, row)
    times = next_times(meeting, now, 1)
    context = {
        "meeting": meeting,
        "host": _host(meeting),
        "link": link,
        "next_at": times[0] if times else None,
        "update": about is not About.INVITATION,
        "exempt": row.exempt,
        "site_name": settings.SITE_NAME,
    }
    what = "Invitation" if about is About.INVITATION else "Changed"
    return Mail(
        to=row.email,
        subject=f"{what}: {meeting.title}",
        text=render_to_string("meetings/invitation.txt", context),
        calendar=_calendar(meeting, row, link, now, about),
        method="CANCEL" if about is About.NO_TIME else "REQUEST",
        reply_to=_reply_to(meeting),
    )


def _calendar(meeting: Meeting, row: Invitation, link: str, now: datetime, about: About) -> bytes | None:
    """The event, or that it is none any more."""
    url = settings.PUBLIC_URL
    if about is About.NO_TIME:
        return calendar.cancelled(meeting, public_url=url, now=now, attendee=row.email)
    if meeting.starts_at is None:
        return None
    return calendar.render(meeting, public_url=url, link=link, now=now, attendee=row.email)
