"""When a meeting takes place: a small part of RFC 5545's RRULE, counted on the wall clock of its time zone.

A weekly meeting at nine stays at nine when summer time begins: occurrences are counted in local time and
turned into instants one by one. A local time that a change of clocks skips is read with the offset before
it, one that it repeats is the first of the two, as RFC 5545 section 3.3.5 says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dateutil import rrule

from bailiwick.accounts.time_zones import zones

from .errors import InvalidRecurrence, InvalidTime

MAXIMUM_COUNT: Final = 730
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""Far from where arithmetic with dates and zones ends."""
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UTC_FORM: Final = "%Y%m%dT%H%M%SZ"


class Frequency(StrEnum):
    """How often; a monthly meeting keeps the day of the month, and skips months that lack it."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


_RRULE_FREQUENCY: Final[dict[Frequency, Literal[1, 2, 3]]] = {
    Frequency.DAILY: rrule.DAILY,
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
}


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`weekdays` (0 is Monday) only with WEEKLY; at most one of `until` (a last day) and `count`."""

    frequency: Frequency
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        if bool(self.weekdays) != (self.frequency is Frequency.WEEKLY):
            raise InvalidRecurrence("a weekly meeting, and no other, names its days", field="weekdays")
        if self.weekdays != tuple(sorted(set(self.weekdays) & set(range(7)))):
            raise InvalidRecurrence("days are 0 (Monday) to 6, sorted", field="weekdays")
        if self.until is not None and not EARLIEST.date() <= self.until <= LATEST.date():
            raise InvalidRecurrence("the last day is between 2000 and 2100", field="until")
        if self.until is not None and self.count is not None:
            raise InvalidRecurrence("give a last day or a number of times, not both", field="count")
        if self.count is not None and not 1 <= self.count <= MAXIMUM_COUNT:
            raise InvalidRecurrence(f"give 1 to {MAXIMUM_COUNT} times", field="count")


def zone(name: str) -> ZoneInfo:
    """The time zone of that name. Raises InvalidTime."""
    if name not in zones():
        raise InvalidTime("not a time zone we know", field="time_zone")
    return ZoneInfo(name)


def to_text(recurrence: Recurrence, tz: ZoneInfo) -> str:
    """The RRULE. UNTIL is in UTC, as RFC 5545 asks for where DTSTART has a time zone."""
    parts = [f"FREQ={recurrence.frequency.value.upper()}"]
    if recurrence.weekdays:
        parts.append("BYDAY=" + ",".join(_DAYS[day] for day in recurrence.weekdays))
    if recurrence.until is not None:
        end = datetime.combine(recurrence.until, time(23, 59, 59), tz).astimezone(UTC)
        parts.append(f"UNTIL={end.strftime(_UTC_FORM)}")
    if recurrence.count is not None:
        parts.append(f"COUNT={recurrence.count}")
    return ";".join(parts)


def from_text(text: str, tz: ZoneInfo) -> Recurrence:
    """What `to_text` wrote; InvalidRecurrence for anything else."""
    if not re.fullmatch(r"[A-Z]+=[A-Z0-9,]+(;[A-Z]+=[A-Z0-9,]+)*", text):
        raise InvalidRecurrence("not a recurrence of ours")
    parts = dict(part.split("=", 1) for part in text.split(";"))
    try:
        frequency = Frequency(parts.pop("FREQ", "").lower())
        weekdays = tuple(_DAYS.index(day) for day in parts.pop("BYDAY", "").split(",") if day)
        until = parts.pop("UNTIL", None)
        count = parts.pop("COUNT", None)
        last = until and datetime.strptime(until, _UTC_FORM).replace(tzinfo=UTC).astimezone(tz).date()
        found = Recurrence(frequency, weekdays, last or None, int(count) if count else None)
    except ValueError as error:
        raise InvalidRecurrence("not a recurrence of ours") from error
    if parts:
        raise InvalidRecurrence("not a recurrence of ours")
    return found


def fit(recurrence: Recurrence, starts_at: datetime, tz: ZoneInfo) -> Recurrence:
    """The recurrence with the first day's weekday in it, so that the start is always an occurrence.

    Raises:
        InvalidRecurrence: it ends before it starts.
    """
    first = starts_at.astimezone(tz).date()
    if recurrence.until is not None and recurrence.until < first:
        raise InvalidRecurrence("the last day is before the first", field="until")
    if recurrence.frequency is not Frequency.WEEKLY:
        return recurrence
    weekdays = tuple(sorted({*recurrence.weekdays, first.weekday()}))
    return Recurrence(Frequency.WEEKLY, weekdays, recurrence.until, recurrence.count)


def move(recurrence: Recurrence, before: date, after: date) -> Recurrence:
    """The recurrence once its first day is another one: a weekly meeting on Mondays, moved to a Tuesday, is
    one on Tuesdays."""
    if recurrence.frequency is not Frequency.WEEKLY or after.weekday() in recurrence.weekdays:
        return recurrence
    weekdays = tuple(sorted({*recurrence.weekdays, after.weekday()} - {before.weekday()}))
    return Recurrence(Frequency.WEEKLY, weekdays, recurrence.until, recurrence.count)


def _from(starts_at: datetime, recurrence: Recurrence, tz: ZoneInfo, after: datetime) -> Iterator[datetime]:
    first = starts_at.astimezone(tz).replace(tzinfo=None)
    # a day before: an occurrence that a change of clocks moves is looked at, too
    least = after.astimezone(tz).replace(tzinfo=None) - timedelta(days=1)
    monthly = recurrence.frequency is Frequency.MONTHLY
    last = recurrence.until and datetime.combine(recurrence.until, time(23, 59, 59))
    rule = rrule.rrule(
        _RRULE_FREQUENCY[recurrence.frequency],
        dtstart=_near(first, recurrence, least),
        bymonthday=first.day if monthly else None,
        byweekday=recurrence.weekdays or None,
        until=last or None,
        count=recurrence.count,
    )
    for local in rule.xafter(least):
        yield local.replace(tzinfo=tz)


def _near(first: datetime, recurrence: Recurrence, least: datetime) -> datetime:
    """Where to count from so that nobody walks through years of days gone by: whoever opens a meeting's page
    has this computed. A series of so many times is counted from its first."""
    if least <= first or recurrence.count is not None:
        return first
    gone = least - first
    match recurrence.frequency:
        case Frequency.DAILY:
            return first + timedelta(days=gone.days)
        case Frequency.WEEKLY:
            return first + timedelta(weeks=gone.days // 7)
        case Frequency.MONTHLY:
            # on the first, which every month has; the day is said by `bymonthday`
            return least.replace(day=1, hour=first.hour, minute=first.minute, second=first.second)


def occurrences(
    starts_at: datetime, text: str, time_zone: str, *, after: datetime, limit: int
) -> list[datetime]:
    """Up to `limit` starts later than `after`, in the meeting's time zone; `text` may be empty (once)."""
    tz = zone(time_zone)
    if not text:
        return [starts_at.astimezone(tz)][:limit] if starts_at > after else []
    starts = _from(starts_at, from_text(text, tz), tz, after)
    return list(islice((start for start in starts if start.astimezone(UTC) > after), limit))
