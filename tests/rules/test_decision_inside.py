"""Inside and at the door: who is in stays in, unless a block, a restriction or the meeting's rule says no."""

from itertools import product

import pytest

from bailiwick.rules.access import OnUndetermined, RuleSetter, Verdict
from bailiwick.rules.decision import Admitted, Cause, Lobby, Refused, Standing, Withheld, decide
from bailiwick.rules.location import Undetermined
from bailiwick.rules.territory import CODES

from .cases import (
    NOW,
    NOWHERE,
    allowing,
    at,
    block,
    denying,
    meeting,
    mostly_at,
    on_undetermined,
    restriction,
    undetermined_for,
)

INSIDE, OUTSIDE = Standing(inside=True), Standing()
DATA_FAULTS = [reason for reason in Undetermined if reason.data_fault]
PLACES_UNKNOWN = [reason for reason in Undetermined if not reason.data_fault]


def test_lock_places_and_waiting_room_never_eject_anyone() -> None:
    for locked, full, waiting_room in product((False, True), repeat=3):
        terms = meeting(locked=locked, full=full, waiting_room=waiting_room)
        assert isinstance(decide(terms, INSIDE, at("HK"), NOW), Admitted)
        at_door = decide(terms, OUTSIDE, at("HK"), NOW)
        assert isinstance(at_door, Admitted) is not (locked or full or waiting_room)


def test_a_server_wide_rule_acts_at_the_door_only() -> None:
    for rule in (
        denying("CN", undetermined=OnUndetermined.REFUSE, setter=RuleSetter.SERVER),
        allowing("HK", undetermined=OnUndetermined.WAITING_ROOM, setter=RuleSetter.SERVER),
    ):
        for where in (at("CN"), mostly_at("CN"), NOWHERE):
            assert not isinstance(decide(meeting(None, rule), OUTSIDE, where, NOW), Admitted)
            assert isinstance(decide(meeting(None, rule), INSIDE, where, NOW), Admitted)


def test_inside_the_server_wide_rule_is_silent_beside_the_hosts_too() -> None:
    servers = denying("CN", undetermined=OnUndetermined.REFUSE, setter=RuleSetter.SERVER)
    ejected = decide(meeting(denying("CN"), servers), INSIDE, at("CN"), NOW)
    assert ejected == Refused(at("CN"), None, Cause.RULE, RuleSetter.HOST)
    waits = meeting(on_undetermined(OnUndetermined.WAITING_ROOM), servers)
    assert isinstance(decide(waits, INSIDE, NOWHERE, NOW), Admitted)
    assert isinstance(decide(waits, OUTSIDE, NOWHERE, NOW), Refused)


def test_a_hosts_rule_ejects_exactly_whom_it_refuses_at_the_door() -> None:
    for named in ("CN", "HK"):
        for rule in (denying(named), allowing(named)):
            for code in sorted(CODES):
                refused = rule.verdict(at(code)) is Verdict.REFUSE
                for standing in (INSIDE, OUTSIDE):
                    decision = decide(meeting(rule), standing, at(code), NOW)
                    assert isinstance(decision, Refused if refused else Admitted)


def test_a_majority_is_enough_to_eject_by_a_hosts_rule() -> None:
    assert isinstance(decide(meeting(denying("CN")), INSIDE, mostly_at("CN", "HK"), NOW), Refused)


def test_waiting_for_the_undetermined_is_for_the_door() -> None:
    terms = meeting(on_undetermined(OnUndetermined.WAITING_ROOM))
    for reason in Undetermined:
        where = undetermined_for(reason)
        assert isinstance(decide(terms, OUTSIDE, where, NOW), Lobby)
        assert isinstance(decide(terms, INSIDE, where, NOW), Admitted)


@pytest.mark.parametrize("reason", DATA_FAULTS)
def test_losing_location_data_ejects_nobody(reason: Undetermined) -> None:
    terms = meeting(on_undetermined(OnUndetermined.REFUSE))
    where = undetermined_for(reason)
    assert isinstance(decide(terms, OUTSIDE, where, NOW), Refused)
    assert isinstance(decide(terms, INSIDE, where, NOW), Admitted)


@pytest.mark.parametrize("reason", PLACES_UNKNOWN)
def test_a_place_no_source_can_tell_is_refused_inside_as_at_the_door_if_the_host_says_so(
    reason: Undetermined,
) -> None:
    terms = meeting(on_undetermined(OnUndetermined.REFUSE))
    where = undetermined_for(reason)
    assert isinstance(decide(terms, OUTSIDE, where, NOW), Refused)
    assert isinstance(decide(terms, INSIDE, where, NOW), Refused)


def test_a_block_and_a_restriction_reach_those_inside() -> None:
    blocked = Standing(inside=True, blocks=(block(),))
    assert isinstance(decide(meeting(), blocked, at("CN"), NOW), Refused)
    assert isinstance(decide(meeting(restrictions=[restriction("CN")]), INSIDE, at("CN"), NOW), Withheld)
