"""When a demand has to be answered, and what is said when it was not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bailiwick.gate.chores import chores
from bailiwick.ledger.entries import parse
from bailiwick.ledger.models import Outbox
from bailiwick.meetings.presences import Person
from bailiwick.notices.actions import acknowledge
from bailiwick.notices.models import Alarm
from bailiwick.orders.actions import appeals, intake
from bailiwick.orders.actions.clocks import alarm_late
from bailiwick.orders.actions.informing import inform
from bailiwick.orders.actions.intake import Added
from bailiwick.orders.errors import InvalidOrder, NotPossibleNow
from bailiwick.orders.models import Demand
from bailiwick.orders.register_queries import informed_on
from tests.orders.desk import NOW, Desk, withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TODAY = NOW.date()


@pytest.fixture
def desk(registry: Registry) -> Desk:
    return Desk()


def received(desk: Desk, **fields: Any) -> Demand:
    return desk.receive(desk.authority(), withhold(new_meeting()), **fields)


def due(row: Demand) -> timedelta:
    """From when it was recorded."""
    row.refresh_from_db()
    assert row.due_at is not None
    return row.due_at - NOW


def say(desk: Desk, row: Demand, after: timedelta, **fields: Any) -> None:
    intake.supplement(desk.intake.id, row.pk, NOW + after, Added(fields))


def alarms() -> list[tuple[str, str]]:
    return list(Alarm.objects.order_by("pk").values_list("code", "subject"))


# ---------------------------------------------------------------- when it arrived


def test_a_letter_of_friday_that_is_recorded_on_monday_arrived_on_friday(desk: Desk) -> None:
    made = received(desk, received_on=TODAY - 3 * DAY)
    (row,) = Outbox.objects.filter(type="demand.received")
    assert parse(bytes(row.entry)).day == TODAY - 3 * DAY  # type: ignore[union-attr]
    assert made.due_at == datetime(2026, 11, 20, tzinfo=UTC) + 10 * DAY


def test_the_authority_may_have_been_told_before_the_letter_was_recorded(desk: Desk) -> None:
    made = received(desk, received_on=TODAY - 3 * DAY)
    with pytest.raises(InvalidOrder):
        inform(desk.intake.id, made.pk, TODAY - 4 * DAY, NOW)
    inform(desk.intake.id, made.pk, TODAY - 3 * DAY, NOW)
    since = datetime(2026, 11, 19, tzinfo=UTC)
    assert informed_on(since, since + DAY) == {made.pk.hex: TODAY - 3 * DAY}
    assert informed_on(since + DAY, since + 9 * DAY) == {}


@pytest.mark.parametrize("day", [TODAY + DAY, TODAY - 367 * DAY])
def test_a_day_to_come_or_long_past_is_a_slip_of_the_pen(desk: Desk, day: Any) -> None:
    with pytest.raises(InvalidOrder) as refused:
        received(desk, received_on=day)
    assert refused.value.field == "received_on"
    assert not Outbox.objects.filter(type="demand.received").exists()


def test_what_is_recorded_on_its_day_is_due_ten_days_later_to_the_minute(desk: Desk) -> None:
    assert due(received(desk)) == 10 * DAY
    assert due(received(desk, received_on=TODAY, emergency=True)) == DAY


# ---------------------------------------------------------------- emergencies


def test_an_emergency_that_is_said_later_is_due_within_a_day(desk: Desk) -> None:
    made = received(desk)
    say(desk, made, 5 * HOUR, emergency=True)
    assert due(made) == 5 * HOUR + DAY
    say(desk, made, 6 * HOUR, emergency=True)
    assert due(made) == 5 * HOUR + DAY


def test_an_emergency_never_gives_more_time(desk: Desk) -> None:
    made = received(desk)
    say(desk, made, 9 * DAY + 20 * HOUR, emergency=True)
    assert due(made) == 10 * DAY


def test_what_is_no_emergency_after_all_has_its_ten_days(desk: Desk) -> None:
    made = received(desk, emergency=True)
    alarm_late(NOW + 2 * DAY)
    say(desk, made, 2 * DAY, emergency=False)
    assert due(made) == 10 * DAY
    assert alarm_late(NOW + 11 * DAY) == 1


# ---------------------------------------------------------------- back at the authority


def test_the_clock_stands_still_while_it_is_back_at_the_authority(desk: Desk) -> None:
    made = received(desk, contact="")
    intake.examine(desk.intake.id, made.pk, NOW + 2 * DAY)
    assert alarm_late(NOW + 40 * DAY) == 0
    say(desk, made, 42 * DAY, contact="Office 3")
    assert due(made) == 50 * DAY
    made = intake.examine(desk.intake.id, made.pk, NOW + 43 * DAY)
    assert (made.status, made.paused_at, due(made)) == ("under_review", None, 50 * DAY)


def test_it_goes_back_as_often_as_it_lacks_something(desk: Desk) -> None:
    made = received(desk, contact="", law="")
    for day in (1, 11, 21):
        intake.examine(desk.intake.id, made.pk, NOW + day * DAY)
        with pytest.raises(NotPossibleNow):  # the log has it once
            intake.examine(desk.intake.id, made.pk, NOW + (day + 1) * DAY)
        say(desk, made, (day + 9) * DAY, contact="Office 3")
    assert due(made) == 37 * DAY
    say(desk, made, 31 * DAY, emergency=True)
    assert due(made) == 32 * DAY
    say(desk, made, 31 * DAY, emergency=False)
    assert due(made) == 37 * DAY


def test_what_was_overdue_before_it_went_back_stays_overdue_and_is_told_once(desk: Desk) -> None:
    made = received(desk, contact="")
    assert alarm_late(NOW + 11 * DAY) == 1
    intake.examine(desk.intake.id, made.pk, NOW + 12 * DAY)
    say(desk, made, 20 * DAY, contact="Office 3")
    assert due(made) == 18 * DAY
    assert alarm_late(NOW + 21 * DAY) == 0


def test_what_is_back_at_the_authority_can_be_refused(desk: Desk) -> None:
    made = received(desk, contact="")
    intake.examine(desk.intake.id, made.pk, NOW)
    assert intake.refuse(desk.reviewer.id, made.pk, ["incomplete"], NOW + 60 * DAY).paused_at is None


# ---------------------------------------------------------------- overdue


def test_a_demand_that_becomes_overdue_is_an_alarm_once_and_says_no_name(desk: Desk) -> None:
    first, second = received(desk), received(desk, emergency=True)
    chores(NOW + DAY - HOUR)
    assert alarms() == []
    for _ in range(2):
        chores(NOW + DAY)
    assert alarms() == [("demand_late", f"demand:{second.pk}")]
    alarm = Alarm.objects.get()
    assert (alarm.count, acknowledge(alarm.pk, desk.intake.id, NOW + DAY)) == (1, True)
    chores(NOW + 10 * DAY)
    chores(NOW + 11 * DAY)
    assert alarms() == [("demand_late", f"demand:{second.pk}"), ("demand_late", f"demand:{first.pk}")]


def test_what_is_answered_is_never_late(desk: Desk) -> None:
    made = received(desk)
    intake.refuse(desk.reviewer.id, made.pk, ["not_necessary"], NOW)
    assert alarm_late(NOW + 90 * DAY) == 0


def test_an_objection_that_nobody_decides_in_seven_days_is_an_alarm_once(desk: Desk) -> None:
    granted = desk.granted(desk.under_review(desk.authority(), withhold(new_meeting())))
    filed, _ = appeals.file(granted.pk, "I am not there.", Person(), NOW)
    chores(NOW + 7 * DAY - HOUR)
    assert alarms() == []
    chores(NOW + 7 * DAY)
    chores(NOW + 8 * DAY)
    assert alarms() == [("appeal_late", f"appeal:{filed.pk}")]


def test_on_a_server_that_takes_none_an_open_demand_becomes_overdue_too(desk: Desk, settings: Any) -> None:
    received(desk)
    settings.ENV = {**settings.ENV, "DEMANDS": "off"}
    assert alarm_late(NOW + 10 * DAY) == 1
