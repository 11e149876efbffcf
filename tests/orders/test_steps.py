"""Every step of a demand has an entry of its own in the public log."""

from dataclasses import replace
from typing import Any

import pytest

from bailiwick.ledger.entries import parse
from bailiwick.ledger.models import Outbox
from bailiwick.orders.actions import granting, intake
from bailiwick.orders.actions.intake import Added
from tests.orders import kit
from tests.orders.desk import NOW, Desk, close, end, withhold

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(registry: kit.Registry) -> Desk:
    return Desk()


def logged(kind: str) -> list[Any]:
    return [parse(bytes(row.entry)) for row in Outbox.objects.filter(type=kind).order_by("id")]


def test_an_incomplete_demand_goes_back_and_the_log_says_for_what(desk: Desk) -> None:
    whole = desk.letter(desk.authority(), withhold(kit.new_meeting()))
    made = intake.receive(desk.intake.id, replace(whole, law="", redress_recipient=""), b"original", NOW)
    intake.examine(desk.intake.id, made.pk, NOW)
    intake.supplement(desk.intake.id, made.pk, NOW, Added({"law": "Act 5", "redress_recipient": "The court"}))
    intake.examine(desk.intake.id, made.pk, NOW)
    found = [(entry.outcome, entry.missing) for entry in logged("demand.examined")]
    assert found == [("incomplete", ("law", "redress_recipient")), ("under_review", None)]


def test_a_target_refused_in_a_narrowed_demand_has_an_entry_and_so_has_the_answer(desk: Desk) -> None:
    meeting = kit.new_meeting()
    made = desk.under_review(desk.authority(), end(meeting), close(meeting.host))
    granting.refuse_target(desk.reviewer.id, made.targets.all()[1].pk, ["not_possible_here"], NOW)
    assert logged("demand.answered") == []
    desk.granted(made)
    (refused,) = logged("target.refused")
    assert (refused.demand, refused.asked, refused.reasons) == (
        made.pk.hex, "close_account", ("not_possible_here",),
    )  # fmt: skip
    (answered,) = logged("demand.answered")
    assert (answered.demand, answered.outcome) == (made.pk.hex, "narrowed")
