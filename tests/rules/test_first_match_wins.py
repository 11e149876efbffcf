"""The order of the decision's steps (DESIGN.md, "The decision")."""

from datetime import UTC, datetime, timedelta

import pytest

from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.decision import (
    Admitted,
    Block,
    BlockScope,
    Cause,
    Full,
    Lobby,
    Locked,
    MeetingTerms,
    Refused,
    Standing,
    Withheld,
    decide,
)
from bailiwick.rules.location import Undetermined, Vote, locate, undetermined
from bailiwick.rules.restriction import Restriction, RestrictionId
from bailiwick.rules.territory import Code, parse_territory

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CN, HK = Code("CN"), Code("HK")
MAINLAND = locate([Vote("mm", CN), Vote("dbip", CN), Vote("ipfire", CN)], "table")
HONG_KONG = locate([Vote("mm", HK), Vote("dbip", HK), Vote("ipfire", HK)], "table")
NOWHERE = undetermined(Undetermined.NO_TABLE)
DENY_CN = AccessRule(Mode.DENY, parse_territory(["CN"]), OnUndetermined.REFUSE, RuleSetter.HOST)
NO_CN_HERE = AccessRule(Mode.DENY, parse_territory(["CN"]), OnUndetermined.ADMIT, RuleSetter.SERVER)
IN_CN = Restriction(RestrictionId("r1"), parse_territory(["CN"]), NOW, NOW + timedelta(days=30), proven=True)
BLOCK = Block("b1", BlockScope.MEETING, None, "disruption", "host")


def test_a_block_comes_before_everything() -> None:
    meeting = MeetingTerms(1, DENY_CN, NO_CN_HERE, (IN_CN,), locked=True, full=True, waiting_room=True)
    decision = decide(meeting, Standing(blocks=(BLOCK,)), MAINLAND, NOW)
    assert decision == Refused(MAINLAND, None, Cause.BLOCKED, block=BLOCK)


def test_a_restriction_comes_before_the_rules() -> None:
    decision = decide(MeetingTerms(1, DENY_CN, NO_CN_HERE, (IN_CN,)), Standing(), MAINLAND, NOW)
    assert decision == Withheld(MAINLAND, IN_CN.expires_at, (IN_CN.id,))


def test_the_server_wide_rule_comes_before_the_host_rule() -> None:
    decision = decide(MeetingTerms(1, DENY_CN, NO_CN_HERE, locked=True), Standing(), MAINLAND, NOW)
    assert decision == Refused(MAINLAND, None, Cause.RULE, RuleSetter.SERVER)


def test_a_denied_country_is_refused_at_the_door() -> None:
    decision = decide(MeetingTerms(1, DENY_CN, None), Standing(), MAINLAND, NOW)
    assert decision == Refused(MAINLAND, None, Cause.RULE, RuleSetter.HOST)
    assert isinstance(decide(MeetingTerms(1, DENY_CN, None), Standing(), HONG_KONG, NOW), Admitted)


def test_the_door_asks_for_lock_then_places_then_waiting_room() -> None:
    shut = MeetingTerms(1, None, None, locked=True, full=True, waiting_room=True)
    packed = MeetingTerms(1, None, None, full=True, waiting_room=True)
    waiting = MeetingTerms(1, None, None, waiting_room=True)
    assert isinstance(decide(shut, Standing(), HONG_KONG, NOW), Locked)
    assert isinstance(decide(packed, Standing(), HONG_KONG, NOW), Full)
    assert decide(waiting, Standing(), HONG_KONG, NOW) == Lobby(HONG_KONG, None, Cause.WAITING_ROOM, None)
    assert isinstance(decide(waiting, Standing(let_in=True), HONG_KONG, NOW), Admitted)


def test_whoever_runs_the_meeting_passes_the_door_but_not_the_rule() -> None:
    shut = MeetingTerms(1, DENY_CN, None, locked=True, full=True, waiting_room=True)
    assert isinstance(decide(shut, Standing(runs_meeting=True), HONG_KONG, NOW), Admitted)
    assert isinstance(decide(shut, Standing(runs_meeting=True), MAINLAND, NOW), Refused)


def test_losing_the_location_table_ejects_nobody_inside() -> None:
    meeting = MeetingTerms(1, DENY_CN, NO_CN_HERE, locked=True, full=True, waiting_room=True)
    assert isinstance(decide(meeting, Standing(inside=True), NOWHERE, NOW), Admitted)
    assert isinstance(decide(meeting, Standing(), NOWHERE, NOW), Refused)


def test_a_naive_clock_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        decide(MeetingTerms(1, None, None), Standing(), HONG_KONG, NOW.replace(tzinfo=None))
