"""The decision: who may be in a meeting, and why not. Total, pure, deterministic; the first match wins.

1. blocked by a host: Refused
2. a restriction in force and proven, at a unanimous location, without an exemption: Withheld
3. the server-wide rule (at the door only) and the meeting's: Refused or Lobby
4. at the door only: Locked, Full, the waiting room
5. Admitted
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from bailiwick.rules.access import AccessRule, RuleSetter, Verdict
from bailiwick.rules.clock import check_aware
from bailiwick.rules.location import Location, Vote
from bailiwick.rules.restriction import Restriction, RestrictionId
from bailiwick.rules.territory import Code


class BlockScope(StrEnum):
    """How far a host's block reaches."""

    MEETING = "meeting"
    SERIES = "series"


@dataclass(frozen=True, slots=True)
class Block:
    """A host's block of one person: until `expires_at`, or until it is lifted (None).

    `reason` is a code, `actor` the role of who blocked ("host", "co-host"). Raises NaiveTime.
    """

    id: str
    scope: BlockScope
    expires_at: datetime | None
    reason: str
    actor: str

    def __post_init__(self) -> None:
        if self.expires_at is not None:
            check_aware(self.expires_at)

    def in_force(self, now: datetime) -> bool:
        """Whether the block still holds; at `expires_at` it no longer does."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True)
class MeetingTerms:
    """What a meeting asks of everybody, as of one revision. Build it once per revision and share it."""

    revision: int
    rule: AccessRule | None
    server_rule: AccessRule | None
    restrictions: tuple[Restriction, ...] = ()
    locked: bool = False
    full: bool = False
    waiting_room: bool = False
    _proven_by_code: dict[Code, tuple[Restriction, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_proven_by_code", _index(self.restrictions))

    def proven_in(self, code: Code | None) -> tuple[Restriction, ...]:
        """The proven restrictions (P3) whose territory has the code, in force or not; none for None (P1)."""
        return () if code is None else self._proven_by_code.get(code, ())


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one person in one meeting.

    `inside`: they are in it now. `let_in`: the host let them in. `runs_meeting`: host or co-host, who passes
    lock, full and waiting room, but not rules. `exempt`: the roster exempts them from access rules.
    `exemptions`: restrictions they are exempted from on appeal.
    """

    inside: bool = False
    let_in: bool = False
    runs_meeting: bool = False
    exempt: bool = False
    blocks: tuple[Block, ...] = ()
    exemptions: frozenset[RestrictionId] = frozenset()


class Cause(StrEnum):
    """Why somebody is refused, or waits."""

    BLOCKED = "blocked"
    RULE = "rule"
    WAITING_ROOM = "waiting_room"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What every decision carries: the location decided on, and until when it stands.

    `valid_until` is the next clock edge that could change the decision; None if only an act can. Decide again
    at that instant: intervals are half open, so it no longer belongs to this decision.
    """

    location: Location
    valid_until: datetime | None

    @property
    def votes(self) -> tuple[Vote, ...]:
        """The votes decided on."""
        return self.location.votes

    @property
    def table(self) -> str | None:
        """The hash of the location table decided on."""
        return self.location.table


@dataclass(frozen=True, slots=True)
class Admitted(Outcome):
    """May be in the meeting."""


@dataclass(frozen=True, slots=True)
class Lobby(Outcome):
    """Waits until the host lets them in. `setter`: whose rule, if a rule sent them there."""

    cause: Literal[Cause.RULE, Cause.WAITING_ROOM]
    setter: RuleSetter | None


@dataclass(frozen=True, slots=True)
class Refused(Outcome):
    """Kept out by a host's block or by an access rule: 403. `setter` with RULE, `block` with BLOCKED."""

    cause: Literal[Cause.BLOCKED, Cause.RULE]
    setter: RuleSetter | None = None
    block: Block | None = None


@dataclass(frozen=True, slots=True)
class Withheld(Outcome):
    """Kept out by restrictions: 451."""

    restrictions: tuple[RestrictionId, ...]


