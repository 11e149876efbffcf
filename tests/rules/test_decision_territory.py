"""P1 and P3: whom a restriction can reach, for every code and every state."""

import pytest

from bailiwick.rules.access import OnUndetermined
from bailiwick.rules.decision import Admitted, Standing, Withheld, decide
from bailiwick.rules.location import Location, Undetermined, Vote, locate, undetermined
from bailiwick.rules.restriction import Restriction, RestrictionId
from bailiwick.rules.territory import CODES, Code, own_territory

from .cases import (
    DAY,
    NOW,
    TABLE,
    at,
    denying,
    meeting,
    mostly_at,
    restriction,
    undetermined_for,
    votes_for,
)

EVERYWHERE = Restriction(RestrictionId("everywhere"), CODES, NOW, NOW + DAY, proven=True)

NOT_UNANIMOUS: list[Location] = [
    *map(undetermined_for, Undetermined),
    mostly_at("CN", "HK"),
    mostly_at("CN", None),
    locate(votes_for("CN"), TABLE),
    locate([*votes_for("CN", "CN"), Vote("ipfire", Code("CN"), stale=True)], TABLE),
    undetermined(Undetermined.OVERRIDDEN, votes_for("CN", "CN", "CN"), TABLE, majority=Code("CN")),
]


@pytest.mark.parametrize("state", sorted(CODES))
def test_p1_a_restriction_of_a_states_territory_reaches_its_row_only(state: Code) -> None:
    row = own_territory(state)
    terms = meeting(restrictions=[Restriction(RestrictionId("r1"), row, NOW, NOW + DAY, proven=True)])
    reached = {code for code in CODES if isinstance(decide(terms, Standing(), at(code), NOW), Withheld)}
    assert reached == row


def test_p1_a_restriction_for_mainland_china_leaves_hong_kong_macao_and_taiwan_alone() -> None:
    mainland = Restriction(RestrictionId("r1"), own_territory(Code("CN")), NOW, NOW + DAY, proven=True)
    terms = meeting(restrictions=[mainland])
    for code in ("HK", "MO", "TW"):
        for inside in (False, True):
            assert decide(terms, Standing(inside), at(code), NOW) == Admitted(at(code), None)


@pytest.mark.parametrize("where", NOT_UNANIMOUS)
def test_p1_without_unanimous_evidence_no_restriction_affects_anyone(where: Location) -> None:
    terms = meeting(restrictions=[EVERYWHERE])
    for inside in (False, True):
        assert decide(terms, Standing(inside), where, NOW) == Admitted(where, None)


def test_p1_an_access_rules_choice_for_the_undetermined_does_not_make_a_restriction_reach_them() -> None:
    for choice in OnUndetermined:
        rule = denying("CN", undetermined=choice)
        for where in NOT_UNANIMOUS:
            with_restriction = decide(meeting(rule, restrictions=[EVERYWHERE]), Standing(), where, NOW)
            assert with_restriction == decide(meeting(rule), Standing(), where, NOW)


def test_p1_a_restriction_on_nowhere_reaches_nobody() -> None:
    terms = meeting(restrictions=[restriction()])
    assert not any(isinstance(decide(terms, Standing(), at(code), NOW), Withheld) for code in CODES)


def test_p3_without_proof_a_restriction_reaches_nobody() -> None:
    unproven = Restriction(EVERYWHERE.id, CODES, NOW, NOW + DAY, proven=False)
    for code in sorted(CODES):
        for inside in (False, True):
            decision = decide(meeting(restrictions=[unproven]), Standing(inside), at(code), NOW)
            assert decision == Admitted(at(code), None)


def test_p3_an_unproven_restriction_does_not_hide_a_proven_one() -> None:
    restrictions = [restriction("CN", id="unproven", proven=False), restriction("CN", id="proven")]
    for order in (restrictions, restrictions[::-1]):
        decision = decide(meeting(restrictions=order), Standing(), at("CN"), NOW)
        assert decision == Withheld(at("CN"), NOW + 30 * DAY, (RestrictionId("proven"),))
