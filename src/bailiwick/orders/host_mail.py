"""Mail to a meeting's host, the first time a restriction takes effect there: that it happened, and neither on
whom nor where (P4). On a thread of its own, since the gate is waiting; whoever was kept out gets no mail."""

from collections.abc import Collection
from threading import Thread
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connections

from bailiwick.accounts.queries import by_confirmed_email
from bailiwick.meetings.models import Meeting
from bailiwick.notices.actions import Mail, MailFailed, raise_alarm, send_mail

_TEXT: Final = """\
A legal restriction has kept somebody out of your meeting "{title}".

An authority demanded it, and this server granted it for people located in that authority's own territory. It
is not said who was kept out, or from where. The meeting goes on for everybody else; neither it nor your
account was touched, and you have nothing to do.

Which restrictions are in force, under which law and why, is public, and so is the proof:
{site}/register

You can object: {site}/appeal
"""


def tell_hosts(meetings: Collection[UUID]) -> None:
    """Mail the hosts of these meetings, soon. Call it after the commit that counted the effect."""
    Thread(target=_tell, args=(tuple(meetings),), name="host mail", daemon=True).start()


def _tell(meetings: Collection[UUID]) -> None:
    try:
        mail_hosts(meetings)
    finally:
        connections.close_all()


def mail_hosts(meetings: Collection[UUID]) -> None:
    """Mail them now. Only to an address whose owner confirmed it; the meeting's page says it to all hosts. A
    mail that fails is an alarm, without a name."""
    for meeting in Meeting.objects.filter(id__in=meetings).select_related("host"):
        host = by_confirmed_email(meeting.host.email)
        if host is not None:
            _send(host.email, meeting.title)


def _send(to: str, title: str) -> None:
    subject = f"[{settings.SITE_NAME}] A restriction took effect in your meeting"
    try:
        send_mail(Mail(to, subject, _TEXT.format(title=title, site=settings.PUBLIC_URL)))
    except MailFailed:
        raise_alarm(MailFailed.code)
