"""A restriction's interval, and what cannot be one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bailiwick.rules.clock import NaiveTime
from bailiwick.rules.restriction import LONGEST, Restriction, RestrictionId, TooLong
from bailiwick.rules.territory import Code, UnknownTerritory

from .cases import DAY, INSTANT, NOW, block, restriction

NAIVE = datetime(2026, 11, 21, 12)  # noqa: DTZ001 - the case
HOURS = st.integers(-48, 48).map(lambda hours: NOW + timedelta(hours=hours))


def test_p6_a_restriction_is_in_force_from_its_begin_until_just_before_its_end() -> None:
    thirty = restriction("CN", begins=NOW, lasts=30 * DAY)
    assert not thirty.in_force(NOW - INSTANT)
    assert thirty.in_force(NOW)
    assert thirty.in_force(NOW + 30 * DAY - INSTANT)
    assert not thirty.in_force(NOW + 30 * DAY)


def test_p6_a_restriction_lasts_ninety_days_at_most() -> None:
    assert timedelta(days=90) == LONGEST
    restriction("CN", lasts=LONGEST)
    with pytest.raises(TooLong) as refused:
        restriction("CN", lasts=LONGEST + INSTANT)
    assert refused.value.code == "restriction_too_long"


@pytest.mark.parametrize("lasts", [timedelta(0), -INSTANT, -DAY])
def test_an_interval_that_ends_before_it_begins_is_never_in_force(lasts: timedelta) -> None:
    empty = restriction("CN", begins=NOW, lasts=lasts)
    for now in (NOW + lasts, NOW + lasts / 2, NOW - INSTANT, NOW, NOW + INSTANT):
        assert not empty.in_force(now)
        assert empty.next_edge(now) is None


@given(HOURS, HOURS, HOURS)
def test_the_next_edge_is_the_first_instant_at_which_being_in_force_changes(
    begins: datetime, ends: datetime, now: datetime
) -> None:
    one = Restriction(RestrictionId("r1"), frozenset(), begins, ends, proven=True)
    changes = [
        edge for edge in sorted({begins, ends}) if edge > now and one.in_force(edge) != one.in_force(now)
    ]
    assert one.next_edge(now) == (changes[0] if changes else None)


def test_p1_a_territory_that_holds_more_than_codes_cannot_be_restricted() -> None:
    for bad in ("EU", None):
        territory = frozenset({Code("CN"), bad})
        with pytest.raises(UnknownTerritory):
            replace(restriction("CN"), territory=territory)  # type: ignore[arg-type]  # None is the case


def test_time_zones_are_compared_as_instants() -> None:
    elsewhere = timezone(timedelta(hours=8))
    begins = datetime(2026, 11, 21, 20, tzinfo=elsewhere)
    one = Restriction(RestrictionId("r1"), frozenset(), begins, begins + DAY, proven=True)
    assert one.in_force(NOW)
    assert not one.in_force(NOW - INSTANT)


def test_a_naive_time_is_refused() -> None:
    aware = NAIVE.replace(tzinfo=UTC)
    for begins, ends in ((NAIVE, aware), (aware, NAIVE), (NAIVE, NAIVE)):
        with pytest.raises(NaiveTime):
            Restriction(RestrictionId("r1"), frozenset(), begins, ends, proven=True)
    with pytest.raises(NaiveTime) as refused:
        block(NAIVE)
    assert refused.value.code == "naive_time"


def test_a_block_holds_until_just_before_its_end_or_for_good() -> None:
    assert block(NOW + DAY).in_force(NOW + DAY - INSTANT)
    assert not block(NOW + DAY).in_force(NOW + DAY)
    assert block(None).in_force(datetime.max.replace(tzinfo=UTC))
