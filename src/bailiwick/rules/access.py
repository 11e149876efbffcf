"""Access rules: whom a host does not want in a meeting, or an organisation on its server."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from bailiwick.rules.location import Location
from bailiwick.rules.territory import CODES, Code, Territory, check_territory


class Mode(StrEnum):
    """Whether the rule's territories are those that may come in or those that may not."""

    ALLOW = "allow"
    DENY = "deny"


class OnUndetermined(StrEnum):
    """What a rule does with a location without a majority: an explicit choice, there is no default."""

    ADMIT = "admit"
    WAITING_ROOM = "waiting_room"
    REFUSE = "refuse"


class RuleSetter(StrEnum):
    """Who set the rule; the person refused is told."""

    HOST = "host"
    SERVER = "server"


class Verdict(StrEnum):
    """A rule's word on a location."""

    ADMIT = "admit"
    WAITING_ROOM = "waiting_room"
    REFUSE = "refuse"


Places: TypeAlias = frozenset[Code | None]
"""Codes, and None for the undetermined."""

ANYWHERE: Final[Places] = frozenset({*CODES, None})


@dataclass(frozen=True, slots=True)
class AccessRule:
    """An access rule, for which a majority of the sources is evidence enough. `admits`: whom it lets in.

    Raises UnknownTerritory if a code is none.
    """

    mode: Mode
    territories: Territory
    undetermined: OnUndetermined
    setter: RuleSetter
    admits: Places = field(init=False, repr=False, compare=False)
    on_undetermined: Verdict = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_territory(self.territories)
        named: Places = CODES - self.territories if self.mode is Mode.DENY else self.territories
        unnamed: Places = frozenset({None}) if self.undetermined is OnUndetermined.ADMIT else frozenset()
        object.__setattr__(self, "admits", named | unnamed)
        object.__setattr__(self, "on_undetermined", Verdict(self.undetermined.value))

    def verdict(self, location: Location) -> Verdict:
        """What the rule alone says about a location."""
        if location.majority in self.admits:
            return _ADMIT
        return self.on_undetermined if location.majority is None else _REFUSE


# Named once: Python 3.11 reaches an enum's member through a descriptor, at the cost of the rest of a verdict.
_ADMIT: Final = Verdict.ADMIT
_REFUSE: Final = Verdict.REFUSE
