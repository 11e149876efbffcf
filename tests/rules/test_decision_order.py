"""The order of the decision's steps (DESIGN.md, "The decision"): the first match wins."""

from datetime import timedelta

import pytest

from bailiwick.rules.access import OnUndetermined, RuleSetter
from bailiwick.rules.clock import NaiveTime
from bailiwick.rules.decision import (
    Admitted,
    Cause,
    Full,
    Lobby,
    Locked,
    Refused,
    Standing,
    Withheld,
    decide,
)
from bailiwick.rules.location import Undetermined
from bailiwick.rules.restriction import RestrictionId

from .cases import (
    DAY,
    NO_TABLE,
    NOW,
    NOWHERE,
    TABLE,
    allowing,
    at,
    block,
    denying,
    meeting,
    mostly_at,
    on_undetermined,
    restriction,
    undetermined_for,
    votes_for,
)

BLOCK = block()
HERE = denying("CN", setter=RuleSetter.SERVER)
EVERYTHING = meeting(
    denying("CN"), HERE, [restriction("CN")], locked=True, full=True, waiting_room=True
)  # fmt: skip


def test_without_any_rule_everybody_is_admitted() -> None:
    for location in (at("CN"), at("HK"), mostly_at("CN"), NOWHERE, NO_TABLE):
        for inside in (False, True):
            assert decide(meeting(), Standing(inside), location, NOW) == Admitted(location, None)


def test_1_a_block_comes_before_everything() -> None:
    for inside in (False, True):
        decision = decide(EVERYTHING, Standing(inside, blocks=(BLOCK,)), at("CN"), NOW)
        assert decision == Refused(at("CN"), None, Cause.BLOCKED, block=BLOCK)


def test_1_nothing_a_host_granted_outweighs_a_block() -> None:
    favoured = Standing(let_in=True, runs_meeting=True, exempt=True, blocks=(BLOCK,))
    assert isinstance(decide(meeting(), favoured, at("HK"), NOW), Refused)


def test_1_the_block_that_holds_longest_is_told() -> None:
    short, long = block(NOW + DAY, "short"), block(NOW + 2 * DAY, "long")
    for blocks in ((short, long), (long, short), (block(NOW, "over"), short, long)):
        decision = decide(meeting(), Standing(blocks=blocks), at("HK"), NOW)
        assert decision == Refused(at("HK"), NOW + 2 * DAY, Cause.BLOCKED, block=long)
    decision = decide(meeting(), Standing(blocks=(short, BLOCK, long)), at("HK"), NOW)
    assert decision == Refused(at("HK"), None, Cause.BLOCKED, block=BLOCK)


def test_2_a_restriction_comes_before_the_rules() -> None:
    for inside in (False, True):
        decision = decide(EVERYTHING, Standing(inside), at("CN"), NOW)
        assert decision == Withheld(at("CN"), NOW + 30 * DAY, (EVERYTHING.restrictions[0].id,))


def test_2_every_restriction_that_applies_is_named_in_the_meetings_order() -> None:
    restrictions = [
        restriction("CN", "RU", id="b"),
        restriction("RU", id="not here"),
        restriction("CN", id="a", begins=NOW - DAY),
        restriction("CN", id="not yet", begins=NOW + DAY),
        restriction("CN", id="over", begins=NOW - DAY, lasts=DAY),
        restriction("CN", id="not proven", proven=False),
    ]
    decision = decide(meeting(restrictions=restrictions), Standing(), at("CN"), NOW)
    assert decision == Withheld(at("CN"), NOW + DAY, (RestrictionId("b"), RestrictionId("a")))


def test_2_neither_the_host_nor_the_roster_frees_from_a_restriction() -> None:
    favoured = Standing(let_in=True, runs_meeting=True, exempt=True)
    assert isinstance(decide(EVERYTHING, favoured, at("CN"), NOW), Withheld)


def test_2_an_exemption_won_on_appeal_frees_from_that_restriction_alone() -> None:
    one, other = restriction("CN", id="one"), restriction("CN", id="other", lasts=DAY)
    freed = Standing(exemptions=frozenset({one.id}))
    assert decide(meeting(restrictions=[one]), freed, at("CN"), NOW) == Admitted(at("CN"), None)
    both = decide(meeting(restrictions=[one, other]), freed, at("CN"), NOW)
    assert both == Withheld(at("CN"), NOW + DAY, (other.id,))


def test_3_the_server_wide_rule_comes_before_the_hosts() -> None:
    decision = decide(meeting(denying("CN"), HERE, locked=True), Standing(), at("CN"), NOW)
    assert decision == Refused(at("CN"), None, Cause.RULE, RuleSetter.SERVER)


def test_3_the_rules_come_before_lock_places_and_waiting_room() -> None:
    shut = meeting(denying("CN"), locked=True, full=True, waiting_room=True)
    assert decide(shut, Standing(), at("CN"), NOW) == Refused(at("CN"), None, Cause.RULE, RuleSetter.HOST)


def test_3_a_refusal_by_either_rule_comes_before_the_waiting_room_of_the_other() -> None:
    refuse, wait = OnUndetermined.REFUSE, OnUndetermined.WAITING_ROOM
    host, server = RuleSetter.HOST, RuleSetter.SERVER
    expected = {
        (refuse, refuse): Refused(NOWHERE, None, Cause.RULE, server),
        (refuse, wait): Refused(NOWHERE, None, Cause.RULE, host),
        (wait, refuse): Refused(NOWHERE, None, Cause.RULE, server),
        (wait, wait): Lobby(NOWHERE, None, Cause.RULE, server),
    }
    for (hosts, servers), decision in expected.items():
        both = meeting(on_undetermined(hosts), on_undetermined(servers, server))
        assert decide(both, Standing(), NOWHERE, NOW) == decision


