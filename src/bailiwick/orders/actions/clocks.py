"""When a demand has to be answered: counted from the day it arrived, standing still while it is back at the
authority. What becomes overdue, demand or objection, is an alarm, once."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from bailiwick.notices.actions import raise_alarm
from bailiwick.orders.errors import InvalidOrder
from bailiwick.orders.models import Appeal, Demand, DemandState

DUE: Final = timedelta(days=10)
DUE_IN_EMERGENCY: Final = timedelta(hours=24)
OPEN: Final = (DemandState.RECEIVED, DemandState.INCOMPLETE, DemandState.UNDER_REVIEW)
_LONGEST_UNRECORDED: Final = timedelta(days=366)
_AT_A_TIME: Final = 50


def arrived(day: date | None, now: datetime) -> date:
    """The day that a demand recorded now arrived: today, or the day before that somebody says. What the log
    says of it, it says for ever. InvalidOrder: still to come, or more than a year ago."""
    today = now.astimezone(UTC).date()
    if day is not None and not today - _LONGEST_UNRECORDED <= day <= today:
        raise InvalidOrder("received_on")
    return day or today


def due(row: Demand) -> datetime:
    """From when it arrived, or the end of that day if it was recorded later."""
    begins = row.received_at
    if row.received_on < row.received_at.astimezone(UTC).date():
        begins = datetime.combine(row.received_on + timedelta(days=1), time(), UTC)
    return begins + (DUE_IN_EMERGENCY if row.emergency else DUE) + row.paused_for


def pause(row: Demand, now: datetime) -> None:
    """It goes back to the authority: the time it takes there is not ours. The caller saves the row."""
    row.paused_at = row.paused_at or now


def go_on(row: Demand, now: datetime) -> None:
    """The authority answered: the clock runs on from where it stood. The caller saves the row."""
    if row.paused_at is not None and row.due_at is not None:
        row.paused_for += now - row.paused_at
        _due_at(row, row.due_at + (now - row.paused_at), now)
    row.paused_at = None


def emergency(row: Demand, now: datetime, *, is_one: bool) -> None:
    """It turned out to be one: a day from now, unless it was due before; or to be none. The caller saves."""
    if row.emergency is is_one:
        return
    row.emergency = is_one
    before = row.due_at or due(row)
    _due_at(row, min(before, now + DUE_IN_EMERGENCY) if is_one else due(row), now)


def _due_at(row: Demand, moment: datetime, now: datetime) -> None:
    row.due_at = moment
    if moment > now:
        row.late_alarm_at = None  # what becomes overdue again is an alarm again


# ---------------------------------------------------------------- overdue


def alarm_late(now: datetime) -> int:
    """An alarm for each demand and each objection that has become overdue; how many. It names a number and
    nobody. Any process may run it: of several, one claims each row."""
    demands = Demand.objects.filter(status__in=OPEN, due_at__lte=now, paused_at__isnull=True)
    objections = Appeal.objects.filter(decided_at__isnull=True, due_at__lte=now)
    return _alarm("demand", demands, now) + _alarm("appeal", objections, now)


def _alarm(what: str, late: QuerySet[Demand] | QuerySet[Appeal], now: datetime) -> int:
    waiting = late.filter(late_alarm_at__isnull=True).order_by("due_at").values_list("pk", flat=True)
    claimed = 0
    for pk in waiting[:_AT_A_TIME]:
        with transaction.atomic():
            if late.filter(pk=pk, late_alarm_at__isnull=True).update(late_alarm_at=now) == 1:
                raise_alarm(f"{what}_late", f"{what}:{pk}", now)
                claimed += 1
    return claimed
