"""What was suspended and is approved again under the same demand: by two people, no further, no longer."""

from datetime import timedelta
from typing import Any

import pytest

from bailiwick.accounts.errors import RoleNeeded
from bailiwick.ledger.entries import parse
from bailiwick.ledger.models import Outbox
from bailiwick.meetings.models import Meeting
from bailiwick.meetings.presences import Person
from bailiwick.orders.actions import appeals, granting, later, resuming
from bailiwick.orders.actions.appeals import Ruling
from bailiwick.orders.errors import BadApproval, BeyondTerritory, InvalidOrder, NotPossibleNow, SamePerson
from bailiwick.orders.models import Outcome, Restriction
from bailiwick.register.book import open_book
from bailiwick.rules.territory import Code
from tests.orders import kit
from tests.orders.desk import NOW, Desk, approval, withhold
from tests.orders.kit import Registry

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DEVICE = Person(device_digest="d" * 64)
ANSWER = "The court's ruling does not name this meeting."


@pytest.fixture
def desk(registry: Registry) -> Desk:
    registry.clock.ahead = NOW - registry.clock()
    return Desk()


@pytest.fixture
def row(desk: Desk) -> Meeting:
    return kit.new_meeting()


@pytest.fixture
def made(desk: Desk, row: Meeting) -> Restriction:
    demand = desk.under_review(desk.authority("FR", "court"), withhold(row), territories=("FR", "GP", "RE"))
    return desk.granted(demand)


def suspended(desk: Desk, made: Restriction) -> Restriction:
    later.suspend(desk.reviewer.id, made.pk, "review", NOW)
    return made


def again(desk: Desk, made: Restriction, **fields: Any) -> Restriction:
    return resuming.propose_again(desk.reviewer.id, made.pk, desk.plan(**fields), NOW)


def approved(desk: Desk, row: Restriction) -> Restriction:
    granting.sign(desk.reviewer.id, row.pk, approval(desk.reviewer, row), NOW)
    return granting.approve(desk.approver.id, row.pk, approval(desk.approver, row), NOW)


def holding(registry: Registry, row: Meeting) -> Any:
    registry.publish()
    proofs = registry.proofs()
    proofs.follow()
    row.refresh_from_db()
    return proofs.of(row.pk, row.revision)


def test_p3_p5_it_is_in_force_again_only_when_two_people_signed_it_and_it_is_public(
    desk: Desk, registry: Registry, row: Meeting, made: Restriction
) -> None:
    new = again(desk, suspended(desk, made))
    assert holding(registry, row).restrictions == ()
    granting.sign(desk.reviewer.id, new.pk, approval(desk.reviewer, new), NOW)
    with pytest.raises((SamePerson, RoleNeeded, BadApproval)):
        granting.approve(desk.reviewer.id, new.pk, approval(desk.reviewer, new), NOW)
    granting.approve(desk.approver.id, new.pk, approval(desk.approver, new), NOW)
    (found,) = holding(registry, row).restrictions
    assert (found.id, found.territory, found.expires_at) == (
        new.pk.hex, {"FR", "GP", "RE"}, made.expires_at
    )  # fmt: skip
    assert registry.alarms == []
    (demand,) = open_book().demands
    assert (len(demand.restrictions), demand.granted) == (2, 1)


def test_what_was_wrong_is_put_right_by_proposing_it_again(desk: Desk, made: Restriction) -> None:
    suspended(desk, made)
    granting.review(
        desk.reviewer.id, made.demand_id, legality="Another law allows it there, and only there.",
        necessity="Nothing milder would do here.", proportionality="It reaches that territory only.",
        redacted=b"redacted copy", now=NOW,
    )  # fmt: skip
    new = approved(desk, again(desk, made, law="Act 9 art. 1"))
    entries = [parse(bytes(each.entry)) for each in Outbox.objects.filter(type="restriction.approved")]
    assert [(each.law, each.renews) for each in entries] == [  # type: ignore[union-attr]
        ("Act 5 art. 2", None), ("Act 9 art. 1", made.pk.hex),
    ]  # fmt: skip
    assert new.document != made.document


def test_p6_it_reaches_no_further_and_lasts_no_longer_than_what_corrections_left(
    desk: Desk, made: Restriction
) -> None:
    end = NOW + 9 * DAY
    later.narrow(desk.reviewer.id, made.pk, NOW, territories=frozenset({Code("FR"), Code("GP")}))
    later.narrow(desk.reviewer.id, made.pk, NOW, until=end)
    suspended(desk, made)
    with pytest.raises(InvalidOrder):
        again(desk, made, until=end + timedelta(seconds=1))
    with pytest.raises(BeyondTerritory):
        again(desk, made, until=end, only=frozenset({Code("RE")}))
    assert again(desk, made, until=end).territories == ["FR", "GP"]


def test_p6_what_has_not_begun_begins_no_sooner(desk: Desk, row: Meeting) -> None:
    demand = desk.under_review(desk.authority("FR", "court"), withhold(row), territories=("FR",))
    made = suspended(desk, desk.granted(demand, begins=NOW + 5 * DAY))
    assert again(desk, made).effective_from == made.effective_from


@pytest.mark.parametrize("how", ["in force", "withdrawn", "proposed already", "over", "changed by hand"])
def test_only_what_is_suspended_and_has_time_left_is_proposed_again(
    desk: Desk, made: Restriction, how: str
) -> None:
    now = NOW
    if how != "in force":
        suspended(desk, made)
    if how == "withdrawn":
        later.withdraw(desk.reviewer.id, made.pk, "review", NOW)
    elif how == "proposed already":
        again(desk, made)
    elif how == "over":
        now = made.expires_at
    elif how == "changed by hand":
        Restriction.objects.filter(pk=made.pk).update(expires_at=made.expires_at + DAY)
    with pytest.raises(NotPossibleNow):
        resuming.propose_again(desk.reviewer.id, made.pk, desk.plan(), now)


def test_what_was_withdrawn_meanwhile_is_not_approved_again(desk: Desk, made: Restriction) -> None:
    new = again(desk, suspended(desk, made))
    granting.sign(desk.reviewer.id, new.pk, approval(desk.reviewer, new), NOW)
    later.withdraw(desk.appeals.id, made.pk, "appeal", NOW)
    with pytest.raises(NotPossibleNow):
        granting.approve(desk.approver.id, new.pk, approval(desk.approver, new), NOW)


def test_p7_whoever_was_exempted_stays_so_and_whoever_objects_objects_to_what_holds_now(
    desk: Desk, registry: Registry, row: Meeting, made: Restriction
) -> None:
    won, _ = appeals.file(made.pk, "I am elsewhere.", DEVICE, NOW)
    appeals.decide(desk.appeals.id, won.pk, Ruling(Outcome.EXEMPTED, ANSWER), NOW)
    waits, _ = appeals.file(made.pk, "It is too wide.", Person(), NOW)
    new = approved(desk, again(desk, suspended(desk, made)))
    assert holding(registry, row).exempt(DEVICE) == {new.pk.hex}
    appeals.decide(desk.appeals.id, waits.pk, Ruling(Outcome.WITHDRAWN, ANSWER), NOW)
    assert holding(registry, row).restrictions == ()


def test_a_review_is_not_rewritten_while_nothing_is_suspended(desk: Desk, made: Restriction) -> None:
    with pytest.raises(NotPossibleNow):
        desk.review(made.demand)
