"""Which way each thing fails (DESIGN.md), as far as the decision tells; each test is named after its row."""

import pytest

from bailiwick.rules.access import OnUndetermined
from bailiwick.rules.decision import Admitted, Lobby, Refused, Standing, Withheld, decide
from bailiwick.rules.location import Undetermined, Vote, locate
from bailiwick.rules.restriction import RestrictionId
from bailiwick.rules.territory import Code

from .cases import (
    DAY,
    NOW,
    TABLE,
    allowing,
    at,
    meeting,
    on_undetermined,
    restriction,
    undetermined_for,
)

INSIDE, OUTSIDE = Standing(inside=True), Standing()
AT_THE_DOOR = {
    OnUndetermined.ADMIT: Admitted,
    OnUndetermined.WAITING_ROOM: Lobby,
    OnUndetermined.REFUSE: Refused,
}
TABLE_FAULTS = [Undetermined.NO_TABLE, Undetermined.STALE, Undetermined.NOT_ACTIVE]


@pytest.mark.parametrize("reason", TABLE_FAULTS)
def test_location_table_missing_stale_corrupt_or_not_the_active_one(reason: Undetermined) -> None:
    where = undetermined_for(reason)
    restricted = meeting(restrictions=[restriction("CN")])
    for standing in (INSIDE, OUTSIDE):
        assert isinstance(decide(restricted, standing, where, NOW), Admitted)
    for choice, outcome in AT_THE_DOOR.items():
        assert isinstance(decide(meeting(on_undetermined(choice)), OUTSIDE, where, NOW), outcome)
        assert isinstance(decide(meeting(on_undetermined(choice)), INSIDE, where, NOW), Admitted)


def test_location_table_grown_stale_while_they_were_inside() -> None:
    stale = [Vote(source, Code("CN"), stale=True) for source in ("mm", "dbip", "ipfire")]
    where = locate(stale, TABLE)
    only_china = meeting(allowing("CN", undetermined=OnUndetermined.REFUSE))
    assert isinstance(decide(only_china, INSIDE, where, NOW), Admitted)
    assert isinstance(decide(only_china, OUTSIDE, where, NOW), Refused)
    assert isinstance(decide(meeting(restrictions=[restriction("CN")]), INSIDE, where, NOW), Admitted)


def test_proof_missing_or_invalid_log_or_witness_unreachable() -> None:
    unproven = meeting(restrictions=[restriction("CN", proven=False)])
    assert isinstance(decide(unproven, INSIDE, at("CN"), NOW), Admitted)
    assert isinstance(decide(unproven, OUTSIDE, at("CN"), NOW), Admitted)


def test_restrictions_already_proven_stay_while_the_log_cannot_be_reached() -> None:
    both = meeting(restrictions=[restriction("CN", id="proven"), restriction("CN", id="new", proven=False)])
    assert decide(both, INSIDE, at("CN"), NOW) == Withheld(
        at("CN"), NOW + 30 * DAY, (RestrictionId("proven"),)
    )


def test_bad_or_unresolvable_proxy_chain() -> None:
    where = undetermined_for(Undetermined.NO_ADDRESS)
    everywhere = [restriction("CN", "HK", "DE")]
    for choice, outcome in AT_THE_DOOR.items():
        terms = meeting(on_undetermined(choice), restrictions=everywhere)
        assert isinstance(decide(terms, OUTSIDE, where, NOW), outcome)
        assert isinstance(decide(terms, INSIDE, where, NOW), Admitted)


def test_fewer_than_two_sources_never_enforce_a_restriction() -> None:
    where = locate([Vote("mm", Code("CN"))], TABLE)
    assert isinstance(decide(meeting(restrictions=[restriction("CN")]), INSIDE, where, NOW), Admitted)
