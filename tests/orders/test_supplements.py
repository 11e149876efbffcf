"""What the authority adds, and what was recorded wrongly, can be written down until a demand is in review."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from bailiwick.ledger.entries import parse
from bailiwick.ledger.models import Outbox
from bailiwick.orders.actions import authorities, granting, intake
from bailiwick.orders.actions.intake import Added, Named
from bailiwick.orders.errors import InvalidOrder, NotPossibleNow
from bailiwick.orders.models import Asked, Authority, Demand, DemandState
from bailiwick.register.book import open_book
from bailiwick.register.report import Period, compute
from tests.orders.desk import NOW, Desk, close, end, withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(registry: Registry) -> Desk:
    registry.clock.ahead = NOW - registry.clock()
    return Desk()


def logged(kind: str) -> list[Any]:
    return [parse(bytes(row.entry)) for row in Outbox.objects.filter(type=kind).order_by("id")]


def unknown(desk: Desk, *targets: Named, state: str = "FR", **fields: Any) -> Demand:
    """By the letter's own word; complete, but that nobody added its authority."""
    whole = desk.letter(Authority(pk=uuid4(), state=state), *targets, **fields)
    letter = replace(whole, authority_id=None, state=state, kind="police")
    return intake.receive(desk.intake.id, letter, b"original", NOW)


def add(desk: Desk, row: Demand, **fields: Any) -> Demand:
    return intake.supplement(desk.intake.id, row.pk, NOW, Added(**fields))


def test_an_authority_that_is_added_later_lets_its_demand_go_on_and_the_log_says_whose_it_is(
    desk: Desk, registry: Registry
) -> None:
    made = unknown(desk, withhold(new_meeting()), territories=("DE", "FR"))
    office = desk.authority("DE", "court")
    add(desk, made, authority_id=office.pk)
    assert intake.examine(desk.intake.id, made.pk, NOW).status == DemandState.UNDER_REVIEW
    (entry,) = logged("demand.attributed")
    assert (entry.demand, entry.authority, entry.day) == (made.pk.hex, office.pk.hex, NOW.date())
    made.refresh_from_db()
    desk.review(made)
    assert desk.granted(made).state == "DE"
    registry.publish()
    (told,) = open_book().demands
    assert (told.state, told.kind, told.authority and told.authority.name) == ("DE", "court", office.name)
    assert [row.state for row in compute(open_book(), Period(2026, 2), {}).rows] == ["DE"]


def test_an_authority_that_was_mistaken_can_be_corrected_and_the_same_one_is_logged_once(desk: Desk) -> None:
    one, other = desk.authority("FR", "court"), desk.authority("FR", "police")
    made = desk.receive(one, withhold(new_meeting()))
    add(desk, made, authority_id=one.pk)
    assert not logged("demand.attributed")
    add(desk, made, authority_id=other.pk)
    add(desk, made, authority_id=other.pk)
    assert [entry.authority for entry in logged("demand.attributed")] == [other.pk.hex]


def test_p5_an_authority_that_one_person_proposed_is_none_yet(desk: Desk) -> None:
    made = unknown(desk, withhold(new_meeting()))
    proposed = authorities.propose(
        desk.intake.id, name="Office", state="FR", kind="court", channels="sealed letter", now=NOW
    )
    for nobody in (proposed.pk, uuid4()):
        with pytest.raises(InvalidOrder) as refused:
            add(desk, made, authority_id=nobody)
        assert refused.value.field == "authority"


def test_what_the_authority_names_later_is_named_and_a_mistyped_meeting_is_taken_out(
    desk: Desk,
) -> None:
    wrong, right = new_meeting(), new_meeting()
    made = desk.receive(desk.authority(), withhold(wrong))
    mistyped = made.targets.get()
    add(desk, made, targets=(withhold(right), close(right.host)), dropped=frozenset({mistyped.pk}))
    named = [(row.asked, row.meeting_id, row.account_id) for row in made.targets.all()]
    assert named == [("withhold", right.pk, None), ("close_account", None, right.host.pk)]
    intake.examine(desk.intake.id, made.pk, NOW)
    desk.review(made)
    granted = desk.granted(made)
    assert granted.meeting_id == right.pk


def test_a_letter_that_named_nothing_is_complete_once_it_does(desk: Desk) -> None:
    made = desk.receive(desk.authority())
    assert intake.examine(desk.intake.id, made.pk, NOW).status == DemandState.INCOMPLETE
    add(desk, made, targets=(withhold(new_meeting()),))
    assert intake.examine(desk.intake.id, made.pk, NOW).status == DemandState.UNDER_REVIEW
    assert len(logged("demand.received")) == 1


def test_a_meeting_is_named_once_for_each_thing_that_is_asked_of_it(desk: Desk) -> None:
    meeting = new_meeting()
    made = desk.receive(desk.authority(), withhold(meeting), withhold(meeting), end(meeting))
    add(desk, made, targets=(withhold(meeting), Named(Asked.OTHER), Named(Asked.OTHER)))
    assert [row.asked for row in made.targets.all()] == ["withhold", "end_meeting", "other", "other"]


def test_what_another_demand_names_is_not_taken_out(desk: Desk) -> None:
    by = desk.authority()
    made, other = (desk.receive(by, withhold(new_meeting())) for _ in range(2))
    with pytest.raises(InvalidOrder) as refused:
        add(desk, made, fields={"law": "Act 6"}, dropped=frozenset({other.targets.get().pk}))
    assert refused.value.field == "dropped"
    made.refresh_from_db()
    assert made.law == "Act 5 art. 2"
    assert other.targets.exists()


def test_from_review_on_nothing_of_it_is_changed(desk: Desk) -> None:
    made = desk.under_review(desk.authority(), withhold(new_meeting()))
    with pytest.raises(NotPossibleNow):
        add(desk, made, targets=(withhold(new_meeting()),))
    granting.refuse_target(desk.reviewer.id, made.targets.get().pk, ["not_necessary"], NOW)
    with pytest.raises(NotPossibleNow):
        add(desk, made, authority_id=desk.authority("FR").pk)


@pytest.mark.parametrize("name", ["channel", "original", "received_on", "status", "due_at", "state"])
def test_what_is_in_the_log_already_is_not_rewritten(desk: Desk, name: str) -> None:
    made = desk.receive(desk.authority(), withhold(new_meeting()))
    with pytest.raises(InvalidOrder) as refused:
        add(desk, made, fields={name: "official"})
    assert refused.value.field == name


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/", "example.org", "//x"])
def test_where_a_law_can_be_read_is_an_address_of_the_web(desk: Desk, address: str) -> None:
    made = desk.receive(desk.authority(), withhold(new_meeting()))
    with pytest.raises(InvalidOrder):
        add(desk, made, fields={"law_url": address})
    with pytest.raises(InvalidOrder):
        desk.receive(desk.authority("FR"), withhold(new_meeting()), law_url=address)
