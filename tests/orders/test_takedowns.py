"""A published document with a name in it: taken down by two people, and the log says so."""

import pytest

from bailiwick.accounts.roles import Role
from bailiwick.ledger import queries as ledger
from bailiwick.ledger.entries import DocumentRemoved, parse
from bailiwick.ledger.models import Outbox
from bailiwick.orders.actions import granting, intake, takedowns
from bailiwick.orders.actions.refusals import Why
from bailiwick.orders.errors import InvalidOrder, NotPossibleNow, SamePerson
from bailiwick.orders.models import Demand, Review
from tests.orders import kit
from tests.orders.desk import NOW, Desk, give, withhold
from tests.orders.kit import Registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(registry: Registry) -> Desk:
    registry.clock.ahead = NOW - registry.clock()
    return Desk()


@pytest.fixture
def demand(desk: Desk) -> Demand:
    """Granted: its redacted copy and the decision are named in the log for ever."""
    made = desk.under_review(desk.authority(), withhold(kit.new_meeting()))
    desk.granted(made)
    return made


def copy_of(demand: Demand) -> str:
    return Review.objects.get(demand=demand).redacted


def test_p5_it_is_served_until_a_second_person_takes_it_down_and_the_log_says_so(
    desk: Desk, demand: Demand
) -> None:
    name = copy_of(demand)
    give(desk.reviewer.account, Role.APPROVER)
    row = takedowns.propose(desk.reviewer.id, demand.pk, name, "personal_data", NOW)
    assert ledger.document(name) is not None
    with pytest.raises(SamePerson):
        takedowns.approve(desk.reviewer.id, row.pk, NOW)
    takedowns.approve(desk.approver.id, row.pk, NOW)
    assert ledger.document(name) is None
    entry = parse(bytes(Outbox.objects.get(type="document.removed").entry))
    assert isinstance(entry, DocumentRemoved)
    assert (entry.day, entry.document, entry.reason) == (NOW.date(), name, "personal_data")


def test_every_document_of_an_answer_can_be_taken_down_and_no_other(desk: Desk, demand: Demand) -> None:
    decision = demand.restrictions.get().document
    other = desk.under_review(desk.authority("FR", "court"), withhold(kit.new_meeting()))
    refused = intake.refuse(
        desk.reviewer.id, other.pk, ["not_necessary"], NOW, Why("It names somebody.", b"their text")
    )
    assert set(takedowns.documents_of(demand)) == {copy_of(demand), decision}
    assert {refused.refusal_document, *refused.refusal_copy} <= set(takedowns.documents_of(refused))
    for name in (refused.refusal_document, demand.authority.document if demand.authority else ""):
        with pytest.raises(InvalidOrder):
            takedowns.propose(desk.reviewer.id, demand.pk, name, "unlawful", NOW)


def test_what_was_taken_down_is_not_published_again(desk: Desk) -> None:
    demand = desk.under_review(desk.authority(), withhold(kit.new_meeting()), withhold(kit.new_meeting()))
    desk.granted(demand)
    row = takedowns.propose(desk.appeals.id, demand.pk, copy_of(demand), "personal_data", NOW)
    with pytest.raises(NotPossibleNow):
        takedowns.propose(desk.appeals.id, demand.pk, copy_of(demand), "mistake", NOW)
    takedowns.approve(desk.approver.id, row.pk, NOW)
    with pytest.raises(NotPossibleNow):
        desk.review(demand)
    assert ledger.document(row.document) is None
    granting.review(
        desk.reviewer.id, demand.pk, legality="The law named allows it there.",
        necessity="Nothing milder would do here.", proportionality="It reaches that territory only.",
        redacted=b"another redacted copy", now=NOW,
    )  # fmt: skip
    assert ledger.document(copy_of(demand)) is not None


def test_a_proposal_that_is_discarded_leaves_it_published(desk: Desk, demand: Demand) -> None:
    row = takedowns.propose(desk.intake.id, demand.pk, copy_of(demand), "mistake", NOW)
    takedowns.discard(desk.approver.id, row.pk, NOW)
    assert ledger.document(copy_of(demand)) is not None
    assert takedowns.propose(desk.intake.id, demand.pk, copy_of(demand), "mistake", NOW).pk
