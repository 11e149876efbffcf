"""What the tests of the rules are made of: a clock, people at places, meetings."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

from bailiwick.rules.access import AccessRule, Mode, OnUndetermined, RuleSetter
from bailiwick.rules.decision import Block, BlockScope, MeetingTerms
from bailiwick.rules.location import Location, Undetermined, Vote, locate, undetermined
from bailiwick.rules.restriction import Restriction, RestrictionId
from bailiwick.rules.territory import Code, parse_territory

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
INSTANT = timedelta.resolution
DAY = timedelta(days=1)
SOURCES = ("mm", "dbip", "ipfire")
TABLE = "table-hash"

NOWHERE = undetermined(Undetermined.SPECIAL, table=TABLE)  # undetermined, and no fault of ours
NO_TABLE = undetermined(Undetermined.NO_TABLE)


def votes_for(*codes: str | None) -> tuple[Vote, ...]:
    """One fresh vote per code, from as many sources."""
    named = [None if code is None else Code(code) for code in codes]
    return tuple(Vote(source, code) for source, code in zip(SOURCES, named, strict=False))


@cache
def at(code: str) -> Location:
    """Where all three sources agree on the code."""
    return locate(votes_for(code, code, code), TABLE)


def mostly_at(code: str, other: str | None = None) -> Location:
    """Where two of three sources name the code, and the third another one or nothing."""
    return locate(votes_for(code, code, other), TABLE)


def undetermined_for(reason: Undetermined) -> Location:
    """A location without majority, for this reason."""
    return undetermined(reason, table=TABLE)


def denying(
    *codes: str,
    undetermined: OnUndetermined = OnUndetermined.ADMIT,
    setter: RuleSetter = RuleSetter.HOST,
) -> AccessRule:
    return AccessRule(Mode.DENY, parse_territory(codes), undetermined, setter)


def allowing(
    *codes: str,
    undetermined: OnUndetermined = OnUndetermined.ADMIT,
    setter: RuleSetter = RuleSetter.HOST,
) -> AccessRule:
    return AccessRule(Mode.ALLOW, parse_territory(codes), undetermined, setter)


def on_undetermined(choice: OnUndetermined, setter: RuleSetter = RuleSetter.HOST) -> AccessRule:
    """A rule that reaches only the undetermined."""
    return denying(undetermined=choice, setter=setter)


def restriction(
    *codes: str,
    id: str = "r1",  # noqa: A002 - the field's name
    begins: datetime = NOW,
    lasts: timedelta = 30 * DAY,
    proven: bool = True,
) -> Restriction:
    return Restriction(RestrictionId(id), parse_territory(codes), begins, begins + lasts, proven)


def block(expires_at: datetime | None = None, id: str = "b1") -> Block:  # noqa: A002 - the field's name
    return Block(id, BlockScope.MEETING, expires_at, "disruption", "host")


def meeting(
    rule: AccessRule | None = None,
    server_rule: AccessRule | None = None,
    restrictions: Iterable[Restriction] = (),
    **door: bool,
) -> MeetingTerms:
    return MeetingTerms(1, rule, server_rule, tuple(restrictions), **door)
