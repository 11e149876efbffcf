"""The host is mailed that a restriction took effect, once, and neither whom nor where."""

from typing import Any

from allauth.account.models import EmailAddress
from django.core import mail

from bailiwick.meetings.models import Meeting
from bailiwick.orders.actions.enforcement import count_effects
from bailiwick.orders.host_mail import mail_hosts
from bailiwick.orders.models import Restriction
from tests.orders import kit


def restricted(*, confirmed: bool = True) -> tuple[Meeting, Restriction]:
    row = kit.new_meeting()
    EmailAddress.objects.create(user=row.host, email=row.host.email, verified=confirmed, primary=True)
    return row, kit.propose(row)


def test_p4_the_host_is_mailed_that_it_happened_and_neither_whom_nor_where(db: None) -> None:
    row, made = restricted()
    mail_hosts([row.pk])
    (sent,) = mail.outbox
    assert sent.to == [row.host.email]
    assert "has kept somebody out" in sent.body
    for secret in ("CN", "China", made.authority.name, made.pk.hex, row.slug):
        assert secret not in sent.body + sent.subject, secret


def test_an_address_that_nobody_confirmed_gets_nothing(db: None) -> None:
    row, _made = restricted(confirmed=False)
    mail_hosts([row.pk])
    assert mail.outbox == []


def test_only_the_first_effect_of_a_restriction_is_mailed(
    db: None, django_capture_on_commit_callbacks: Any
) -> None:
    _row, made = restricted()
    with django_capture_on_commit_callbacks() as first:
        count_effects([made.pk.hex], 2)
    with django_capture_on_commit_callbacks() as second:
        count_effects([made.pk.hex], 1)
    assert (len(first), len(second)) == (1, 0)
    made.refresh_from_db()
    assert made.effects == 3
