"""Mailing invitations and updates. Outside of any transaction: a mail server may take its time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string

from bailiwick.accounts.queries import by_confirmed_email
from bailiwick.notices.actions import Mail, send_all

from . import calendar, links
from .models import Invitation, Meeting
from .queries import next_times


def send(meeting: Meeting, invitation_ids: Sequence[UUID], now: datetime, *, update: bool = False) -> int:
    """Mail these invitations with their personal links; how many could not be sent.

    Those sent get `sent_at`; the page offers to send the others again. `update`: the time changed.
    """
    rows = Invitation.objects.filter(meeting=meeting, pk__in=invitation_ids, revoked_at__isnull=True)
    mails = {_mail(meeting, row, now, update=update): row for row in rows.select_related("meeting")}
    failed = 0
    for mail, error in send_all(list(mails)):
        if error is not None:
            failed += 1
            continue
        Invitation.objects.filter(pk=mails[mail].pk).update(sent_at=now)
    return failed


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
