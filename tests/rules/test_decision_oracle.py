"""Properties of the decision over arbitrary meetings, people, places and clocks."""

from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.decision import (
    Admitted,
    Block,
    BlockScope,
    Full,
    Lobby,
    Locked,
    MeetingTerms,
    Standing,
    Withheld,
    decide,
)
from bailiwick.rules.location import Location, Undetermined, Vote, locate, undetermined
from bailiwick.rules.restriction import Restriction, RestrictionId
from bailiwick.rules.territory import Code

from .cases import (
    INSTANT,
    NOW,
    TABLE,
    allowing,
    at,
    denying,
    meeting,
    mostly_at,
    restriction,
    undetermined_for,
)
from .oracle import expected, expected_until, told

# A small world, so that things meet: few codes, few instants, few ids.
CODES_HERE = [Code(code) for code in ("CN", "HK", "TW", "DE")]
codes = st.sampled_from(CODES_HERE)
territories = st.frozensets(codes)
instants = st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))
ids = st.sampled_from([RestrictionId(f"r{i}") for i in range(4)])
rules = st.none() | st.builds(
    AccessRule,
    st.sampled_from(Mode),
    territories,
    st.sampled_from(OnUndetermined),
    st.sampled_from(RuleSetter),
)
restrictions = st.lists(
    st.builds(Restriction, ids, territories, instants, instants, st.booleans()),
    max_size=4,
    unique_by=lambda one: one.id,
).map(tuple)
blocks = st.lists(
    st.builds(
        Block,
        st.sampled_from("abc"),
        st.sampled_from(BlockScope),
        st.none() | instants,
        st.just("disruption"),
        st.just("host"),
    ),
    max_size=2,
    unique_by=lambda one: one.id,
).map(tuple)
meetings = st.builds(
    MeetingTerms,
    st.just(1),
    rules,
    rules,
    restrictions,
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
standings = st.builds(
    Standing,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.just(()) | blocks,
    st.frozensets(ids, max_size=2),
)
voted = st.lists(st.tuples(st.none() | codes, st.booleans()), min_size=1, max_size=3).map(
    lambda answers: locate([Vote(f"s{i}", code, stale) for i, (code, stale) in enumerate(answers)], TABLE)
)
unknown = st.sampled_from(Undetermined).map(lambda reason: undetermined(reason, table=TABLE))
overridden = codes.map(lambda code: undetermined(Undetermined.OVERRIDDEN, (), TABLE, majority=code))
locations = st.one_of(codes.map(at), voted, unknown, overridden)


def test_every_combination_of_rules_standing_place_and_door_is_as_the_oracle_expects() -> None:
    hosts = [None, *(denying("CN", undetermined=choice) for choice in OnUndetermined), allowing("CN")]
    servers = [None if rule is None else replace(rule, setter=RuleSetter.SERVER) for rule in hosts]
    places = [at("CN"), at("HK"), mostly_at("CN"), *map(undetermined_for, Undetermined)]
    people = [
        Standing(*flags) for flags in product((False, True), (False, True), (False, True), (False, True))
    ]
    doors = [(), ("locked",), ("full",), ("waiting_room",), ("locked", "full", "waiting_room")]
    for host, server, door in product(hosts, servers, doors):
        terms = meeting(host, server, (), **dict.fromkeys(door, True))
        for standing, where in product(people, places):
            decision = decide(terms, standing, where, NOW)
            assert told(decision) == expected(terms, standing, where, NOW)
            assert decision.valid_until is None


@settings(max_examples=500, deadline=None)
@example(meeting(restrictions=[restriction("CN")]), Standing(), at("CN"), NOW)
@given(meetings, standings, locations, instants)
def test_the_decision_is_what_the_oracle_expects_until_when_it_expects(
    terms: MeetingTerms, standing: Standing, location: Location, now: datetime
) -> None:
    decision = decide(terms, standing, location, now)
    event(type(decision).__name__)
    assert told(decision) == expected(terms, standing, location, now)
    assert decision.valid_until == expected_until(terms, standing, location, now)
    assert decision.location is location


@settings(max_examples=100, deadline=None)
@given(meetings, standings, locations, instants, st.integers(0, 6))
def test_nothing_changes_before_valid_until(
    terms: MeetingTerms, standing: Standing, location: Location, now: datetime, hours: int
) -> None:
    decision = decide(terms, standing, location, now)
    later = now + timedelta(hours=hours)
    if decision.valid_until is not None:
        assert decision.valid_until > now
        later = min(later, decision.valid_until - INSTANT)
        at_edge = decide(terms, standing, location, decision.valid_until)
        assert told(at_edge) != told(decision)
    assert decide(terms, standing, location, later) == decision


@settings(max_examples=100, deadline=None)
@given(meetings, standings, locations, instants)
def test_p1_whoever_is_withheld_is_in_the_territory_by_unanimous_evidence(
    terms: MeetingTerms, standing: Standing, location: Location, now: datetime
) -> None:
    decision = decide(terms, standing, location, now)
    if not isinstance(decision, Withheld):
        return
    by_id = {one.id: one for one in terms.restrictions}
    assert len(location.votes) >= 2
    for id_ in decision.restrictions:
        assert {vote.code for vote in location.votes} <= by_id[id_].territory
        assert by_id[id_].proven
        assert by_id[id_].in_force(now)
        assert id_ not in standing.exemptions
    assert not any(vote.stale for vote in location.votes)


@settings(max_examples=100, deadline=None)
@given(meetings, standings, locations, instants)
def test_p1_a_restriction_changes_nothing_for_anyone_it_does_not_withhold(
    terms: MeetingTerms, standing: Standing, location: Location, now: datetime
) -> None:
    decision = decide(terms, standing, location, now)
    without = decide(replace(terms, restrictions=()), standing, location, now)
    assert isinstance(decision, Withheld) or told(decision) == told(without)


@settings(max_examples=100, deadline=None)
@given(meetings, standings, locations, instants)
def test_p3_without_proof_restrictions_change_nothing_not_even_the_clock(
    terms: MeetingTerms, standing: Standing, location: Location, now: datetime
) -> None:
    unproven = tuple(replace(one, proven=False) for one in terms.restrictions)
    decision = decide(replace(terms, restrictions=unproven), standing, location, now)
    assert decision == decide(replace(terms, restrictions=()), standing, location, now)


@settings(max_examples=100, deadline=None)
@given(meetings, standings, locations, instants)
def test_door_only_conditions_never_eject(
    terms: MeetingTerms, standing: Standing, location: Location, now: datetime
) -> None:
    inside = replace(standing, inside=True)
    open_door = replace(terms, server_rule=None, locked=False, full=False, waiting_room=False)
    decision = decide(terms, inside, location, now)
    assert decision == decide(open_door, inside, location, now)
    assert not isinstance(decision, Lobby | Locked | Full)


@settings(max_examples=100, deadline=None)
@given(meetings, standings, locations, instants)
def test_whoever_passes_the_door_is_not_ejected_by_the_same_terms(
    terms: MeetingTerms, standing: Standing, location: Location, now: datetime
) -> None:
    if isinstance(decide(terms, replace(standing, inside=False), location, now), Admitted):
        assert isinstance(decide(terms, replace(standing, inside=True), location, now), Admitted)


@settings(max_examples=100, deadline=None)
@given(meetings, standings, locations, instants)
def test_deciding_changes_nothing_and_says_the_same_again(
    terms: MeetingTerms, standing: Standing, location: Location, now: datetime
) -> None:
    before = deepcopy((terms, standing, location))
    derived = {code: list(found) for code, found in terms.proven_in.items()}
    first = decide(terms, standing, location, now)
    assert decide(*before, now) == first
    assert decide(terms, standing, location, now) == first
    assert (terms, standing, location) == before
    assert {code: list(found) for code, found in terms.proven_in.items()} == derived
