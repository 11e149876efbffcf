"""Access rules: whom a host does not want in a meeting, or an organisation on its server."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bailiwick.rules.location import Location
from bailiwick.rules.territory import Territory


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


@dataclass(frozen=True, slots=True)
class AccessRule:
    """An access rule; a majority of the sources is evidence enough for it."""

    mode: Mode
    territories: Territory
    undetermined: OnUndetermined
    setter: RuleSetter

    def verdict(self, location: Location) -> Verdict:
        """What the rule alone says about a location."""
        code = location.majority
        if code is None:
            return _UNDETERMINED[self.undetermined]
        listed = code in self.territories
        denied = listed if self.mode is _DENY else not listed
        return _REFUSE if denied else _ADMIT


# Python 3.11 reaches an enum's member through a descriptor, at the cost of the rest of the verdict.
_DENY: Final = Mode.DENY
_ADMIT: Final = Verdict.ADMIT
_REFUSE: Final = Verdict.REFUSE
_UNDETERMINED: Final = {choice: Verdict(choice.value) for choice in OnUndetermined}
