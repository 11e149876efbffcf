"""What somebody withheld is told of a restriction, by the entry in the log and nothing else (P4)."""

from dataclasses import dataclass
from datetime import datetime

from bailiwick.rules.restriction import RestrictionId


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
    origin: str
    index: int
    size: int