@dataclass(frozen=True, slots=True)
class Full(Outcome):
    """No place left."""


@dataclass(frozen=True, slots=True)
class Locked(Outcome):
    """The host locked the meeting."""


Decision: TypeAlias = Admitted | Lobby | Refused | Withheld | Full | Locked


def decide(meeting: MeetingTerms, standing: Standing, location: Location, now: datetime) -> Decision:
    """Whether this person may be in this meeting now. Raises NaiveTime if `now` has no timezone."""
    check_aware(now)
    block = _longest(standing.blocks, now)
    if block is not None:
        return Refused(location, block.expires_at, Cause.BLOCKED, block=block)
    reaching = [
        restriction
        for restriction in meeting.proven_in(location.unanimous)
        if restriction.id not in standing.exemptions
    ]
    until = _next_edge(reaching, now)
    withheld = tuple(restriction.id for restriction in reaching if restriction.in_force(now))
    if withheld:
        return Withheld(location, until, withheld)
    return (
        _by_rules(meeting, standing, location, until)
        or _by_door(meeting, standing, location, until)
        or Admitted(location, until)
    )


def _by_rules(
    meeting: MeetingTerms, standing: Standing, location: Location, until: datetime | None
) -> Refused | Lobby | None:
    """Step 3. A refusal by either rule comes before the waiting room of the other."""
    if standing.exempt:
        return None
    server_rule = None if standing.inside else meeting.server_rule
    lobby = None
    for rule in (server_rule, meeting.rule):
        verdict = Verdict.ADMIT if rule is None else _verdict(rule, standing, location)
        if rule is not None and verdict is Verdict.REFUSE:
            return Refused(location, until, Cause.RULE, rule.setter)
        if rule is not None and verdict is Verdict.WAITING_ROOM and lobby is None:
            lobby = Lobby(location, until, Cause.RULE, rule.setter)
    return lobby


def _verdict(rule: AccessRule, standing: Standing, location: Location) -> Verdict:
    """A rule's word on this person: the undetermined are spared if let in, or inside through no fault."""
    verdict = rule.verdict(location)
    if location.majority is not None:
        return verdict
    if standing.let_in:
        return Verdict.ADMIT
    if standing.inside and (verdict is Verdict.WAITING_ROOM or _data_fault(location)):
        return Verdict.ADMIT
    return verdict


def _data_fault(location: Location) -> bool:
    return location.reason is not None and location.reason.data_fault


def _by_door(
    meeting: MeetingTerms, standing: Standing, location: Location, until: datetime | None
) -> Locked | Full | Lobby | None:
    """Step 4: never ejects anyone inside, and never stops who runs the meeting."""
    if standing.inside or standing.runs_meeting:
        return None
    if meeting.locked:
        return Locked(location, until)
    if meeting.full:
        return Full(location, until)
    if meeting.waiting_room and not standing.let_in:
        return Lobby(location, until, Cause.WAITING_ROOM, None)
    return None


def _longest(blocks: Iterable[Block], now: datetime) -> Block | None:
    """The block in force that holds longest, so that what the person is told of its end is true."""
    longest = None
    for block in blocks:
        if not block.in_force(now):
            continue
        if block.expires_at is None:
            return block
        if longest is None or longest.expires_at is None or block.expires_at > longest.expires_at:
            longest = block
    return longest


def _next_edge(restrictions: Iterable[Restriction], now: datetime) -> datetime | None:
    """The first instant after `now` at which one of the restrictions begins or ends."""
    edges = (restriction.next_edge(now) for restriction in restrictions)
    return min((edge for edge in edges if edge is not None), default=None)


def _index(restrictions: Iterable[Restriction]) -> dict[Code, tuple[Restriction, ...]]:
    """Proven restrictions by code, so that a decision costs the same however many reach elsewhere."""
    by_code: dict[Code, tuple[Restriction, ...]] = {}
    for restriction in restrictions:
        for code in restriction.territory if restriction.proven else ():
            by_code[code] = (*by_code.get(code, ()), restriction)
    return by_code
