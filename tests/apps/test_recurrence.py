"""Recurrence: a small part of RRULE, on the wall clock of the meeting's time zone."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.meetings.errors import InvalidRecurrence, InvalidTime
from bailiwick.meetings.recurrence import (
    Frequency,
    Recurrence,
    fit,
    from_text,
    move,
    occurrences,
    to_text,
    zone,
)

BERLIN = ZoneInfo("Europe/Berlin")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def starts(first: datetime, recurrence: Recurrence, name: str, limit: int) -> list[datetime]:
    return occurrences(first, to_text(recurrence, ZoneInfo(name)), name, after=LONG_AGO, limit=limit)


def test_a_weekly_meeting_keeps_its_time_when_the_clocks_change() -> None:
    first = datetime(2026, 10, 19, 9, tzinfo=BERLIN)  # summer time ends on 25 October
    found = starts(first, Recurrence(Frequency.WEEKLY, (0,)), "Europe/Berlin", 2)
    assert [start.strftime("%d %H:%M %z") for start in found] == ["19 09:00 +0200", "26 09:00 +0100"]
    assert found[1].astimezone(UTC) - found[0].astimezone(UTC) == timedelta(days=7, hours=1)


def test_a_time_that_a_change_of_clocks_skips_is_read_with_the_offset_before_it() -> None:
    first = datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN)  # 02:00 to 03:00 does not exist on the 29th
    found = starts(first, Recurrence(Frequency.DAILY), "Europe/Berlin", 3)
    assert [start.astimezone(UTC).strftime("%d %H:%M") for start in found] == [
        "28 01:30",
        "29 01:30",
        "30 00:30",
    ]


def test_a_time_that_comes_twice_is_the_first_of_the_two() -> None:
    first = datetime(2026, 10, 24, 2, 30, tzinfo=BERLIN)
    found = starts(first, Recurrence(Frequency.DAILY), "Europe/Berlin", 2)
    assert found[1].astimezone(UTC).strftime("%d %H:%M") == "25 00:30"


def test_a_monthly_meeting_on_the_31st_skips_shorter_months() -> None:
    first = datetime(2026, 8, 31, 9, tzinfo=UTC)
    found = starts(first, Recurrence(Frequency.MONTHLY), "UTC", 3)
    assert [start.month for start in found] == [8, 10, 12]


def test_the_last_day_is_a_day_of_the_meetings_own_zone() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    first = datetime(2026, 11, 20, 8, tzinfo=tokyo)
    recurrence = Recurrence(Frequency.DAILY, until=date(2026, 11, 22))
    assert to_text(recurrence, tokyo) == "FREQ=DAILY;UNTIL=20261122T145959Z"
    assert [start.day for start in starts(first, recurrence, "Asia/Tokyo", 9)] == [20, 21, 22]


def test_a_number_of_times_counts_from_the_first() -> None:
    first = datetime(2026, 11, 20, 8, tzinfo=UTC)
    text = to_text(Recurrence(Frequency.DAILY, count=3), ZoneInfo("UTC"))
    after = first + timedelta(days=1, hours=1)
    assert [start.day for start in occurrences(first, text, "UTC", after=after, limit=9)] == [22]


def test_a_single_meeting_has_one_time() -> None:
    first = datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert occurrences(first, "", "Europe/Berlin", after=LONG_AGO, limit=5) == [first]
    assert occurrences(first, "", "Europe/Berlin", after=first, limit=5) == []


def test_the_day_of_the_first_meeting_is_always_one_of_the_days() -> None:
    thursday = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)  # Friday already in Berlin
    assert fit(Recurrence(Frequency.WEEKLY, (0,)), thursday, BERLIN).weekdays == (0, 4)


@pytest.mark.parametrize(
    ("days", "to", "expected"),
    [((0,), 1, (1,)), ((0, 3), 1, (1, 3)), ((0, 3), 3, (0, 3)), ((0, 3), 0, (0, 3))],
)
def test_the_days_follow_the_day_of_the_first_meeting(
    days: tuple[int, ...], to: int, expected: tuple[int, ...]
) -> None:
    monday = date(2026, 11, 23)
    moved = move(Recurrence(Frequency.WEEKLY, days), monday, monday + timedelta(days=to))
    assert moved == Recurrence(Frequency.WEEKLY, expected)
    daily = Recurrence(Frequency.DAILY)
    assert move(daily, monday, monday + timedelta(days=to)) == daily


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(InvalidRecurrence) as caught:
        fit(Recurrence(Frequency.DAILY, until=date(2026, 1, 1)), datetime(2026, 2, 1, tzinfo=UTC), BERLIN)
    assert caught.value.field == "until"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Recurrence(Frequency.WEEKLY),
        lambda: Recurrence(Frequency.DAILY, (1,)),
        lambda: Recurrence(Frequency.WEEKLY, (1, 0)),
        lambda: Recurrence(Frequency.WEEKLY, (7,)),
        lambda: Recurrence(Frequency.DAILY, count=0),
        lambda: Recurrence(Frequency.DAILY, until=date(2027, 1, 1), count=2),
    ],
)
def test_a_recurrence_that_means_nothing_cannot_be_made(make: object) -> None:
    with pytest.raises(InvalidRecurrence):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    "text", ["", "FREQ=YEARLY", "FREQ=DAILY;BYHOUR=3", "FREQ=DAILY\nX:Y", "COUNT=1;COUNT=2", "x"]
)
def test_text_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecurrence):
        from_text(text, BERLIN)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "", "Etc/GMT+1", "localtime"])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidTime):
        zone(name)


recurrences = st.one_of(
    st.builds(Recurrence, st.sampled_from([Frequency.DAILY, Frequency.MONTHLY])),
    st.builds(
        lambda days, until: Recurrence(Frequency.WEEKLY, tuple(sorted(days)), until),
        st.sets(st.integers(0, 6), min_size=1),
        st.none() | st.dates(date(2026, 1, 1), date(2040, 1, 1)),
    ),
    st.builds(lambda n: Recurrence(Frequency.DAILY, count=n), st.integers(1, 730)),
)


@given(recurrences, st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"]))
def test_what_is_written_is_read_back_the_same(recurrence: Recurrence, name: str) -> None:
    tz = ZoneInfo(name)
    assert from_text(to_text(recurrence, tz), tz) == recurrence


@given(
    minutes=st.integers(0, 30 * 365 * 24 * 60),
    frequency=st.sampled_from(Frequency),
    days=st.integers(-40, 5000),
    name=st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "America/New_York"]),
)
def test_counting_from_near_finds_what_counting_from_the_first_finds(
    minutes: int, frequency: Frequency, days: int, name: str
) -> None:
    first = (LONG_AGO + timedelta(minutes=minutes)).replace(tzinfo=ZoneInfo(name))
    weekdays = (first.weekday(),) if frequency is Frequency.WEEKLY else ()
    text = to_text(Recurrence(frequency, weekdays), ZoneInfo(name))
    after = first + timedelta(days=days)
    near = occurrences(first, text, name, after=after, limit=3)
    every = occurrences(first, text, name, after=first - timedelta(days=2), limit=max(days, 0) + 5)
    assert near == [start for start in every if start > after][:3] or len(every) < max(days, 0) + 5


def test_a_series_begun_long_ago_is_looked_up_at_once() -> None:
    """Whoever opens the page of an ended series has its next day computed, in the gate's own lane."""
    first, after = datetime(2000, 1, 1, 9, tzinfo=UTC), datetime(2099, 6, 1, tzinfo=UTC)
    began = time.process_time()
    for _ in range(100):
        found = occurrences(first, "FREQ=DAILY", "UTC", after=after, limit=1)
    assert found == [datetime(2099, 6, 1, 9, tzinfo=UTC)]
    assert time.process_time() - began < 2, "counted from the first day"


@pytest.mark.parametrize("last", [date(1999, 1, 1), date(9999, 12, 31)])
def test_a_last_day_beyond_all_calendars_is_refused(last: date) -> None:
    with pytest.raises(InvalidRecurrence):
        Recurrence(Frequency.DAILY, until=last)
