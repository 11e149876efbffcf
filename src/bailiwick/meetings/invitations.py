"""Mailing invitations and updates. Outside of any transaction: a mail server may take its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string

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


def send(
    meeting: Meeting, invitation_ids: Sequence[UUID], now: datetime, *, by: UUID, update: bool = False
) -> Sent:
    """Mail these invitations with their personal links. They count against what the account `by` may send.

    Those sent get `sent_at`; the page offers to send the others again. `update`: the time changed.
    """
    rows = Invitation.objects.filter(meeting=meeting, pk__in=invitation_ids, revoked_at__isnull=True)
    found = list(rows.select_related("meeting"))
    due = [row for row in found if update or row.sent_at is None or row.sent_at <= now - AGAIN]
    granted = take(by, len(due), now)
    failed = _send([(row, _mail(meeting, row, now, update=update)) for row in due[:granted]], now)
    if failed:
        give_back(by, failed, now)
    return Sent(granted - failed, failed, len(due) - granted, len(found) - len(due))


def _send(mails: Sequence[tuple[Invitation, Mail]], now: datetime) -> int:
    """How many the mail server did not take."""
    results = send_all([mail for _, mail in mails])
    done = [row.pk for (row, _), (_, error) in zip(mails, results, strict=True) if error is None]
    Invitation.objects.filter(pk__in=done).update(sent_at=now)
    return len(mails) - len(done)


def _mail(meeting: Meeting, row: Invitation, now: datetime, *, update: bool) -> Mail:
    public_url = settings.PUBLIC_URL
    link = links.personal(public_url, row)
    host = meeting.host.display_name or meeting.host.email
    times = next_times(meeting, now, 1)
    context = {
        "meeting": meeting,
        "host": host,
        "link": link,
        "next_at": times[0] if times else None,
        "update": update,
        "exempt": row.exempt,
        "site_name": settings.SITE_NAME,
    }
    what = "Changed" if update else "Invitation"
    return Mail(
        to=row.email,
        subject=f"{what}: {meeting.title}",
        text=render_to_string("meetings/invitation.txt", context),
        calendar=calendar.render(meeting, public_url=public_url, link=link, now=now, attendee=row.email)
        if meeting.starts_at
        else None,
        reply_to=meeting.host.email if by_confirmed_email(meeting.host.email) else None,
    )
