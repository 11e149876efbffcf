"""P9: what could show which meeting was meant goes with what needed it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bailiwick.ledger import queries as ledger
from bailiwick.orders.actions import granting, intake
from bailiwick.orders.actions.proposals import forget_targets
from bailiwick.orders.models import Demand, Restriction
from tests.orders import kit
from tests.orders.desk import NOW, Desk, withhold
from tests.orders.kit import Registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(registry: Registry) -> Desk:
    registry.clock.ahead = NOW - registry.clock()
    return Desk()


def discard(desk: Desk, made: Restriction) -> None:
    granting.discard(desk.reviewer.id, made.pk, NOW)


def refuse_it(desk: Desk, made: Restriction) -> None:
    granting.refuse_target(desk.reviewer.id, made.demand.targets.all()[0].pk, ["not_necessary"], NOW)


def refuse_all(desk: Desk, made: Restriction) -> None:
    intake.refuse(desk.reviewer.id, made.demand_id, ["not_necessary"], NOW)


@pytest.mark.parametrize("end", [discard, refuse_it, refuse_all])
def test_p9_a_proposal_that_comes_to_nothing_leaves_nothing_that_shows_what_it_meant(
    desk: Desk, end: Callable[[Desk, Restriction], None]
) -> None:
    demand = desk.under_review(desk.authority(), withhold(kit.new_meeting()), withhold(kit.new_meeting()))
    made = desk.propose(demand)
    assert ledger.salt(made.target) is not None
    assert ledger.document(made.document) is not None
    end(desk, made)
    assert ledger.salt(made.target) is None
    assert ledger.document(made.document) is None
    assert not Restriction.objects.exists()


def test_a_decision_that_another_proposal_has_in_common_stays(desk: Desk) -> None:
    demand = desk.under_review(desk.authority(), withhold(kit.new_meeting()), withhold(kit.new_meeting()))
    made, other = desk.propose(demand), desk.propose(demand, 1)
    assert made.document == other.document
    discard(desk, made)
    assert ledger.document(other.document) is not None


def granted(desk: Desk) -> Restriction:
    demand: Demand = desk.under_review(desk.authority(), withhold(kit.new_meeting()))
    return desk.granted(demand)


def test_p9_a_host_who_deletes_a_meeting_erases_what_shows_that_it_was_restricted(desk: Desk) -> None:
    made, other = granted(desk), granted(desk)
    assert forget_targets(NOW) == 0
    assert made.meeting is not None
    made.meeting.delete()
    assert forget_targets(NOW) == 1
    assert ledger.salt(made.target) is None
    assert ledger.salt(other.target) is not None
    assert forget_targets(NOW) == 0


def test_p9_long_after_its_end_nobody_keeps_which_meeting_it_was_and_nothing_is_amiss(
    desk: Desk, registry: Registry, settings: Any
) -> None:
    made = granted(desk)
    row = made.meeting
    assert row is not None
    registry.publish()
    registry.proofs().follow()
    over = made.expires_at + timedelta(days=settings.ENV["ORIGINALS_DAYS"])
    assert forget_targets(over - timedelta(seconds=1)) == 0
    assert forget_targets(over) == 1
    assert ledger.salt(made.target) is None
    registry.clock.ahead += over - NOW
    proofs = registry.proofs()
    row.refresh_from_db()
    assert proofs.of(row.pk, row.revision).restrictions == ()
    proofs.follow()
    assert "restriction_target_unknown" not in registry.codes
