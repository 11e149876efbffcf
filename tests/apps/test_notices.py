"""Alarms: one a fault, mailed once, acknowledged by somebody. Mail: sent one by one, failures counted."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction

from bailiwick.accounts.models import Account
from bailiwick.notices.actions import (
    Mail,
    MailFailed,
    acknowledge,
    mail_alarms,
    raise_alarm,
    send_all,
    send_mail,
)
from bailiwick.notices.models import Alarm
from bailiwick.notices.queries import open_alarms, open_count, past_alarms
from tests.apps.conftest import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


class Refusing(EmailBackend):
    """A mail server that refuses bad@example.com, and does not answer at all when `down`."""

    down = False

    def open(self) -> bool:
        if self.down:
            raise ConnectionRefusedError
        return True

    def send_messages(self, messages: Any) -> int:
        if any("bad@example.com" in message.to for message in messages):
            raise smtplib.SMTPRecipientsRefused({})
        return int(super().send_messages(messages))


@pytest.fixture
def refusing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Refusing]:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    monkeypatch.setattr(Refusing, "down", False)
    return Refusing


def test_an_alarm_raised_again_counts_up() -> None:
    raise_alarm("media_down", now=NOW)
    raise_alarm("media_down", now=LATER)
    raise_alarm("media_down", "node 7", now=LATER)
    assert [(a.subject, a.count, a.first_at) for a in Alarm.objects.order_by("subject")] == [
        ("", 2, NOW),
        ("node 7", 1, LATER),
    ]


def test_the_database_keeps_one_open_alarm_of_a_kind() -> None:
    raise_alarm("media_down", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.create(code="media_down", first_at=NOW, last_at=NOW)


def test_after_it_was_acknowledged_it_is_a_new_alarm(staff: Account) -> None:
    raise_alarm("media_down", now=NOW)
    assert acknowledge(Alarm.objects.get().pk, staff.pk, NOW)
    assert not acknowledge(Alarm.objects.get().pk, staff.pk, NOW)
    raise_alarm("media_down", now=LATER)
    assert open_count() == 1
    assert [shown.alarm.acknowledged_by for shown in past_alarms()] == [staff]


def test_every_member_of_staff_is_mailed_once(staff: Account, superuser: Account, host: Account) -> None:
    raise_alarm("location_stale", now=NOW)
    assert mail_alarms(NOW) == 1
    assert mail_alarms(LATER) == 0
    assert sorted(message.to for message in mail.outbox) == [[superuser.email], [staff.email]]
    assert "geo build" in mail.outbox[0].body


def test_mail_that_fails_is_an_alarm_and_tried_again_with_the_next(
    staff: Account, refusing: type[Refusing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusing, "down", True)
    raise_alarm("location_stale", now=NOW)
    assert mail_alarms(NOW) == 0
    assert mail_alarms(NOW) == 0
    assert {(s.alarm.code, s.alarm.count) for s in open_alarms()} == {
        ("location_stale", 1),
        ("mail_failed", 2),
    }
    monkeypatch.setattr(refusing, "down", False)
    assert mail_alarms(LATER) == 1


def test_one_refused_mail_does_not_keep_the_others_back(refusing: type[Refusing]) -> None:
    sent = send_all([Mail(f"{name}@example.com", "Hello", "…") for name in ("a", "bad", "c")])
    assert [error is None for _, error in sent] == [True, False, True]
    assert len(mail.outbox) == 2
    with pytest.raises(MailFailed):
        send_mail(Mail("bad@example.com", "Hello", "…"))


def test_a_subject_cannot_carry_another_header() -> None:
    send_mail(Mail("a@example.com", "Hello\nBcc: b@example.com", "…"))
    assert mail.outbox[0].subject == "Hello Bcc: b@example.com"
