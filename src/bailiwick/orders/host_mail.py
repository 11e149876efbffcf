"""Mail to a meeting's host, the first time a restriction takes effect there: that it happened, and neither on
whom nor where (P4). Whoever was kept out gets no mail.

That it is due stands in the restriction's row, written with the effect itself; a loop of each process claims
what is due, one process each, and sends it on a thread of its own. A process that dies between the two, or a
mail server that does not answer, costs a minute; should the mail have gone out after all, it has the same
Message-ID.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Thread
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connections

from bailiwick.accounts.queries import by_confirmed_email
from bailiwick.notices.actions import Mail, MailFailed, raise_alarm, send_mail

from .models import Restriction

TRIES: Final = 10
"""With twice the wait after each: the last is half a day after the first."""
_FIRST_WAIT: Final = timedelta(minutes=1)
_AT_ONCE: Final = 20
_TEXT: Final = """\
A legal restriction has kept somebody out of your meeting "{title}".

An authority demanded it, and this server granted it for people located in that authority's own territory. It
is not said who was kept out, or from where. The meeting goes on for everybody else; neither it nor your
account was touched, and you have nothing to do.

Which restrictions are in force, under which law and why, is public, and so is the proof:
{site}/register

You can object. Sign in, and choose the meeting on this page:
{site}/appeal
"""


def tell_hosts(now: datetime) -> None:
    """Mail what is due, soon. Any process may call it at any time, as often as it likes."""
    claimed = claim(now)
    if claimed:
        Thread(target=_tell, args=(claimed,), name="host mail", daemon=True).start()


def claim(now: datetime) -> list[UUID]:
    """What this process is to send now: nobody else does before the next try is due."""
    rows = Restriction.objects.filter(host_mail_due__lte=now).order_by("host_mail_due")
    return [row.pk for row in rows.only("host_mail_due", "host_mail_tries")[:_AT_ONCE] if _claim(row, now)]


def _claim(row: Restriction, now: datetime) -> bool:
    """One conditional update: of several processes, one gets it."""
    same = Restriction.objects.filter(pk=row.pk, host_mail_due=row.host_mail_due)
    tries = row.host_mail_tries + 1
    wait = _FIRST_WAIT * 2**row.host_mail_tries
    due = now + wait if tries <= TRIES else None
    return same.update(host_mail_due=due, host_mail_tries=tries) == 1 and tries <= TRIES


def _tell(claimed: Sequence[UUID]) -> None:
    try:
        mail_hosts(claimed)
    finally:
        connections.close_all()


def mail_hosts(restrictions: Sequence[UUID]) -> None:
    """Mail the hosts of these restrictions' meetings now. Only to an address whose owner confirmed it; the
    meeting's page says it to all hosts. A mail that fails is an alarm, without a name, and is tried again."""
    for row in Restriction.objects.filter(pk__in=restrictions).select_related("meeting__host"):
        host = None if row.meeting is None else by_confirmed_email(row.meeting.host.email)
        if host is None or row.meeting is None or _sent(row, host.email, row.meeting.title):
            Restriction.objects.filter(pk=row.pk).update(host_mail_due=None)


def _sent(row: Restriction, to: str, title: str) -> bool:
    subject = f"[{settings.SITE_NAME}] A restriction took effect in your meeting"
    text = _TEXT.format(title=title, site=settings.PUBLIC_URL)
    try:
        send_mail(Mail(to, subject, text, message_id=_message_id(row.pk)))
    except MailFailed:
        raise_alarm(MailFailed.code)
        return False
    return True


def _message_id(restriction: UUID) -> str:
    """The same for each try; it leads to no restriction without the server's key."""
    key = settings.SECRET_KEY.encode()
    mac = hmac.new(key, b"bailiwick host mail" + restriction.bytes, sha256).hexdigest()[:32]
    return f"<{mac}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>"
