"""Raising and acknowledging alarms, and sending mail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException
from threading import Thread
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import IntegrityError, connections, transaction
from django.db.models import F
from django.utils import timezone

from .models import Alarm
from .texts import text_of

Recipients = Callable[[], Sequence[str]]
_recipients: list[Recipients] = []


class MailFailed(Exception):  # noqa: N818 (named for what happened)
    """The mail server refused, or did not answer. Carries no address."""

    code = "mail_failed"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person; `calendar` is an iCalendar object shown by mail programs as an invitation, or
    (`method`) as the end of one.
    `message_id`: of a mail that may have to be sent again, so that mail programs show it once."""

    to: str
    subject: str
    text: str
    calendar: bytes | None = None
    method: Literal["REQUEST", "CANCEL"] = "REQUEST"
    reply_to: str | None = None
    message_id: str | None = None


def to_administrators(recipients: Recipients) -> None:
    """Whom alarms are mailed to, besides being shown at the desk. Accounts register theirs at start."""
    _recipients[:] = [recipients]


def raise_alarm(code: str, subject: str = "", now: datetime | None = None) -> None:
    """Note that something is wrong. While nobody acknowledged it, the same alarm only counts up.

    The first time, it is mailed to the administrators after the caller's transaction commits, by a thread of
    its own: the caller may be what ejects people. `subject` is an identifier, never an address (P9).
    """
    at = now or timezone.now()
    if _count_up(code, subject, at):
        return
    try:
        with transaction.atomic():
            Alarm.objects.create(code=code, subject=subject, first_at=at, last_at=at)
    except IntegrityError:  # another process raised it in the same moment
        _count_up(code, subject, at)
        return
    transaction.on_commit(lambda: Thread(target=_mail_in_background, name="alarm mail", daemon=True).start())


def _count_up(code: str, subject: str, at: datetime) -> bool:
    open_ones = Alarm.objects.filter(code=code, subject=subject, acknowledged_at__isnull=True)
    return open_ones.update(count=F("count") + 1, last_at=at) == 1


def _mail_in_background() -> None:
    try:
        mail_alarms(timezone.now())
    finally:
        connections.close_all()


def mail_alarms(now: datetime) -> int:
    """Mail every open alarm that was not mailed yet to all administrators; how many alarms were mailed.

    What fails stays to be mailed with the next alarm, and is an alarm itself at the desk.
    """
    waiting = Alarm.objects.filter(acknowledged_at__isnull=True, mailed_at__isnull=True)
    return sum(_mail_alarm(alarm, now) for alarm in waiting.exclude(code=MailFailed.code))


def _mail_alarm(alarm: Alarm, now: datetime) -> bool:
    text = text_of(alarm.code)
    about = f"\n\nAbout: {alarm.subject}" if alarm.subject else ""
    body = f"{text.title}.\n\n{text.advice}{about}\n\nSee {settings.PUBLIC_URL}/desk/alarms"
    title = f"[{settings.SITE_NAME}] {text.title}"
    mails = [Mail(to, title, body) for source in _recipients for to in source()]
    failed = [mail for mail, error in send_all(mails) if error is not None]
    if failed and not _count_up(MailFailed.code, "", now):
        Alarm.objects.get_or_create(
            code=MailFailed.code, acknowledged_at=None, defaults={"first_at": now, "last_at": now}
        )
    if len(failed) == len(mails):
        return False
    return Alarm.objects.filter(pk=alarm.pk, mailed_at__isnull=True).update(mailed_at=now) == 1


def acknowledge(alarm_id: int, account_id: UUID, now: datetime) -> bool:
    """Somebody has seen it: the next time it is raised is a new alarm. False: it was acknowledged already."""
    rows = Alarm.objects.filter(pk=alarm_id, acknowledged_at__isnull=True)
    return rows.update(acknowledged_at=now, acknowledged_by_id=account_id) == 1


def see(alarm_id: int, account_id: UUID, now: datetime) -> bool:
    """Somebody says that they have seen it. False: somebody had, or it was acknowledged."""
    rows = Alarm.objects.filter(pk=alarm_id, acknowledged_at__isnull=True, seen_at__isnull=True)
    return rows.update(seen_at=now, seen_by_id=account_id) == 1


def assign(alarm_id: int, account_id: UUID, now: datetime) -> bool:
    """One person is to deal with it, in place of whoever was before. False: it was acknowledged."""
    rows = Alarm.objects.filter(pk=alarm_id, acknowledged_at__isnull=True)
    return rows.update(assigned_at=now, assigned_to_id=account_id) == 1


def send_mail(mail: Mail) -> None:
    """Send one mail. Raises MailFailed. Not inside a transaction: it may take ten seconds."""
    ((_, error),) = send_all([mail])
    if error is not None:
        raise error


def send_after_commit(*mails: Mail) -> None:
    """Send them once the caller's transaction is through. What fails is an alarm, for nobody waits for it."""

    def send() -> None:
        if any(error is not None for _, error in send_all(mails)):
            raise_alarm(MailFailed.code)

    transaction.on_commit(send)


def send_all(mails: Sequence[Mail]) -> list[tuple[Mail, MailFailed | None]]:
    """Send each mail over one connection; one that fails does not keep the others back."""
    if not mails:
        return []
    connection = get_connection()
    sent: list[tuple[Mail, MailFailed | None]] = []
    try:
        connection.open()
        sent.extend((mail, _send(mail, connection)) for mail in mails)
    except OSError:  # SMTPException is one: the server is not there, or refuses to talk
        sent.extend((mail, MailFailed()) for mail in mails[len(sent) :])
    finally:
        connection.close()
    return sent


def _send(mail: Mail, connection: object) -> MailFailed | None:
    message = EmailMultiAlternatives(
        subject=" ".join(mail.subject.split()),
        body=mail.text,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": mail.message_id} if mail.message_id else None,
        connection=connection,
    )
    if mail.calendar is not None:
        message.attach_alternative(mail.calendar.decode(), f"text/calendar; method={mail.method}")
        message.attach("invite.ics", mail.calendar, "application/ics")
    try:
        message.send()
    except (SMTPException, OSError):
        return MailFailed()
    return None
