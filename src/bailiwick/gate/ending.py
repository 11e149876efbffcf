"""Why somebody is out: one value, from the decision to what they read."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bailiwick.orders.receipts import Receipt
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
    """Out, and why. `setter`: whose rule; `until`: when a block ends; `restrictions`: the ids of what
    withholds the meeting; `grounds`: all that is told of those. `receipt`: the evidence, for nobody but the
    person themselves (P9); endings of one kind are one kind wherever people are."""

    reason: EndReason
    setter: RuleSetter | None = None
    until: datetime | None = None
    restrictions: tuple[str, ...] = ()
    grounds: tuple[Grounds, ...] = ()
    receipt: Receipt | None = field(default=None, compare=False, repr=False)

    @property
    def is_refusal(self) -> bool:
        """Whether the host's count of refusals grows with it. Not by a restriction: of that the host learns
        that it happened, and no more (P4)."""
        return self.reason is EndReason.RULE

    @property
    def is_withheld(self) -> bool:
        """Whether a restriction did it, of which the host is told (P4)."""
        return self.reason is EndReason.WITHHELD


def withheld(decision: Withheld, grounds: tuple[Grounds, ...], now: datetime) -> Ending:
    """The ending of somebody withheld: `grounds` of the restrictions that it names, and a receipt (of none if
    what withheld them is over by now)."""
    ids = tuple(decision.restrictions)
    receipt = Receipt(now, ids, decision.votes, decision.table, decision.valid_until) if ids else None
    return Ending(EndReason.WITHHELD, restrictions=ids, grounds=grounds, receipt=receipt)


def of_decision(decision: Refused | Full | Locked) -> Ending:
    """The ending that a refusal means."""
    match decision:
        case Refused(cause=Cause.BLOCKED, block=block):
            return Ending(EndReason.BLOCKED, until=block.expires_at if block else None)
        case Refused(setter=setter):
            return Ending(EndReason.RULE, setter=setter)
        case Full():
            return Ending(EndReason.FULL)
        case Locked():
            return Ending(EndReason.LOCKED)
