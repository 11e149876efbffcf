"""The decision: who may be in a meeting, and why not. Total, pure, deterministic; the first match wins.

1. blocked by a host: Refused
2. a restriction in force and proven, at a unanimous location, without an exemption: Withheld
3. the server-wide rule (at the door only) and the meeting's: Refused or Lobby
4. at the door only: Locked, Full, the waiting room
5. Admitted
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from bailiwick.rules.access import ANYWHERE, AccessRule, Places, RuleSetter, Verdict
from bailiwick.rules.clock import check_aware
from bailiwick.rules.location import Admitted, Location, Outcome
from bailiwick.rules.restriction import Restriction, RestrictionId
from bailiwick.rules.territory import Code

__all__ = [
    "Admitted",
    "Block",
    "BlockScope",
    "Cause",
    "Decision",
    "Full",
    "Lobby",
    "Locked",
    "MeetingTerms",
    "Outcome",
    "Refused",
    "Standing",
    "Withheld",
    "decide",
]


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
    """What a meeting asks of everybody, as of one revision. Build it once per revision and share it.

    The derived fields keep a decision's cost the same however many restrictions reach elsewhere: proven ones
    (P3) by code, in force or not; and the places each rule admits.
    """

    revision: int
    rule: AccessRule | None
    server_rule: AccessRule | None
    restrictions: tuple[Restriction, ...] = ()
    locked: bool = False
    full: bool = False
    waiting_room: bool = False
    proven_in: Mapping[Code | None, Sequence[Restriction]] = field(init=False, repr=False, compare=False)
    admitted_by_host: Places = field(init=False, repr=False, compare=False)
    admitted_by_server: Places = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        set_field(self, "proven_in", _index(self.restrictions))
        set_field(self, "admitted_by_host", _places(self.rule))
        set_field(self, "admitted_by_server", _places(self.server_rule))


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

_FOREVER: Final = datetime.max.replace(tzinfo=UTC)

# As in `access`: named once, because reaching them through their class costs more than what asks for them.
_RULE: Final = Cause.RULE
_REFUSE: Final = Verdict.REFUSE
_WAITING_ROOM: Final = Verdict.WAITING_ROOM


def decide(meeting: MeetingTerms, standing: Standing, location: Location, now: datetime) -> Decision:
    """Whether this person may be in this meeting now. Raises NaiveTime if `now` has no timezone."""
    if now.tzinfo is not UTC:
        check_aware(now)
    block = _longest(standing.blocks, now) if standing.blocks else None
    if block is not None:
        return Refused(location, block.expires_at, Cause.BLOCKED, block=block)
    until = None
    reaching = meeting.proven_in.get(location.unanimous)
    if reaching is not None:
        withheld, until = _withheld(reaching, standing.exemptions, now)
        if withheld:
            return Withheld(location, until, withheld)
    place = location.majority
    admitted = place in meeting.admitted_by_host and (standing.inside or place in meeting.admitted_by_server)
    if not admitted and not standing.exempt:
        kept_out = _by_rules(meeting, standing, location, until)
        if kept_out is not None:
            return kept_out
    if meeting.locked or meeting.full or meeting.waiting_room:
        stopped = _by_door(meeting, standing, location, until)
        if stopped is not None:
            return stopped
    return location.unopposed if until is None else Admitted(location, until)


def _withheld(
    reaching: Iterable[Restriction], exemptions: frozenset[RestrictionId], now: datetime
) -> tuple[tuple[RestrictionId, ...], datetime | None]:
    """Step 2: which of the restrictions on this code apply now, and when that next changes."""
    applying = [restriction for restriction in reaching if restriction.id not in exemptions]
    edges = [edge for restriction in applying if (edge := restriction.next_edge(now)) is not None]
    in_force = tuple(restriction.id for restriction in applying if restriction.in_force(now))
    return in_force, min(edges, default=None)


def _by_rules(
    meeting: MeetingTerms, standing: Standing, location: Location, until: datetime | None
) -> Refused | Lobby | None:
    """Step 3. A refusal by either rule comes before the waiting room of the other."""
    counting = (meeting.rule,) if standing.inside else (meeting.server_rule, meeting.rule)
    lobby = None
    for rule in counting:
        if rule is None:
            continue
        verdict = rule.verdict(location)
        if location.majority is None and _spared(verdict, standing, location):
            continue
        if verdict is _REFUSE:
            return Refused(location, until, _RULE, rule.setter)
        if verdict is _WAITING_ROOM and lobby is None:
            lobby = Lobby(location, until, _RULE, rule.setter)
    return lobby


def _spared(verdict: Verdict, standing: Standing, location: Location) -> bool:
    """Whether a rule's word on the undetermined is not held against this one.

    Not against someone the host let in; nor, inside, if the rule would make them wait or the fault is ours.
    Whoever runs the meeting never waits: they would wait for themselves.
    """
    if standing.let_in:
        return True
    if verdict is _WAITING_ROOM:
        return standing.inside or standing.runs_meeting
    return standing.inside and location.reason is not None and location.reason.data_fault


def _by_door(
    meeting: MeetingTerms, standing: Standing, location: Location, until: datetime | None
) -> Locked | Full | Lobby | None:
    """Step 4, only for someone at the door who does not run the meeting."""
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
    in_force = [block for block in blocks if block.in_force(now)]
    return max(in_force, key=lambda block: block.expires_at or _FOREVER, default=None)


def _places(rule: AccessRule | None) -> Places:
    return ANYWHERE if rule is None else rule.admits


def _index(restrictions: Iterable[Restriction]) -> Mapping[Code | None, Sequence[Restriction]]:
    """The proven restrictions (P3) by code of their territory. None is never a key (P1)."""
    by_code: dict[Code | None, list[Restriction]] = {}
    for restriction in restrictions:
        for code in restriction.territory if restriction.proven else ():
            by_code.setdefault(code, []).append(restriction)
    return by_code
