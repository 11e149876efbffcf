"""Why somebody is out: one value, from the decision to what they read."""

from dataclasses import dataclass
from enum import StrEnum

from bailiwick.rules.access import RuleSetter
from bailiwick.rules.decision import Cause, Full, Locked, Refused, Withheld

from .grounds import Grounds


class EndReason(StrEnum):
    """Stable codes, also kept in the presence row while it lasts."""

    RULE = "refused_by_rule"
    BLOCKED = "blocked"
    WITHHELD = "withheld"
    REMOVED = "removed"
    TURNED_AWAY = "turned_away"
    LOCKED = "locked"
    FULL = "full"
    NO_SUCH_MEETING = "no_such_meeting"
    ENDED = "ended"
    LEFT = "left"
    CONNECTION_LOST = "connection_lost"
    GRANT_EXPIRED = "grant_expired"
    BAD_GRANT = "bad_grant"


@dataclass(frozen=True, slots=True)
class Ending:
    """Out, and why. `setter`: whose rule; `restrictions`: the ids of what withholds the meeting; `grounds`:
    all that is told of them."""

    reason: EndReason
    setter: RuleSetter | None = None
    restrictions: tuple[str, ...] = ()
    grounds: tuple[Grounds, ...] = ()

    @property
    def is_refusal(self) -> bool:
        """Whether the host's count of refusals grows with it."""
        return self.reason in (EndReason.RULE, EndReason.WITHHELD)

    @property
    def is_withheld(self) -> bool:
        """Whether a restriction did it, of which the host is told (P4)."""
        return self.reason is EndReason.WITHHELD


def of_decision(decision: Refused | Withheld | Full | Locked, grounds: tuple[Grounds, ...] = ()) -> Ending:
    """The ending that a negative decision means; `grounds` of the restrictions that it names."""
    match decision:
        case Refused(cause=Cause.BLOCKED):
            return Ending(EndReason.BLOCKED)
        case Refused(setter=setter):
            return Ending(EndReason.RULE, setter=setter)
        case Withheld(restrictions=restrictions):
            return Ending(EndReason.WITHHELD, restrictions=tuple(restrictions), grounds=grounds)
        case Full():
            return Ending(EndReason.FULL)
        case Locked():
            return Ending(EndReason.LOCKED)
