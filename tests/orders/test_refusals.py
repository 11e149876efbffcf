"""A refusal takes codes alone; whoever refuses may say why, and publish the demand's text without names."""

import json
from typing import Any

import pytest

from bailiwick.ledger import queries as ledger
from bailiwick.ledger.entries import parse
from bailiwick.ledger.models import Outbox
from bailiwick.orders.actions import granting, intake, refusals
from bailiwick.orders.actions.refusals import Why
from bailiwick.orders.errors import InvalidOrder, NotPossibleNow
from bailiwick.orders.models import Demand
from bailiwick.register import decisions
from bailiwick.register.book import open_book
from tests.orders.desk import NOW, Desk, end, withhold
from tests.orders.kit import Registry, new_meeting

pytestmark = pytest.mark.django_db
WHY = Why("It asks for a whole continent.", b"Demand of an office, without names.")


@pytest.fixture
def desk(registry: Registry) -> Desk:
    registry.clock.ahead = NOW - registry.clock()
    return Desk()


def logged(kind: str) -> list[Any]:
    return [parse(bytes(row.entry)) for row in Outbox.objects.filter(type=kind).order_by("id")]


def said(document: str | None) -> dict[str, Any]:
    found = ledger.document(document or "")
    assert found is not None
    made: dict[str, Any] = json.loads(found[0])
    return made


def refuse(desk: Desk, row: Demand, why: Why | None = None) -> Demand:
    return intake.refuse(desk.reviewer.id, row.pk, ["not_necessary"], NOW, why)


def test_codes_alone_are_enough_and_name_no_document(desk: Desk) -> None:
    refuse(desk, desk.receive(desk.authority()))
    (entry,) = logged("demand.refused")
    assert entry.document is None


def test_reasons_and_text_are_published_and_named_in_the_entry(desk: Desk, registry: Registry) -> None:
    made = refuse(desk, desk.receive(desk.authority(), withhold(new_meeting())), WHY)
    (entry,) = logged("demand.refused")
    assert entry.document == made.refusal_document
    document = said(entry.document)
    assert (document["demand"], document["refused"]) == (made.pk.hex, ["not_necessary"])
    assert document["reasoning"] == WHY.reasoning
    copy = ledger.document(document["redacted_demand"])
    assert copy is not None
    assert copy[0] == WHY.redacted
    registry.publish()
    (told,) = open_book().demands
    found = decisions.refusal(told.why)
    assert found is not None
    assert (found.reasoning, found.redacted) == (WHY.reasoning, document["redacted_demand"])


def test_a_copy_that_a_review_published_is_named_without_being_brought_again(desk: Desk) -> None:
    row = desk.under_review(desk.authority(), withhold(new_meeting()))
    refuse(desk, row)
    (entry,) = logged("demand.refused")
    copy = ledger.document(said(entry.document)["redacted_demand"])
    assert copy is not None
    assert copy[0] == b"redacted copy"
    assert "legality" not in said(entry.document)


def test_a_copy_brought_with_the_refusal_replaces_that_of_the_review(desk: Desk) -> None:
    """In the first one a name may have been left."""
    row = desk.under_review(desk.authority(), withhold(new_meeting()))
    former = row.review.redacted
    refuse(desk, row, WHY)
    assert ledger.document(former) is None
    row.review.refresh_from_db()
    assert ledger.document(row.review.redacted) is not None


def test_it_replaces_that_of_the_review_also_where_something_was_proposed(desk: Desk) -> None:
    row = desk.under_review(desk.authority(), withhold(new_meeting()))
    former = row.review.redacted
    desk.signed(row)
    refuse(desk, row, WHY)
    assert ledger.document(former) is None


def test_a_copy_that_a_refusal_names_too_is_not_taken_from_it(desk: Desk) -> None:
    refused = refuse(desk, desk.receive(desk.authority()), Why(redacted=b"redacted copy"))
    row = desk.under_review(desk.authority("FR"), withhold(new_meeting()))
    refuse(desk, row, WHY)
    assert ledger.document(said(refused.refusal_document)["redacted_demand"]) is not None


def test_one_thing_after_the_other_names_the_copy_of_the_review_too(desk: Desk) -> None:
    row = desk.under_review(desk.authority(), withhold(new_meeting()), end(new_meeting()))
    for target in row.targets.all():
        granting.refuse_target(desk.reviewer.id, target.pk, ["not_necessary"], NOW)
    (entry,) = logged("demand.refused")
    assert said(entry.document)["redacted_demand"] == row.review.redacted


def test_what_was_refused_at_once_can_be_explained_once(desk: Desk, registry: Registry) -> None:
    made = desk.receive(desk.authority(), withhold(new_meeting()), confidential=True)
    refusals.explain(desk.reviewer.id, made.pk, WHY, NOW)
    (entry,) = logged("refusal.explained")
    assert (entry.demand, said(entry.document)["refused"]) == (made.pk.hex, ["secret"])
    with pytest.raises(NotPossibleNow):
        refusals.explain(desk.reviewer.id, made.pk, WHY, NOW)
    registry.publish()
    (told,) = open_book().demands
    assert told.why == entry.document


def test_only_what_was_refused_is_explained_and_not_with_nothing(desk: Desk) -> None:
    row = desk.under_review(desk.authority(), withhold(new_meeting()))
    with pytest.raises(NotPossibleNow):
        refusals.explain(desk.reviewer.id, row.pk, WHY, NOW)
    gone = desk.receive(desk.authority("FR"), confidential=True)
    for why in (Why(), Why("   "), Why("x" * 5001)):
        with pytest.raises(InvalidOrder):
            refusals.explain(desk.reviewer.id, gone.pk, why, NOW)


def test_a_granted_demands_document_is_no_refusal(desk: Desk, registry: Registry) -> None:
    desk.granted(desk.under_review(desk.authority(), withhold(new_meeting())))
    registry.publish()
    (told,) = open_book().demands
    assert told.why == ""
    assert decisions.refusal(told.restrictions[0].entry.document) is None
