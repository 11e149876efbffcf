"""What the register and the report say of what the desk really did: no entry here is written by hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bailiwick.meetings.models import Meeting
from bailiwick.orders.actions import granting, intake
from bailiwick.orders.models import Channel, Demand, Restriction
from bailiwick.orders.register_queries import unofficial
from bailiwick.register.book import Standing, open_book
from bailiwick.register.report import Period, Report, compute
from bailiwick.register.report_files import as_csv
from bailiwick.rules.territory import Code
from tests.orders.conftest import registry
from tests.orders.desk import NOW, Desk, approval, end, withhold
from tests.orders.kit import Registry, new_meeting
from tests.register.conftest import Clock, clock
from tests.register.kit import get, page

__all__ = ["clock", "registry"]
DAY = timedelta(days=1)
TERRITORIES = ("FR", "GP", "RE")


@dataclass
class Office:
    """A French court, and the desk that answers it."""

    registry: Registry
    desk: Desk

    def asked(self, row: Meeting, **fields: Any) -> Demand:
        values = {"territories": TERRITORIES, "ends_at": NOW + 30 * DAY} | fields
        return self.desk.under_review(self.desk.authority("FR", "court"), withhold(row), **values)

    def approved(self, demand: Demand, at: datetime = NOW, **fields: Any) -> Restriction:
        made = self.desk.signed(demand, **fields)
        self.registry.clock.ahead += at - self.registry.clock()
        return granting.approve(self.desk.approver.id, made.pk, approval(self.desk.approver, made), at)

    def report(self) -> Report:
        self.registry.publish()
        return compute(open_book(), Period.of(NOW.date()), {})


@pytest.fixture
def office(registry: Registry, clock: Clock, settings: Any) -> Office:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    registry.clock.ahead = NOW - registry.clock()
    clock.now = NOW
    return Office(registry, Desk())


def test_p3_proposed_on_one_day_and_approved_on_another_it_is_in_force_from_the_second_on(
    office: Office,
    clock: Clock,
) -> None:
    row = new_meeting()
    made = office.approved(office.asked(row), at=NOW + 8 * DAY)
    (order,) = office.report().orders
    assert (order.median_days, office.report().rows[0].median_days) == (8.0, 8.0)
    found = open_book().restrictions[made.pk.hex]
    assert found.standing(NOW + 8 * DAY - timedelta(seconds=1)) is Standing.TO_COME
    assert found.standing(NOW + 8 * DAY) is Standing.IN_FORCE
    clock.now = NOW + 9 * DAY
    shown = page(f"/register/restrictions/{made.pk.hex}")
    assert shown.count("30 November 2026, 12:00 UTC") == 2  # in force from, and approved
    assert "Proposed</dt><dd>22 November 2026, 12:00 UTC" in shown
    assert '"from":"2026-11-30T12:00:00Z"' in get("/register/in-force.json").content.decode()
    assert "<updated>2026-11-30T12:00:00Z</updated>" in get("/register/feed.atom").content.decode()
    proofs = office.registry.proofs()
    proofs.follow()
    row.refresh_from_db()
    enforced = proofs.of(row.pk, row.revision)
    assert [each.effective_from for each in enforced.restrictions] == [NOW + 8 * DAY]
    assert [each.effective_from for each in enforced.grounds.values()] == [NOW + 8 * DAY]


def test_what_is_to_begin_later_begins_then_and_not_when_it_was_approved(office: Office) -> None:
    made = office.approved(office.asked(new_meeting()), at=NOW + DAY, begins=NOW + 5 * DAY)
    assert office.report().orders[0].median_days == 5.0
    assert open_book().restrictions[made.pk.hex].standing(NOW + 2 * DAY) is Standing.TO_COME


GRANTED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {}, "granted"),
    ({"ends_at": NOW + 400 * DAY}, {"until": NOW + 10 * DAY}, "granted_in_part"),
    ({}, {"only": frozenset({Code("FR")})}, "granted_in_part"),
    ({"territories": (*TERRITORIES, "DE")}, {}, "granted_in_part"),
]


@pytest.mark.parametrize(("asked", "granted", "outcome"), GRANTED, ids=["as asked", "time", "only", "cut"])
def test_what_was_narrowed_is_narrowed_at_the_desk_in_the_log_and_in_the_report(
    office: Office, asked: dict[str, Any], granted: dict[str, Any], outcome: str
) -> None:
    demand = office.asked(new_meeting(), **asked)
    office.approved(demand, **granted)
    (row,) = office.report().rows
    assert (row.granted, row.granted_in_part) == (int(outcome == "granted"), int(outcome != "granted"))
    (found,) = open_book().demands
    demand.refresh_from_db()
    assert (found.outcome, demand.status) == (outcome, "granted" if outcome == "granted" else "narrowed")


def test_the_report_names_each_authority_and_counts_what_came_by_no_official_channel(
    office: Office,
) -> None:
    desk = office.desk
    court, police = desk.authority("FR", "court"), desk.authority("FR", "police")
    for authority, channel in ((court, "official"), (court, "verbal"), (police, "other_writing")):
        desk.receive(authority, withhold(new_meeting()), channel=Channel(channel))
    by_word = desk.letter(court, withhold(new_meeting()), authority_id=None, state="FR", kind="court")
    intake.receive(desk.intake.id, by_word, b"original", NOW)
    office.registry.publish()
    told = unofficial(NOW - DAY, NOW + DAY)
    found = compute(open_book(), Period.of(NOW.date()), {}, unofficial=told)
    assert [(row.kind, row.name, row.received, row.unofficial, row.refused) for row in found.rows] == [
        ("court", "", 1, 0, 0), ("court", court.name, 2, 1, 1), ("police", police.name, 1, 1, 1),
    ]  # fmt: skip
    assert [row.authority for row in found.rows] == ["", court.pk.hex, police.pk.hex]
    assert court.name in as_csv(found).decode()


def test_the_end_of_a_meeting_that_was_asked_for_is_answered_with_less(office: Office) -> None:
    authority = office.desk.authority("FR", "court")
    fields = {"territories": TERRITORIES, "ends_at": NOW + 30 * DAY}
    office.approved(office.desk.under_review(authority, end(new_meeting()), **fields))
    assert office.report().rows[0].granted_in_part == 1


def test_its_page_says_what_was_left_out_and_how_much_sooner_it_ends(office: Office) -> None:
    demand = office.asked(new_meeting(), ends_at=NOW + 400 * DAY)
    made = office.approved(demand, only=frozenset({Code("FR")}))
    office.registry.publish()
    shown = page(f"/register/restrictions/{made.pk.hex}")
    assert "Guadeloupe, Réunion: further than what is necessary" in shown
    assert "27 December 2027, 12:00 UTC; granted until 22 December 2026, 12:00 UTC" in shown
    assert "granted in part" in shown
