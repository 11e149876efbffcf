"""Somebody is reminded of the half-yearly report: nothing publishes it by itself."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from bailiwick.ledger import actions as ledger
from bailiwick.ledger.entries import DemandsSwitched, ReportPublished
from bailiwick.notices.models import Alarm
from bailiwick.orders.actions.reports_due import alarm_report_due
from tests.orders.kit import Registry

pytestmark = pytest.mark.django_db
OVER = datetime(2027, 1, 1, tzinfo=UTC)
DUE = OVER + timedelta(days=31)


@pytest.fixture(autouse=True)
def begun(registry: Registry) -> None:
    with transaction.atomic():
        ledger.append(DemandsSwitched(at=datetime(2026, 11, 22, tzinfo=UTC), on=True))
    registry.publish()


def test_a_month_after_the_half_year_it_is_an_alarm_and_only_once() -> None:
    assert not alarm_report_due(DUE - timedelta(seconds=1))
    assert alarm_report_due(DUE)
    alarm = Alarm.objects.get()
    assert (alarm.code, alarm.subject) == ("report_due", "period:2026-H2")
    Alarm.objects.update(acknowledged_at=DUE)
    assert not alarm_report_due(DUE + timedelta(days=1))
    assert alarm_report_due(datetime(2027, 8, 1, tzinfo=UTC))


def test_whoever_published_it_is_not_reminded(registry: Registry) -> None:
    half = {"first": date(2026, 7, 1), "last": date(2026, 12, 31)}
    with transaction.atomic():
        ledger.append(ReportPublished(at=OVER, document="0" * 64, **half))
    assert not alarm_report_due(DUE)
    registry.publish()
    assert not alarm_report_due(DUE)


def test_a_server_that_takes_no_demands_and_received_none_is_not_reminded(settings: Any) -> None:
    settings.ENV = settings.ENV | {"DEMANDS": "off"}
    assert not alarm_report_due(DUE)


def test_nothing_is_due_of_a_half_year_before_there_was_a_log() -> None:
    assert not alarm_report_due(datetime(2026, 11, 30, tzinfo=UTC))
