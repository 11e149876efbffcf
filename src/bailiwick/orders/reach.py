"""How far an authority's word counts (P1): from the reviewed tables, never from what somebody typed."""

from datetime import date, datetime, timedelta
from typing import Final, get_args

from bailiwick.ledger.vocabulary import AuthorityKind
from bailiwick.orders.errors import InvalidOrder
from bailiwick.rules.territory import CODES, Code, Territory, group, own_territory

GROUPS: Final = frozenset({"EU", "EEA"})
_KINDS: Final[frozenset[str]] = frozenset(get_args(AuthorityKind))


def check_whose(state: str, kind: str) -> None:
    """That there is such a state or group, and such a kind of authority of it: what the log says of that, it
    says for ever. InvalidOrder names the field."""
    if state not in GROUPS and state not in CODES:
        raise InvalidOrder("state")
    if kind not in _KINDS or (kind == "supranational") is not (state in GROUPS):
        raise InvalidOrder("kind")


def reach_of(state: str, kind: str, first: date, last: date) -> Territory:
    """How far such an authority's word counts, at most: the reviewed row of its state, or what a group was on
    the first day and is on the last. UnknownTerritory: no such state; nothing for a kind that is not its."""
    match state, kind:
        case ("EU" | "EEA") as body, "supranational":
            return group(body, first) & group(body, last)
        case (("EU" | "EEA"), _):
            return frozenset()
        case _, "supranational":
            return frozenset()
    return own_territory(Code(state))


def last_day(until: datetime) -> date:
    """The last day of an interval that ends before `until`."""
    return (until - timedelta(seconds=1)).date()
