"""What somebody withheld is told of a restriction, by the entry in the log and nothing else (P4)."""

from dataclasses import dataclass, field
from datetime import datetime

from bailiwick.rules.restriction import RestrictionId


@dataclass(frozen=True, slots=True)
class Target:
    """What shows whoever is kept out, and whomever they show it, that the entry is about this meeting: its
    commitment is HMAC-SHA256 of the meeting's number with the salt. All hexadecimal. For the person who is
    kept out and nobody else: a host who had it could tell which restriction it was, and so where (P4)."""

    commitment: str
    salt: str = field(repr=False)
    meeting: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grounds:
    """One restriction, as the proven entry has it. `authority`: its name. `index`, `size`: the entry's place
    in the log, and how many entries the checkpoint covers that proves it."""

    restriction: RestrictionId
    demand: str
    authority: str
    state: str
    kind: str
    law: str
    territories: tuple[str, ...]
    effective_from: datetime
    expires_at: datetime
    reasons: tuple[str, ...]
    document: str
    target: Target
    origin: str
    index: int
    size: int