def test_3_whoever_makes_somebody_wait_is_named_not_the_rule_that_admits_them() -> None:
    servers = on_undetermined(OnUndetermined.ADMIT, RuleSetter.SERVER)
    hosts = on_undetermined(OnUndetermined.WAITING_ROOM)
    decision = decide(meeting(hosts, servers), Standing(), NOWHERE, NOW)
    assert decision == Lobby(NOWHERE, None, Cause.RULE, RuleSetter.HOST)


def test_3_the_roster_exempts_from_access_rules_but_not_from_the_door() -> None:
    exempt = Standing(exempt=True)
    for location in (at("CN"), NOWHERE):
        refusing = denying("CN", undetermined=OnUndetermined.REFUSE)
        assert isinstance(decide(meeting(refusing, HERE), exempt, location, NOW), Admitted)
        assert isinstance(decide(meeting(refusing, locked=True), exempt, location, NOW), Locked)
        assert isinstance(decide(meeting(refusing, waiting_room=True), exempt, location, NOW), Lobby)


def test_3_undetermined_is_never_held_against_someone_the_host_let_in() -> None:
    for choice in OnUndetermined:
        for terms in (meeting(on_undetermined(choice)), meeting(None, on_undetermined(choice))):
            for reason in Undetermined:
                for inside in (False, True):
                    where = undetermined_for(reason)
                    decision = decide(terms, Standing(inside, let_in=True), where, NOW)
                    assert decision == Admitted(where, None)


def test_3_being_let_in_does_not_free_from_a_rule_that_names_the_place() -> None:
    let_in = Standing(inside=True, let_in=True)
    assert isinstance(decide(meeting(denying("CN")), let_in, at("CN"), NOW), Refused)
    assert isinstance(decide(meeting(allowing("HK")), let_in, mostly_at("CN"), NOW), Refused)


def test_3_whoever_runs_the_meeting_obeys_its_rules_but_never_waits_for_themselves() -> None:
    host = Standing(runs_meeting=True)
    assert isinstance(decide(meeting(denying("CN")), host, at("CN"), NOW), Refused)
    waits = on_undetermined(OnUndetermined.WAITING_ROOM)
    assert isinstance(decide(meeting(waits), host, NOWHERE, NOW), Admitted)
    assert isinstance(decide(meeting(waits), Standing(), NOWHERE, NOW), Lobby)
    refuses = on_undetermined(OnUndetermined.REFUSE)
    assert isinstance(decide(meeting(refuses), host, NOWHERE, NOW), Refused)
    servers = on_undetermined(OnUndetermined.WAITING_ROOM, RuleSetter.SERVER)
    assert isinstance(decide(meeting(refuses, servers), host, NOWHERE, NOW), Refused)


def test_4_the_door_asks_for_lock_then_places_then_waiting_room() -> None:
    where = at("HK")
    shut = meeting(locked=True, full=True, waiting_room=True)
    packed = meeting(full=True, waiting_room=True)
    waiting = meeting(waiting_room=True)
    assert decide(shut, Standing(), where, NOW) == Locked(where, None)
    assert decide(packed, Standing(), where, NOW) == Full(where, None)
    assert decide(waiting, Standing(), where, NOW) == Lobby(where, None, Cause.WAITING_ROOM, None)


def test_4_someone_let_in_passes_the_waiting_room_but_neither_lock_nor_want_of_places() -> None:
    let_in = Standing(let_in=True)
    assert isinstance(decide(meeting(waiting_room=True), let_in, at("HK"), NOW), Admitted)
    assert isinstance(decide(meeting(locked=True), let_in, at("HK"), NOW), Locked)
    assert isinstance(decide(meeting(full=True), let_in, at("HK"), NOW), Full)


def test_4_whoever_runs_the_meeting_passes_the_door() -> None:
    shut = meeting(denying("CN"), locked=True, full=True, waiting_room=True)
    assert isinstance(decide(shut, Standing(runs_meeting=True), at("HK"), NOW), Admitted)


def test_a_decision_carries_the_votes_and_the_table_it_rests_on() -> None:
    where = mostly_at("CN", "HK")
    for terms in (meeting(), meeting(denying("CN")), meeting(locked=True)):
        decision = decide(terms, Standing(), where, NOW)
        assert decision.votes == votes_for("CN", "CN", "HK")
        assert decision.table == TABLE
        assert decision.location is where


def test_decisions_of_different_kinds_are_never_equal() -> None:
    where = at("HK")
    kinds = [Admitted(where, None), Full(where, None), Locked(where, None)]
    assert len(set(kinds)) == 3


def test_a_naive_clock_is_refused_before_anything_is_decided() -> None:
    for standing in (Standing(), Standing(blocks=(BLOCK,)), Standing(inside=True)):
        with pytest.raises(NaiveTime):
            decide(EVERYTHING, standing, at("CN"), NOW.replace(tzinfo=None))
        with pytest.raises(NaiveTime):
            decide(meeting(), standing, NOWHERE, NOW.replace(tzinfo=None) + timedelta(hours=1))
