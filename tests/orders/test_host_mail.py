"""The host is mailed that a restriction took effect, once, and neither whom nor where, whatever dies."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from bailiwick.meetings.models import Meeting
from bailiwick.notices.models import Alarm
from bailiwick.orders.actions.enforcement import count_effects
from bailiwick.orders.host_mail import TRIES, claim, mail_hosts
from bailiwick.orders.models import Restriction
from tests.orders import kit

MINUTE = timedelta(minutes=1)


def restricted(*, confirmed: bool = True) -> tuple[Meeting, Restriction]:
    row = kit.new_meeting()
    EmailAddress.objects.create(user=row.host, email=row.host.email, verified=confirmed, primary=True)
    return row, kit.propose(row)


def later(minutes: float = 1) -> datetime:
    return datetime.now(UTC) + minutes * MINUTE


def send(minutes: float = 1) -> None:
    """A turn of some process's loop, without its thread."""
    mail_hosts(claim(later(minutes)))


class NoServer(BaseEmailBackend):
    """As where nothing listens."""

    def open(self) -> bool:
        raise ConnectionRefusedError


@pytest.fixture
def no_mail_server(settings: Any) -> Any:
    """Returns what brings it back."""
    works = settings.EMAIL_BACKEND

    def back() -> None:
        settings.EMAIL_BACKEND = works

    settings.EMAIL_BACKEND = f"{__name__}.NoServer"
    return back


def test_p4_the_host_is_mailed_that_it_happened_and_neither_whom_nor_where(db: None) -> None:
    row, made = restricted()
    count_effects([made.pk.hex], 1)
    send()
    (sent,) = mail.outbox
    assert sent.to == [row.host.email]
    assert "has kept somebody out" in sent.body
    assert "/appeal" in sent.body
    text = f"{sent.body}{sent.subject}{sent.message().as_string()}"
    for secret in ("CN", "China", made.authority.name, made.pk.hex, str(made.pk), row.slug):
        assert secret not in text, secret


def test_an_address_that_nobody_confirmed_gets_nothing(db: None) -> None:
    _row, made = restricted(confirmed=False)
    count_effects([made.pk.hex], 1)
    send()
    assert mail.outbox == []
    assert claim(later(60)) == []


def test_only_the_first_effect_of_a_restriction_is_mailed(db: None) -> None:
    _row, made = restricted()
    count_effects([made.pk.hex], 2)
    send()
    count_effects([made.pk.hex], 1)
    send(60)
    assert len(mail.outbox) == 1
    made.refresh_from_db()
    assert (made.effects, made.host_mail_due) == (3, None)


def test_that_it_is_due_is_committed_with_the_effect_or_not_at_all(db: None) -> None:
    _row, made = restricted()

    def effect_undone() -> None:
        with transaction.atomic():
            count_effects([made.pk.hex], 1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        effect_undone()
    assert claim(later()) == []
    made.refresh_from_db()
    assert (made.effects, made.host_mail_due) == (0, None)


def test_p4_a_process_that_dies_before_it_sends_leaves_it_to_another(db: None) -> None:
    _row, made = restricted()
    count_effects([made.pk.hex], 1)
    assert claim(later(1)) == [made.pk]  # and is killed here
    assert claim(later(1.5)) == []  # it may be at it still
    send(3)
    assert len(mail.outbox) == 1
    send(60)
    assert len(mail.outbox) == 1


def test_one_that_dies_after_sending_costs_a_second_copy_with_the_same_message_id(db: None) -> None:
    _row, made = restricted()
    count_effects([made.pk.hex], 1)
    send()
    Restriction.objects.filter(pk=made.pk).update(host_mail_due=later(0))  # as if it were not recorded
    send()
    first, second = (each.extra_headers["Message-ID"] for each in mail.outbox)
    assert first == second
    assert first.endswith("@localhost>")


def test_of_two_processes_one_sends(db: None) -> None:
    _row, made = restricted()
    count_effects([made.pk.hex], 1)
    rows = list(Restriction.objects.filter(pk=made.pk))
    from bailiwick.orders.host_mail import _claim

    assert [_claim(rows[0], later()), _claim(rows[0], later())] == [True, False]


def test_a_mail_server_that_is_away_is_an_alarm_and_asked_again(db: None, no_mail_server: Any) -> None:
    _row, made = restricted()
    count_effects([made.pk.hex], 1)
    send()
    assert Alarm.objects.get().code == "mail_failed"
    no_mail_server()
    send(3)
    assert len(mail.outbox) == 1
    made.refresh_from_db()
    assert made.host_mail_due is None


def test_it_is_given_up_in_the_end(db: None, no_mail_server: Any) -> None:
    _row, made = restricted()
    count_effects([made.pk.hex], 1)
    times = [minutes for minutes in range(1, 60 * 24 * 3, 2) if claim(later(minutes))]
    assert len(times) == TRIES
    assert times[-1] > 60 * 8
    made.refresh_from_db()
    assert made.host_mail_due is None
