"""When an authority was told that its demand arrived: written down once, and in the report."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from bailiwick.accounts.models import Audit
from bailiwick.orders.actions.informing import inform
from bailiwick.orders.errors import InvalidOrder, NoSuchDemand, NotPossibleNow
from bailiwick.orders.models import Demand
from bailiwick.orders.register_queries import informed_on
from bailiwick.register.book import open_book
from bailiwick.register.report import Period, compute
from bailiwick.register.report_files import DSA_COLUMNS, as_dsa_csv
from tests.orders.desk import NOW, Desk, withhold
from tests.orders.kit import Registry, new_meeting

DAY = timedelta(days=1)


@pytest.fixture
def desk(registry: Registry) -> Desk:
    return Desk()


def received(desk: Desk, state: str = "FR") -> Demand:
    return desk.receive(desk.authority(state), withhold(new_meeting()))


def test_the_day_is_written_down_once_with_who_did_it_in_the_trail(desk: Desk) -> None:
    made = received(desk)
    inform(desk.intake.id, made.pk, (NOW + DAY).date(), NOW + 2 * DAY)
    with pytest.raises(NotPossibleNow):
        inform(desk.reviewer.id, made.pk, NOW.date(), NOW + 2 * DAY)
    made.refresh_from_db()
    assert made.informed_on == (NOW + DAY).date()
    assert Audit.objects.get(code="authority.informed").actor == desk.intake.id


@pytest.mark.parametrize("day", [NOW - DAY, NOW + 3 * DAY])
def test_not_before_it_arrived_and_not_ahead_of_time(desk: Desk, day: Any) -> None:
    made = received(desk)
    with pytest.raises(InvalidOrder):
        inform(desk.intake.id, made.pk, day.date(), NOW + 2 * DAY)
    made.refresh_from_db()
    assert made.informed_on is None


def test_of_no_demand_nothing_is_written_down(desk: Desk) -> None:
    with pytest.raises(NoSuchDemand):
        inform(desk.intake.id, desk.intake.id, NOW.date(), NOW)


def test_the_report_has_the_median_of_those_that_are_known(desk: Desk, registry: Registry) -> None:
    first, second, _unknown = (received(desk) for _ in range(3))
    inform(desk.intake.id, first.pk, (NOW + DAY).date(), NOW + 5 * DAY)
    inform(desk.intake.id, second.pk, (NOW + 4 * DAY).date(), NOW + 5 * DAY)
    registry.publish()
    half = Period(2026, 2)
    found = compute(open_book(), half, {}, informed_on(half.since, half.before))
    (order,) = found.orders
    assert (order.received, order.median_days_to_inform) == (3, 2.5)
    line = [*csv.reader(StringIO(as_dsa_csv(found, "Bailiwick").decode()))][1]
    column = next(place for place, name in enumerate(DSA_COLUMNS) if name.startswith("Median time to inform"))
    assert line[column] == "2.5"
