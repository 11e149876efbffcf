"""Where a participant is, as far as the sources agree: votes and what follows from them.

`unanimous` is the only evidence a restriction accepts (P1); `majority` is enough for an access rule. Both are
None rather than a guess. The location is that of the network exit: nothing here can tell a VPN from a home.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bailiwick.rules.territory import CODES, Code, parse_code


class Undetermined(StrEnum):
    """Why there is no unanimous code."""

    NO_TABLE = "no_table"  # missing or corrupt
    NOT_ACTIVE = "not_active"  # this node's table is not the active one
    NO_ADDRESS = "no_address"  # unresolvable proxy chain
    STALE = "stale"  # at least one source is past its limit of age
    TOO_FEW_SOURCES = "too_few_sources"  # fewer than two configured
    SPECIAL = "special"  # special-purpose range
    NO_VOTE = "no_vote"  # at least one source does not know, and none contradict
    DISAGREEMENT = "disagreement"  # two sources name different codes
    OVERRIDDEN = "overridden"  # the operator vetoed this range

    @property
    def data_fault(self) -> bool:
        """Whether the fault is ours: such a fault never ejects anyone already inside."""
        return self in _DATA_FAULTS


_DATA_FAULTS = frozenset(
    {
        Undetermined.NO_TABLE,
        Undetermined.NOT_ACTIVE,
        Undetermined.NO_ADDRESS,
        Undetermined.STALE,
        Undetermined.TOO_FEW_SOURCES,
    }
)


@dataclass(frozen=True, slots=True)
class Vote:
    """One source's answer. None: it has none. `stale`: the source is past its limit of age."""

    source: str
    code: Code | None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Location:
    """The votes, the hash of the table they came from, and the consensus.

    `reason` is None exactly if `unanimous` is a code. A consensus its votes do not bear out cannot be built
    (ValueError), so that no mistake elsewhere makes evidence for a restriction (P1). The one exception: an
    operator's override may name a `majority` for access rules; `unanimous` stays None.

    `unopposed` is the decision on anyone here while nothing is against them, and no clock is about to change
    that: made with the location, because making one costs more than the rest of an ordinary decision.
    """

    votes: tuple[Vote, ...]
    table: str | None
    unanimous: Code | None
    majority: Code | None
    reason: Undetermined | None
    unopposed: "Admitted" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if (self.unanimous is None) is (self.reason is None):
            raise ValueError("a location has either a unanimous code or a reason why not")
        if self.unanimous is not None and not self._borne_out():
            raise ValueError("unanimous says what its votes do not say")
        overridden = self.reason is Undetermined.OVERRIDDEN
        if self.majority not in (None, _majority(self.votes)) and not overridden:
            raise ValueError("majority says what its votes do not say")
        if self.majority is not None:
            parse_code(self.majority)
        object.__setattr__(self, "unopposed", Admitted(self, None))

    def _borne_out(self) -> bool:
        """The votes agree, and on this: `majority` is checked against them apart."""
        return _reason(self.votes) is None and self.majority == self.unanimous and self.table is not None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What every decision carries: the location decided on, and until when it stands.

    `valid_until` is the next clock edge that changes the decision; None if only an act can. Decide again at
    that instant: intervals are half open, so it no longer belongs to this decision.
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


def locate(votes: Sequence[Vote], table: str) -> Location:
    """The consensus of one vote per configured source (a source without an answer votes None).

    `unanimous`: at least two sources, all fresh, all naming the same code. `majority`: more than half of the
    configured sources, fresh ones, name the code. A stale source counts as disagreeing with everyone.
    """
    if len({vote.source for vote in votes}) != len(votes):
        raise ValueError("a source votes once")
    reason = _reason(votes)
    unanimous = votes[0].code if reason is None else None
    return Location(tuple(votes), table, unanimous, _majority(votes), reason)


def undetermined(
    reason: Undetermined,
    votes: Sequence[Vote] = (),
    table: str | None = None,
    majority: Code | None = None,
) -> Location:
    """A location no restriction can use. `majority` only for an operator's override, for access rules."""
    return Location(tuple(votes), table, None, majority, reason)


def _answer(vote: Vote) -> Code | None:
    """The code a vote counts for: none if stale, and none if it is not a code at all (EU, AP, ZZ...)."""
    return vote.code if vote.code in CODES and not vote.stale else None


def _reason(votes: Sequence[Vote]) -> Undetermined | None:
    """Why the votes are not unanimous; faults of our data come before what the sources say."""
    answers = {_answer(vote) for vote in votes}
    if len(votes) < 2:
        return Undetermined.TOO_FEW_SOURCES
    if any(vote.stale for vote in votes):
        return Undetermined.STALE
    if len(answers - {None}) > 1:
        return Undetermined.DISAGREEMENT
    return Undetermined.NO_VOTE if None in answers else None


def _majority(votes: Sequence[Vote]) -> Code | None:
    """The code of more than half of all configured sources; those without an answer count against it."""
    counted = Counter(code for vote in votes if (code := _answer(vote)) is not None)
    return next((code for code, count in counted.items() if 2 * count > len(votes)), None)
